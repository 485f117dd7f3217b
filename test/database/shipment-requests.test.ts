import { describe, expect, it } from '@jest/globals';
import {
  findByOrderIds,
  flagExpired,
  listDueRequests,
  loadShipping,
  readWatermark,
  rememberOrderProducts,
  saveReconciled,
  saveWatermark,
  watchRequest,
} from '../../database/shipments.ts';
import { addSource } from './builders.ts';
import { AT, addAcknowledged, eventsOf, makeReconciled, makeShipment, requestOf, tracesOf } from './shipping.ts';
import { useSource } from './use-source.ts';

const shop = useSource({ each: true });

const DAY_MS = 86_400_000;
const minutes = (count: number) => new Date(AT.getTime() + count * 60_000);
const add = (columns: Record<string, unknown> = {}, ageDays = 1) =>
  addAcknowledged(shop.db, shop.sourceId, { columns, ageDays });
const due = async (query: Partial<Parameters<typeof listDueRequests>[1]> = {}) => {
  const all = { sourceId: shop.sourceId, now: AT, lookbackDays: 90, limit: 100, all: false, startedAt: AT, ...query };
  return (await listDueRequests(shop.db, all)).map(({ id }) => id);
};

describe('requests that are due', () => {
  it('are the longest overdue first, those without a check before all others', async () => {
    const [late, later] = [await add({ next_check_at: minutes(-9) }), await add({ next_check_at: minutes(-10) })];
    const fresh = await add();
    await add({ next_check_at: minutes(1) });
    await addAcknowledged(shop.db, await addSource(shop.db));
    expect(await due()).toEqual([fresh, later, late]);
    expect(await due({ limit: 2 })).toEqual([fresh, later]);
    expect(await due({ afterId: late })).toEqual([later, fresh]);
  });

  it('are acknowledged, and of the shipped those with a check to come', async () => {
    await add({ processing: 'canceled' });
    await add({ processing: 'sending' });
    await add({ bigcommerce_order_id: null });
    await add({ shipping: 'shipped' });
    const rechecked = await add({ shipping: 'shipped', next_check_at: minutes(-1) });
    expect(await due()).toEqual([rechecked]);
    expect(await due({ all: true })).toEqual([rechecked]);
  });

  it('are what has shipped for as long as it has a check to come, however old it is', async () => {
    const shipped = await add({ shipping: 'shipped', next_check_at: minutes(-1) }, 91);
    await add({ shipping: 'shipped', next_check_at: minutes(1) }, 91);
    await add({ shipping: 'partially_shipped', next_check_at: minutes(-1) }, 91);
    expect(await due()).toEqual([shipped]);
  });

  it('are in the lookback period, or watched', async () => {
    const edge = await add({}, 90);
    await add({}, 90.01);
    const watched = await add({ watched_until: minutes(1) }, 200);
    await add({ watched_until: minutes(-1) }, 200);
    expect(await due()).toEqual([edge, watched]);
  });

  it('are all that were not asked for since the start, when all are asked for', async () => {
    const early = await add({ next_check_at: minutes(500), asked_at: minutes(-1) });
    const never = await add({ next_check_at: minutes(400) });
    await add({ next_check_at: minutes(-400), asked_at: AT });
    expect(await due({ all: true })).toEqual([never, early]);
  });

  it('are the one that is asked for by itself, whatever its check and age', async () => {
    const id = await add({ next_check_at: minutes(500), asked_at: AT }, 300);
    await add();
    expect(await due({ all: true, frId: id })).toEqual([id]);
    const canceled = { processing: 'canceled', reason_code: 'declined_by_store' };
    const [byStore, byUs] = [await add(canceled), await add({ ...canceled, reason_code: null })];
    expect(await due({ all: true, frId: byStore })).toEqual([byStore]);
    expect(await due({ all: true, frId: byUs })).toEqual([]);
  });

  it('are found by their orders', async () => {
    const canceled = await add({ processing: 'canceled' });
    const byStore = await add({ processing: 'canceled', reason_code: 'refunded_by_store' });
    const one = await add({ order_modified_at: AT }, 200);
    const orders = await Promise.all(
      [one, canceled, byStore].map(async (id) => (await requestOf(shop.db, id)).bigcommerce_order_id!),
    );
    const found = await findByOrderIds(shop.db, shop.sourceId, [...orders, 5]);
    expect(found).toMatchObject([{ id: byStore }, { id: one, bigcommerceOrderId: orders[0], orderModifiedAt: AT }]);
    expect(await findByOrderIds(shop.db, await addSource(shop.db), orders)).toEqual([]);
    expect(await findByOrderIds(shop.db, shop.sourceId, [])).toEqual([]);
  });
});

