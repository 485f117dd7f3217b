import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { keepEvents } from '../../database/hints.ts';
import { takeLease } from '../../database/leases.ts';
import { addRun } from '../database/builders.ts';
import { addAcknowledged, AT } from '../database/shipping.ts';
import { useSource } from '../database/use-source.ts';
import { eventsIn, runsIn, storedOf } from './fire/stored.ts';

const source = useSource();

it('the checker of the fire is shown everything that is in Postgres', async () => {
  const { db, sourceId } = source;
  const columns = { number: 'F-1', bigcommerce_order_id: 7, flags: ['lines_differ'] };
  const request = await addAcknowledged(db, sourceId, { columns });
  for (const [id, removedAt] of [
    [1, null],
    [2, AT],
  ])
    await sql`
      insert into shipments (fr_id, bigcommerce_shipment_id, tracking_number, attributes, flags, items, fingerprint,
        removed_at)
      values (${request}, ${id}, ${`1Z${id as number}`}, '{}', '{}', '[]', 'x', ${removedAt})`.execute(db);
  await sql`
    insert into inventory_items (source_id, sku, product_id, variant_id, title, quantity, categories, attributes,
      fingerprint, archived_at, changed_at)
    values (${sourceId}, 'A', 1, 2, 'A thing', 0, '[]', '{}', 'x', ${AT}, ${AT})`.execute(db);
  for (const id of ['open', 'done']) await addRun(db, sourceId, id);
  await sql`
    update job_runs set status = 'completed', counts = '{"archived": 3}', started_at = ${AT}, finished_at = ${AT}
    where id = 'done'`.execute(db);
  await takeLease(db, { sourceId, job: 'inventory' }, { runId: 'open', workflowId: 'w-open' }, async () => false);
  const event = { hash: '', scope: 'store/order/updated', eventAt: AT, hint: null };
  await keepEvents(db, [{ sourceId, webhookId: 'e-1', ...event }]);

  const stored = await storedOf(db, 'acme');
  expect(stored).toMatchObject({
    requests: [
      {
        number: 'F-1',
        processing: 'acknowledged',
        shipping: 'open',
        orderId: 7,
        reason: null,
        flags: ['lines_differ'],
      },
    ],
    parcels: ['7 1 1Z1'],
    items: [{ item: { sku: 'A', productId: 1, quantity: 0 }, isArchived: true }],
    archivings: [{ run: 'done', archived: 3 }],
    imports: [{ run: 'done', startedAt: AT, finishedAt: AT }],
  });
  expect([...stored.writtenAt]).toEqual([['A', AT]]);
  const { runs, leases } = await runsIn(db);
  expect(runs).toHaveLength(2);
  expect(runs).toContainEqual({ id: 'open', workflow: 'w-open', status: 'running', reason: null });
  expect(leases).toEqual(['w-open']);
  expect(await eventsIn(db)).toEqual(new Set(['e-1']));
});
