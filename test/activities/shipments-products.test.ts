import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { json } from '../bigcommerce/server.ts';
import { tracesOf } from '../database/shipping.ts';
import { useShippingStore, v2Date } from './shipping-store.ts';

const shop = useShippingStore();

/** Looks at everything; answers how often the store was asked for lines, and how many packages were corrected. */
async function look(): Promise<[asked: number, corrected: number]> {
  const askedForLines = () => shop.knocksAt(`orders/${shop.orders[0]!.id}/products`);
  const before = askedForLines();
  const runId = await shop.begin();
  while (!(await shop.activities().askForDue(runId)).complete);
  const { rows } = await sql<{ corrected: number }>`
    select (counts ->> 'corrected')::int as corrected from job_runs where id = ${runId}`.execute(shop.db());
  return [askedForLines() - before, rows[0]!.corrected];
}

describe('the lines of an order', () => {
  const packs = (fields: object, ...lines: number[]) => {
    const items = lines.map((order_product_id) => ({ order_product_id, quantity: 1 }));
    const answer = json([{ id: 7, tracking_number: '1Z', ...fields, items }]);
    shop.oddly.set(`orders/${shop.orders[0]!.id}/shipments`, answer);
  };
  const has = (...ids: number[]) => {
    const lines = ids.map((id) => ({ id, product_id: 0, sku: 'SKU-1', quantity: 1 }));
    shop.oddly.set(`orders/${shop.orders[0]!.id}/products`, json(lines));
  };
  const modify = (secondsAgo: number) => {
    shop.orders[0]!.date_modified = v2Date(Date.now() - secondsAgo * 1000);
  };

  it('are asked for once, and again when a package names a line that is new', async () => {
    await shop.addOrders(1);
    has(1);
    packs({}, 1);
    expect([await look(), await look()]).toEqual([
      [1, 0],
      [0, 0],
    ]);
    has(1, 2);
    packs({}, 1, 2);
    expect([await look(), await look()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it('of which the order lacks one that a package names are asked for when order or package have changed', async () => {
    await shop.addOrders(1);
    has(1);
    packs({}, 1, 9);
    expect(await look()).toEqual([1, 0]);
    const before = await tracesOf(shop.db(), 'shipments');
    expect([await look(), await look()]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    // Exchanged for another: what the package says of the line that is gone stays true.
    has(2);
    modify(50);
    expect([await look(), await look()]).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect(await tracesOf(shop.db(), 'shipments')).toEqual(before);
    packs({ tracking_number: 'NEW' }, 1, 9);
    expect([await look(), await look()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    has(2, 9);
    modify(40);
    expect([await look(), await look()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });
});