describe('a request that leaves the lookback period', () => {
  const flag = (now = AT) => flagExpired(shop.db, { sourceId: shop.sourceId, lookbackDays: 90, now });

  it('is flagged and told once, the others are not', async () => {
    const old = await add({ flags: ['lines_differ'] }, 91);
    const others = [await add({}, 89), await add({ shipping: 'shipped' }, 91), await add({ processing: 'failed' }, 91)];
    const { number } = await requestOf(shop.db, old);
    expect(await flag()).toEqual([{ id: old, number }]);
    const before = await tracesOf(shop.db, 'fulfillment_requests');
    expect(await flag()).toEqual([]);
    expect(await tracesOf(shop.db, 'fulfillment_requests')).toEqual(before);
    expect((await requestOf(shop.db, old)).flags).toEqual(['lines_differ', 'expired']);
    expect(await eventsOf(shop.db, old)).toEqual([expect.stringMatching(/^expired: .*90 days/)]);
    for (const id of others) expect((await requestOf(shop.db, id)).flags).toEqual([]);
  });

  const watchUntil = (id: number, until: Date, mayShorten = true) =>
    watchRequest(shop.db, id, { until, mayShorten }, AT);

  it('is back while it is watched, and expires again afterwards', async () => {
    const id = await add({ next_check_at: minutes(900), check_step: 8 }, 91);
    await flag();
    expect(await due()).toEqual([]);
    const until = new Date(AT.getTime() + 7 * DAY_MS);
    expect(await watchUntil(id, until)).toEqual(until);
    expect(await requestOf(shop.db, id)).toMatchObject({
      flags: [],
      watched_until: until,
      next_check_at: AT,
      check_step: 0,
    });
    expect(await due()).toEqual([id]);
    expect(await flag()).toEqual([]);
    expect(await flag(new Date(until.getTime() + 1))).toMatchObject([{ id }]);
    expect((await eventsOf(shop.db, id)).at(1)).toBe('watched: Until 2026-12-01.');
  });

  it('says so and what to do, as long as it is not watched', async () => {
    const id = await add({ number: 'PO-$&' }, 91);
    const { explanation: before } = await requestOf(shop.db, id);
    const said = async () => (await requestOf(shop.db, id)).explanation;
    const period =
      'It has left the lookback period and is not asked for by itself any more: `bcsource fr watch PO-$&`.';
    for (const _again of [1, 2]) await flag();
    expect(await said()).toBe(`${before} ${period}`);
    await saveReconciled(shop.db, [makeReconciled(id, [3], [makeShipment(81, [1])])]);
    expect(await said()).toBe(`${before.slice(0, -1)}; 1 of 3 items shipped. ${period}`);
    await watchUntil(id, minutes(1));
    expect(await said()).toBe(`${before.slice(0, -1)}; 1 of 3 items shipped.`);
    await flag(minutes(2));
    expect(await said()).toContain(period);
    await saveReconciled(shop.db, [makeReconciled(id, [3], [makeShipment(81, [3])])]);
    expect(await said()).toBe('Shipped: 1 package (1Z81).');
  });

  it('is watched until exactly the end that is given, or that at the least, as its timeline tells', async () => {
    const id = await add({}, 91);
    for (const [days, mayShorten, told] of [
      [7, true, 7],
      [1, false, 7],
      [1, true, 1],
      [30, false, 30],
    ] as const) {
      const inDays = (count: number) => new Date(AT.getTime() + count * DAY_MS);
      expect(await watchUntil(id, inDays(days), mayShorten)).toEqual(inDays(told));
      expect(await requestOf(shop.db, id)).toMatchObject({ watched_until: inDays(told) });
      expect((await eventsOf(shop.db, id)).at(-1)).toBe(`watched: Until ${inDays(told).toISOString().slice(0, 10)}.`);
    }
  });

  it('loses the flag when everything of it has shipped', async () => {
    const id = await add({ flags: ['expired'], shipping: 'shipped' }, 91);
    expect(await flag()).toEqual([]);
    expect((await requestOf(shop.db, id)).flags).toEqual([]);
  });

  it('is not watched where it is not acknowledged', async () => {
    const id = await add({ processing: 'canceled' });
    expect(await watchUntil(id, minutes(1))).toBeUndefined();
    expect(await requestOf(shop.db, id)).toMatchObject({ watched_until: null });
    expect(await eventsOf(shop.db, id)).toEqual([]);
  });
});

