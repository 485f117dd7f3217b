import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { MINUTE, startWorld } from '../helpers/requests.ts';
import type { World } from '../helpers/requests.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

it('a store that answers 503 for a quarter of an hour ends the run with its reason, and nothing is lost', async () => {
  const supplier = await world.supplier('outage');
  const fr = await supplier.submit();
  await fr.result();
  const { bigcommerceOrderId } = await fr.row();
  await supplier.control('POST', `orders/${bigcommerceOrderId}/ship`, { tracking_number: '1Z' });
  await supplier.control('PUT', 'faults', { kind: 'status', status: 503 });
  const sync = (workflowId: string) =>
    world.environment.client.workflow.execute('syncShipments', {
      ...{ workflowId, taskQueue: CORE_TASK_QUEUE, args: [{ source: 'outage', trigger: 'manual' }] },
    });
  const began = (await world.now()).getTime();
  await expect(sync('shipments:outage')).rejects.toMatchObject({ cause: { type: 'store_unavailable' } });
  expect((await world.now()).getTime() - began).toBeGreaterThan(10 * MINUTE);
  const [run] = await world.db.selectFrom('job_runs').selectAll().where('job', '=', 'shipments').execute();
  expect(run).toMatchObject({
    status: 'failed',
    reason_code: 'store_unavailable',
    reason: expect.stringContaining('503'),
  });
  expect(await fr.row()).toMatchObject({ processing: 'acknowledged', shipping: 'open', flags: [] });

  await supplier.control('DELETE', 'faults');
  await expect(sync('shipments:outage')).resolves.toMatchObject({ status: 'completed' });
  expect(await fr.row()).toMatchObject({ shipping: 'shipped', flags: [] });
});
