import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { listShipmentRows, readWatermark } from '../../database/shipments.ts';
import { json, text } from '../bigcommerce/server.ts';
import { AT, requestOf, shippedOf } from '../database/shipping.ts';
import { useShippingStore } from './shipping-store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const COMPLETED = 10;

const store = useShippingStore();
const { orders, asked, oddly, db, sourceId, activities, begin, addOrder, addOrders, runChanged, setUp } = store;
const { lookAtDue, makeDue, pack } = store;

describe('a request that is due', () => {
  it('is asked for again at widening intervals, though its order is never listed as changed', async () => {
    const { id } = await addOrder(0);
    const waits: number[] = [];
    for (let look = 1; look <= 10; look++) {
      await makeDue();
      await lookAtDue();
      const { asked_at: at, next_check_at: next } = await requestOf(db(), id);
      waits.push((next!.getTime() - at!.getTime()) / MINUTE_MS);
    }
    expect(waits).toEqual([2, 5, 10, 20, 40, 80, 180, 360, 660, 660]);
    // Not before that.
    await lookAtDue();
    expect(asked).toHaveLength(10);
  });

  it('is asked for often again once anything has changed', async () => {
    const { id, orderId } = await addOrder(0, { columns: { check_step: 7 } });
    pack(orderId, 1);
    await lookAtDue();
    expect(await requestOf(db(), id)).toMatchObject({ shipping: 'partially_shipped', check_step: 1 });
  });

  it.each([
    ['as long as recheckDays say', 1, false],
    ['for 14 days where they say nothing', undefined, true],
  ])('is asked for after it has shipped %s', async (_name, recheckDays, isAskedAgain) => {
    await setUp({ shipments: { recheckDays } });
    const columns = { shipping: 'shipped', shipped_at: new Date(Date.now() - 2 * DAY_MS), next_check_at: AT };
    const { id } = await addOrder(0, { columns }, { status_id: COMPLETED });
    await lookAtDue();
    expect(asked).toHaveLength(1);
    expect((await requestOf(db(), id)).next_check_at !== null).toBe(isAskedAgain);
  });

  it('is asked for its lines once, however often for its shipments', async () => {
    const { id, orderId } = await addOrder(0);
    pack(orderId, 1);
    for (let look = 1; look <= 2; look++) {
      await lookAtDue();
      await makeDue();
    }
    pack(orderId, 2);
    await lookAtDue();
    expect(asked).toHaveLength(3);
    expect(store.knocksAt(`orders/${orderId}/products`)).toBe(1);
    expect(await shippedOf(db(), id)).toEqual([2]);
  });

  it('is mapped by the template and the mapping sets of its source', async () => {
    const mapping = { trackingCarrier: { from: 'carrier', lookup: 'carriers' }, warehouse: 'order_address_id' };
    await setUp({ shipments: { mapping, mappingSets: { carriers: { map: { ups: 'UPS Inc' } } } } });
    const { id, orderId } = await addOrder(0);
    pack(orderId, 1, { tracking_carrier: 'ups', order_address_id: 12 });
    await lookAtDue();
    const [row] = await listShipmentRows(db(), { frId: id }, 2);
    expect(row!.shipment).toMatchObject({ trackingCarrier: 'UPS Inc', attributes: { warehouse: 12 } });
  });
});

describe('a run', () => {
  it('that the quota cuts short goes on where it stopped', async () => {
    await addOrders(8);
    const refused = orders.slice(5).map((order) => order.id);
    for (const id of refused) oddly.set(`orders/${id}/shipments`, json({}, 429, { 'x-rate-limit-time-reset-ms': '1' }));
    const runId = await begin();
    await expect(activities().readChanged(runId)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await readWatermark(db(), sourceId())).toBeNull();
    oddly.clear();
    asked.length = 0;
    await activities(2).readChanged(runId);
    expect([...asked].sort()).toEqual([...refused].sort());
    expect(await readWatermark(db(), sourceId())).toEqual(new Date(orders.at(-1)!.date_modified));
  });

  it('finds what the list of changes does not show because the clock of the store was put right', async () => {
    await addOrders(2, { aheadMs: HOUR_MS });
    await runChanged();
    const watermark = await readWatermark(db(), sourceId());
    const { id, orderId } = await addOrder();
    pack(orderId, 3);
    await runChanged();
    expect((await requestOf(db(), id)).shipping).toBe('open');
    await lookAtDue();
    expect((await requestOf(db(), id)).shipping).toBe('shipped');
    expect(await readWatermark(db(), sourceId())).toEqual(watermark);
  });

  it('asks for nothing behind the lookback period of its source, and counts and flags what was left there, once', async () => {
    await setUp({ shipments: { lookbackDays: 0.5 } });
    const old = { columns: { created_at: new Date(Date.now() - 13 * HOUR_MS) } };
    const { id } = await addOrder(0, old);
    const young = await addOrder(0, { columns: { created_at: new Date(Date.now() - 11 * HOUR_MS) } });
    const countsOf = async () => {
      const runId = await begin();
      await activities().askForDue(runId);
      await activities().reportExpired(runId);
      const { rows } = await sql<{ expired: number }>`
        select (counts ->> 'expired')::int as expired from job_runs where id = ${runId}`.execute(db());
      return rows[0]!.expired;
    };
    expect([await countsOf(), await countsOf()]).toEqual([1, 0]);
    expect(new Set(asked)).toEqual(new Set([young.orderId]));
    expect((await requestOf(db(), id)).flags).toEqual(['expired']);
    expect((await requestOf(db(), young.id)).flags).toEqual([]);
  });
});

describe('what is stored of a request stays', () => {
  /** One of which a package with two of three is known, and the store ships the third. */
  async function addPartly(columns: Record<string, unknown> = {}) {
    const added = await addOrder(0, { columns });
    pack(added.orderId, 2);
    await lookAtDue();
    await makeDue();
    return added;
  }

  it('when its order is not known any more', async () => {
    const { id, orderId } = await addPartly();
    oddly.set(`orders/${orderId}/shipments`, json({}, 404));
    await lookAtDue();
    expect(await requestOf(db(), id)).toMatchObject({ shipping: 'partially_shipped', flags: ['order_deleted'] });
    expect(await shippedOf(db(), id)).toEqual([2]);
  });

  it("when its order's number is somebody else's", async () => {
    const { id, orderId } = await addPartly({ order_external_id: 'PO-own' });
    // So was its first look: nothing was taken from it.
    expect(await requestOf(db(), id)).toMatchObject({ shipping: 'open', flags: ['order_foreign'] });
    expect(asked).toEqual([]);
    orders.find((order) => order.id === orderId)!.external_order_id = 'PO-own';
    await lookAtDue();
    expect(await requestOf(db(), id)).toMatchObject({ shipping: 'partially_shipped', flags: [] });
  });

  it.each([
    ['a page of HTML', text('<html>Be right back</html>', 200, { 'content-type': 'text/html' }), 'unexpected_answer'],
    ['503', text('', 503), 'store_unavailable'],
  ])('when the store answers with %s', async (_name, answer, code) => {
    const { id, orderId } = await addPartly();
    oddly.set(`orders/${orderId}/shipments`, answer);
    await expect(lookAtDue()).rejects.toMatchObject({ code });
    expect(await requestOf(db(), id)).toMatchObject({ shipping: 'partially_shipped', flags: [] });
  });
});