describe('the lines of an order', () => {
  const rows = [1, 2].map((id) => ({
    orderProductId: id,
    productId: 0,
    variantId: null,
    sku: `S${id}\0`,
    quantity: 2,
  }));

  it('are remembered once', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId, { lines: [2, 2] });
    await rememberOrderProducts(shop.db, id, rows);
    const before = await tracesOf(shop.db, 'order_products');
    await rememberOrderProducts(shop.db, id, rows);
    expect(await tracesOf(shop.db, 'order_products')).toEqual(before);
    const facts = (await loadShipping(shop.db, [id, 999_999])).get(id)!;
    expect(facts).toMatchObject({
      id,
      sourceId: shop.sourceId,
      productsRead: true,
      shipping: 'open',
      stored: [],
      checkStep: 0,
    });
    expect(facts.orderProducts.map(({ sku }) => sku)).toEqual(['S1\uFFFD', 'S2\uFFFD']);
    expect(facts.lines.map(({ lineId, quantity }) => [lineId, quantity])).toEqual([
      ['l1', 2],
      ['l2', 2],
    ]);
  });

  it('follow what the store says of them later', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId, { lines: [2, 2] });
    await rememberOrderProducts(shop.db, id, rows);
    await rememberOrderProducts(shop.db, id, [{ ...rows[1]!, quantity: 7, variantId: 3 }]);
    const { orderProducts } = (await loadShipping(shop.db, [id])).get(id)!;
    expect(orderProducts.map(({ quantity, variantId }) => [quantity, variantId])).toEqual([
      [2, null],
      [7, 3],
    ]);
  });

  it('are asked for again when there were none', async () => {
    const id = await add();
    await rememberOrderProducts(shop.db, id, []);
    await rememberOrderProducts(shop.db, 999_999, rows);
    expect((await loadShipping(shop.db, [id])).get(id)).toMatchObject({ productsRead: false, orderProducts: [] });
    expect((await loadShipping(shop.db, [])).size).toBe(0);
  });
});

describe('the watermark', () => {
  it('never goes back', async () => {
    expect(await readWatermark(shop.db, shop.sourceId)).toBeNull();
    await saveWatermark(shop.db, shop.sourceId, AT);
    await saveWatermark(shop.db, shop.sourceId, minutes(-1));
    expect(await readWatermark(shop.db, shop.sourceId)).toEqual(AT);
    await saveWatermark(shop.db, shop.sourceId, minutes(1));
    expect(await readWatermark(shop.db, shop.sourceId)).toEqual(minutes(1));
  });
});
