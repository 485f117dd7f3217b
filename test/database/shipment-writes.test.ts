import { describe, expect, it } from '@jest/globals';
import { listShipmentChanges, listShipmentRows, loadShipping, saveReconciled } from '../../database/shipments.ts';
import type { ReconciledRequest } from '../../database/shipments.ts';
import {
  AT,
  addAcknowledged,
  eventsOf,
  makeReconciled,
  makeShipment,
  requestOf,
  shippedOf,
  tracesOf,
} from './shipping.ts';
import { useSource } from './use-source.ts';

const shop = useSource();

const save = (...batch: ReconciledRequest[]) => saveReconciled(shop.db, batch);

async function feedOf(frId: number) {
  const { number } = await requestOf(shop.db, frId);
  const changes = await listShipmentChanges(shop.db, { since: 0, sourceId: shop.sourceId, limit: 1_000 });
  return changes.filter(({ shipment }) => shipment.number === number);
}

describe('what was found of a request', () => {
  it('is stored, told in its timeline and in the feed', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId, { lines: [2, 1] });
    const { number, bigcommerce_order_id: order } = await requestOf(shop.db, id);
    await expect(save(makeReconciled(id, [2, 1], [makeShipment(7, [1])]))).resolves.toEqual({
      ...{ changed: 1, shipments: 1, corrected: 0, unmatched: 0 },
    });
    expect(await requestOf(shop.db, id)).toMatchObject({
      ...{ shipping: 'partially_shipped', shipped_at: null, check_step: 1, store_status_id: 11, asked_at: AT },
      ...{ order_modified_at: AT, next_check_at: new Date(AT.getTime() + 60_000) },
      explanation: `Sent: BigCommerce order ${order}; 1 of 3 items shipped.`,
    });
    expect(await shippedOf(shop.db, id)).toEqual([1, 0]);
    await save(makeReconciled(id, [2, 1], [makeShipment(7, [1]), makeShipment(8, [1, 1])]));
    expect(await requestOf(shop.db, id)).toMatchObject({
      ...{ shipping: 'shipped', shipped_at: AT, explanation: 'Shipped: 2 packages (1Z7, 1Z8).' },
    });
    expect(await eventsOf(shop.db, id)).toEqual([
      'partially shipped: 1 of 3 items shipped.',
      'shipped: 2 packages (1Z7, 1Z8).',
    ]);
    const feed = await feedOf(id);
    expect(feed.map(({ kind, shipment }) => [kind, shipment.bigcommerceShipmentId])).toEqual([
      ['created', 7],
      ['created', 8],
    ]);
    const item = { lineId: 'l1', sku: 'SKU-1', quantity: 1, orderProductId: 1, productId: null, reason: null };
    const shown = {
      ...{ source: 'acme', number, bigcommerceOrderId: order, bigcommerceShipmentId: 7, trackingNumber: '1Z7' },
      ...{ trackingLink: null, trackingCarrier: 'ups', shippingProvider: 'ups', shippingMethod: null },
      ...{ shippedAt: '2026-11-24T07:00:00.000Z', comments: null, cost: '4.5', attributes: {}, flags: [] },
      ...{ items: [item], problems: [], removed: false },
    };
    expect(feed[0]!.shipment).toEqual(shown);
    expect((await listShipmentRows(shop.db, { number }, 10)).map(({ shipment }) => shipment)).toContainEqual(shown);
  });

  it('touches nothing but the next check when it is the same as before', async () => {
    const ids = [await addAcknowledged(shop.db, shop.sourceId), await addAcknowledged(shop.db, shop.sourceId)];
    const batch = ids.map((id, index) => makeReconciled(id, [3], [makeShipment(20 + index, [1])]));
    await save(...batch);
    const tables = ['shipments', 'shipment_changes', 'fr_lines', 'fr_events'];
    const before = await Promise.all(tables.map((table) => tracesOf(shop.db, table)));
    const { changed_at: changedAt } = await requestOf(shop.db, ids[0]!);
    const later = { check: { nextCheckAt: new Date(AT.getTime() + 999), step: 5 }, orderModifiedAt: null };
    const counts = await save(...batch.map((each) => ({ ...each, ...later })));
    expect(counts).toEqual({ changed: 0, shipments: 0, corrected: 0, unmatched: 0 });
    expect(await Promise.all(tables.map((table) => tracesOf(shop.db, table)))).toEqual(before);
    expect(await requestOf(shop.db, ids[0]!)).toMatchObject({
      ...{ changed_at: changedAt, check_step: 5, next_check_at: later.check.nextCheckAt, order_modified_at: AT },
    });
  });

  it('has when the date of its order was first seen, until the date is another', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const seen = async (modified: number | null, at: number) => {
      const orderModifiedAt = modified === null ? null : new Date(AT.getTime() + modified);
      await save(makeReconciled(id, [3], [], { at: new Date(AT.getTime() + at), orderModifiedAt }));
      return ((await requestOf(shop.db, id)).order_seen_at?.getTime() ?? NaN) - AT.getTime();
    };
    expect([await seen(null, 1), await seen(50, 2), await seen(50, 3), await seen(null, 4), await seen(51, 5)]).toEqual(
      [...[NaN, 2, 2, 2, 5]],
    );
  });

  it('brings the lines of orders that were read anew, of the whole batch together', async () => {
    const ids = [await addAcknowledged(shop.db, shop.sourceId), await addAcknowledged(shop.db, shop.sourceId)];
    const product = { orderProductId: 5, productId: 6, variantId: null, sku: 'S\0', quantity: 3 };
    await save(...ids.map((id) => makeReconciled(id, [3], [makeShipment(id, [1])], { orderProducts: [product] })));
    await save(makeReconciled(ids[0]!, [3], [makeShipment(ids[0]!, [1])]));
    const facts = await loadShipping(shop.db, ids);
    for (const id of ids)
      expect(facts.get(id)).toMatchObject({ productsRead: true, orderProducts: [{ ...product, sku: 'S\uFFFD' }] });
  });

  it('is passed over when somebody has asked the store later and was faster', async () => {
    const [id, other] = [await addAcknowledged(shop.db, shop.sourceId), await addAcknowledged(shop.db, shop.sourceId)];
    const later = new Date(AT.getTime() + 2_000);
    const edited = makeShipment(25, [3], { trackingNumber: 'NEW' });
    await save(makeReconciled(id, [3], [edited], { at: later }));
    const before = await requestOf(shop.db, id);
    const old = makeReconciled(id, [3], [makeShipment(25, [1])], { storeStatusId: 9 });
    await expect(save(old, makeReconciled(other, [3], [makeShipment(26, [1])]))).resolves.toMatchObject({ changed: 1 });
    expect(await requestOf(shop.db, id)).toEqual(before);
    expect((await feedOf(id)).map(({ shipment }) => shipment.trackingNumber)).toEqual(['NEW']);
    // A worker whose clock was an hour ahead must not make everybody else deaf.
    await shop.db
      .updateTable('fulfillment_requests')
      .set({ asked_at: new Date(AT.getTime() + 3_600_000) })
      .where('id', '=', id)
      .execute();
    await expect(save(old)).resolves.toMatchObject({ changed: 1 });
  });

  it('touches of a batch only those that differ', async () => {
    const ids = [await addAcknowledged(shop.db, shop.sourceId), await addAcknowledged(shop.db, shop.sourceId)];
    await save(...ids.map((id, index) => makeReconciled(id, [3], [makeShipment(30 + index, [1])])));
    const before = await loadShipping(shop.db, ids);
    const edited = makeShipment(31, [1], { trackingNumber: 'NEW' });
    const batch = [makeReconciled(ids[0]!, [3], [makeShipment(30, [1])]), makeReconciled(ids[1]!, [3], [edited])];
    await expect(save(...batch)).resolves.toMatchObject({ changed: 1, shipments: 0, corrected: 1 });
    const after = await loadShipping(shop.db, ids);
    expect(after.get(ids[0]!)).toEqual(before.get(ids[0]!));
    expect((await feedOf(ids[1]!)).map(({ kind, shipment }) => [kind, shipment.trackingNumber])).toEqual([
      ['created', '1Z31'],
      ['corrected', 'NEW'],
    ]);
    expect((await eventsOf(shop.db, ids[1]!)).at(-1)).toBe('shipment corrected: Shipment 31 was changed in the store.');
  });

  it('may be an order of 120 lines in 120 packages', async () => {
    const ordered = Array.from({ length: 120 }, () => 1);
    const id = await addAcknowledged(shop.db, shop.sourceId, { lines: ordered });
    const packages = ordered.map((_one, index) =>
      makeShipment(
        10_000 + index,
        ordered.map((_other, line) => Number(line === index)),
      ),
    );
    const half = makeReconciled(id, ordered, packages.slice(0, 60));
    await expect(save(half)).resolves.toMatchObject({ shipments: 60 });
    expect((await requestOf(shop.db, id)).explanation).toContain('60 of 120 items shipped');
    await save(makeReconciled(id, ordered, packages));
    expect(await shippedOf(shop.db, id)).toEqual(ordered);
    expect((await requestOf(shop.db, id)).explanation).toBe(
      'Shipped: 120 packages (1Z10000, 1Z10001, 1Z10002, 1Z10003, 1Z10004, and 115 more).',
    );
  });

  it('goes back when a shipment is deleted in the store, and forth when it returns', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const whole = makeReconciled(id, [3], [makeShipment(40, [3])]);
    await save(whole);
    await expect(save(makeReconciled(id, [3], []))).resolves.toMatchObject({ changed: 1, corrected: 1 });
    expect(await requestOf(shop.db, id)).toMatchObject({ shipping: 'open', shipped_at: null });
    expect(await shippedOf(shop.db, id)).toEqual([0]);
    const { number } = await requestOf(shop.db, id);
    expect(await listShipmentRows(shop.db, { number }, 10)).toEqual([]);
    expect(await listShipmentRows(shop.db, { number, removed: true }, 10)).toMatchObject([
      { shipment: { removed: true } },
    ]);
    await save(whole);
    expect(await requestOf(shop.db, id)).toMatchObject({
      shipping: 'shipped',
      explanation: 'Shipped: 1 package (1Z40).',
    });
    expect(await listShipmentRows(shop.db, { number }, 10)).toMatchObject([{ shipment: { removed: false } }]);
    expect((await feedOf(id)).map(({ kind, shipment }) => [kind, shipment.removed])).toEqual([
      ...[
        ['created', false],
        ['removed', true],
      ],
      ['created', false],
    ]);
    expect(await eventsOf(shop.db, id)).toEqual([
      'shipped: 1 package (1Z40).',
      'shipment removed: Shipment 40 was deleted in the store.',
      'reopened: 0 of 3 items shipped.',
      'shipped: 1 package (1Z40).',
    ]);
  });

  it('counts and tells items that match no line', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const shipment = makeShipment(60, []);
    const item = { lineId: null, sku: null, quantity: 1, orderProductId: 9, productId: null, reason: 'no such line' };
    shipment.items.push(item);
    shipment.flags.push('unmatched_items');
    const found = makeReconciled(id, [3], [shipment], { with: { flags: ['unmatched_items'] } });
    await expect(save(found)).resolves.toEqual({ changed: 1, shipments: 1, corrected: 0, unmatched: 1 });
    expect(await eventsOf(shop.db, id)).toEqual([expect.stringMatching(/^shipment not matched: .*60/)]);
    const rows = await listShipmentRows(shop.db, { frId: id, flag: 'unmatched_items' }, 9);
    expect(rows).toMatchObject([{ shipment: { items: [item], flags: ['unmatched_items'] } }]);
  });

  it('may hold what Postgres cannot', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const fields = { comments: 'a\0b\uD800c "\\u0000"', attributes: { note: '\0' } };
    const found = makeReconciled(id, [3], [makeShipment(70, [3], fields)]);
    await save(found);
    const [row] = await listShipmentRows(shop.db, { frId: id }, 1);
    expect(row!.shipment).toMatchObject({ comments: 'a\uFFFDb\uFFFDc "\\u0000"', attributes: { note: '\uFFFD' } });
    await expect(save(found)).resolves.toMatchObject({ changed: 0 });
  });

  it('of a source that was removed meanwhile is nobody’s', async () => {
    const gone = makeReconciled(999_999, [3], [makeShipment(80, [3])]);
    await expect(save(gone)).resolves.toEqual({ changed: 0, shipments: 0, corrected: 0, unmatched: 0 });
  });
});

describe('two runs that write the same requests at once', () => {
  it('write them once, whatever the order of their batches', async () => {
    const ids = await Promise.all([1, 2, 3, 4, 5, 6].map(() => addAcknowledged(shop.db, shop.sourceId)));
    const batch = ids.map((id, index) => makeReconciled(id, [3], [makeShipment(90 + index, [3])]));
    const counts = await Promise.all([save(...batch), save(...batch.toReversed()), save(...batch)]);
    expect(counts.reduce((sum, each) => sum + each.shipments, 0)).toBe(6);
    const feeds = await Promise.all(ids.map(feedOf));
    expect(feeds.map((feed) => feed.length)).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
