import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { MINUTE, startWorld } from '../helpers/requests.ts';
import type { World } from '../helpers/requests.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const sync = (source: string) =>
  world.environment.client.workflow.execute('syncShipments', {
    ...{ workflowId: `shipments:${source}`, taskQueue: CORE_TASK_QUEUE, args: [{ source, trigger: 'manual' }] },
  });

it('a store that answers 503 for a quarter of an hour ends the run with its reason, and nothing is lost', async () => {
  const supplier = await world.supplier('outage');
  const fr = await supplier.submit();
  await fr.result();
  const { bigcommerceOrderId } = await fr.row();
  await supplier.control('POST', `orders/${bigcommerceOrderId}/ship`, { tracking_number: '1Z' });
  await supplier.control('PUT', 'faults', { kind: 'status', status: 503 });
  const began = (await world.now()).getTime();
  await expect(sync('outage')).rejects.toMatchObject({ cause: { type: 'store_unavailable' } });
  expect((await world.now()).getTime() - began).toBeGreaterThan(10 * MINUTE);
  const [run] = await world.db.selectFrom('job_runs').selectAll().where('job', '=', 'shipments').execute();
  expect(run).toMatchObject({
    status: 'failed',
    reason_code: 'store_unavailable',
    reason: expect.stringContaining('503'),
  });
  expect(await fr.row()).toMatchObject({ processing: 'acknowledged', shipping: 'open', flags: [] });

  await supplier.control('DELETE', 'faults');
  await expect(sync('outage')).resolves.toMatchObject({ status: 'completed' });
  expect(await fr.row()).toMatchObject({ shipping: 'shipped', flags: [] });
});

it('a store whose list of changes makes no sense is asked for what is due all the same, and the run fails', async () => {
  const supplier = await world.supplier('garbled');
  const fr = await supplier.submit();
  await fr.result();
  const { bigcommerceOrderId } = await fr.row();
  await supplier.control('POST', `orders/${bigcommerceOrderId}/ship`, { tracking_number: '1Z' });
  await world.db
    .updateTable('fulfillment_requests')
    .set({ next_check_at: new Date() })
    .where('id', '=', fr.id)
    .execute();
  await supplier.control('PUT', 'faults', { kind: 'garbage', pattern: 'min_date_modified' });
  await expect(sync('garbled')).rejects.toMatchObject({ cause: { type: 'unexpected_answer' } });
  expect(await fr.row()).toMatchObject({ shipping: 'shipped', flags: [] });
  const [run] = await world.db.selectFrom('job_runs').selectAll().orderBy('started_at', 'desc').limit(1).execute();
  expect(run).toMatchObject({ status: 'failed', reason_code: 'unexpected_answer', counts: { shipments: 1 } });
});
