import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { listShipmentRows, readWatermark } from '../../database/shipments.ts';
import { json, text } from '../bigcommerce/server.ts';
import { requestOf, shippedOf } from '../database/shipping.ts';
import { useShippingStore } from './shipping-store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const store = useShippingStore();
const { orders, oddly, db, sourceId, activities, begin, addOrder, addOrders, runChanged, setUp } = store;
const { lookAtDue, makeDue, pack } = store;

const flagsOf = async (ids: number[]) =>
  (await Promise.all(ids.map((id) => requestOf(db(), id)))).map(({ flags }) => flags.join());

describe('an order that the store refuses to tell of', () => {
  it.each([
    ['400', 'shipments', 400],
    ['a redirect', 'shipments', 301],
    ['410', 'shipments', 410],
    ['404 for the lines of its packages', 'products', 404],
  ])('is set aside at once, and the run goes on with all others: %s', async (_name, part, status) => {
    const ids = await addOrders(3);
    for (const { id } of orders) pack(id, 3);
    oddly.set(`orders/${orders[0]!.id}/${part}`, json([], status));
    expect(await runChanged()).toBe(1);
    expect(await flagsOf(ids)).toEqual(['unreadable', '', '']);
    expect(await readWatermark(db(), sourceId())).toEqual(new Date(orders.at(-1)!.date_modified));
    const { asked_at: at, next_check_at: next } = await requestOf(db(), ids[0]!);
    expect(next!.getTime() - at!.getTime()).toBe(20 * MINUTE_MS);
  });
});

describe('an order that could not be read when the store told of it', () => {
  it.each([
    ['is out of the lookback period', { created_at: new Date(Date.now() - 13 * HOUR_MS) }],
    ['was canceled by the store', { processing: 'canceled', reason_code: 'canceled_by_store' }],
  ])('is asked for at its next check though it %s', async (_name, columns) => {
    await setUp({ shipments: { lookbackDays: 0.5 } });
    const { id, orderId } = await addOrder(Date.now(), { columns });
    oddly.set(`orders/${orderId}/shipments`, text('<html>Be right back</html>'));
    await activities(4).readChanged(await begin());
    expect(await flagsOf([id])).toEqual(['unreadable']);
    pack(orderId, 3);
    await lookAtDue();
    expect(await shippedOf(db(), id)).toEqual([0]);
    await makeDue();
    await lookAtDue();
    expect(await shippedOf(db(), id)).toEqual([3]);
    expect(await flagsOf([id])).not.toContain('unreadable');
  });
});

describe('a view of an order', () => {
  it('that a list gave is older than what a webhook has read since', async () => {
    const { id } = await addOrder();
    const canceled = sql`update fulfillment_requests set processing = 'canceled', reason_code = 'canceled_by_store',
      asked_at = clock_timestamp() where id = ${id}`;
    oddly.set('orders', (request, response) => {
      void canceled.execute(db()).then(() => json(orders)(request, response));
    });
    await runChanged();
    expect(await requestOf(db(), id)).toMatchObject({ processing: 'canceled', flags: [] });
  });

  it('that a list gave without a status is not believed: the order itself has to say', async () => {
    const { id, orderId } = await addOrder();
    oddly.set(`orders/${orderId}`, json({ ...orders[0]!, status_id: 5 }));
    delete (orders[0] as Partial<(typeof orders)[0]>).status_id;
    await runChanged();
    expect(await requestOf(db(), id)).toMatchObject({ processing: 'canceled', reason_code: 'canceled_by_store' });
  });

  it('of which the store knows nothing any more does not bring it back to its first interval', async () => {
    const { id, orderId } = await addOrder();
    pack(orderId, 3);
    await lookAtDue();
    oddly.set(`orders/${orderId}/shipments`, json([], 404));
    await makeDue();
    await lookAtDue();
    const { shipping, asked_at: at, next_check_at: next } = await requestOf(db(), id);
    expect([shipping, next!.getTime() - at!.getTime()]).toEqual(['shipped', 11 * HOUR_MS]);
  });
});

it('what a batch came to is counted with what is written of it, or not at all', async () => {
  const { id, orderId } = await addOrder();
  pack(orderId, 3);
  const runId = await begin();
  await sql`create function lose_counts() returns trigger language plpgsql as
    $$ begin if new.counts <> old.counts then raise 'lost'; end if; return new; end $$`.execute(db());
  await sql`create trigger lose_counts before update on job_runs for each row execute function lose_counts()`.execute(
    db(),
  );
  await expect(activities().askForDue(runId)).rejects.toThrow('lost');
  await sql`drop trigger lose_counts on job_runs`.execute(db());
  expect(await listShipmentRows(db(), { frId: id }, 2)).toEqual([]);
  await activities().askForDue(runId);
  const { rows } = await sql<{ counts: object }>`select counts from job_runs where id = ${runId}`.execute(db());
  expect(rows[0]!.counts).toMatchObject({ asked: 1, changed: 1, shipments: 1 });
});
