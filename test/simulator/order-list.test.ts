import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { billing, makeOrder, startStore, type TestStore } from './helpers.ts';

describe('the order list', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await startStore();
    await store.api('POST', '/v2/orders', makeOrder({ external_order_id: 'FR-1' }));
    store.clock.now += 3_600_000;
    const second = {
      external_order_id: 'FR-2',
      status_id: 7,
      payment_method: 'Manual',
      ...billing({ email: 'max@example.com' }),
    };
    await store.api('POST', '/v2/orders', makeOrder({ ...second, products: [{ product_id: 51, quantity: 9 }] }));
  });
  afterEach(() => store.close());

  async function ids(query: string): Promise<number[]> {
    const { status, body } = await store.get(`/v2/orders?${query}`);
    return status === 204 ? [] : body.map((order: { id: number }) => order.id);
  }

  it.each([
    ['', [100, 101]],
    ['external_order_id=FR-2', [101]],
    ['external_order_id=fr-2', []],
    ['min_id=101', [101]],
    ['max_id=100', [100]],
    ['status_id=7', [101]],
    ['email=MAX@example.com', [101]],
    ['customer_id=0', [100, 101]],
    ['customer_id=5', []],
    ['payment_method=Manual', [101]],
    ['channel_id=1', [100, 101]],
    ['min_total=100', [101]],
    ['max_total=100', [100]],
    ['cart_id=x', []],
    ['sort=id:desc', [101, 100]],
    ['sort=date_modified:asc', [100, 101]],
    ['sort=status_id:asc', [101, 100]],
    ['min_date_created=2026-03-02T10:30:00Z', [101]],
    [`max_date_created=${encodeURIComponent('Mon, 02 Mar 2026 10:30:00 +0000')}`, [100]],
    ['min_date_modified=2026-03-02T11:00:00Z&max_date_modified=2026-03-02T11:00:00Z', [101]],
    ['limit=1&page=2', [101]],
  ])('with "%s" shows %j', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  it('answers 204 without a body when there is none', async () => {
    const reply = await store.get('/v2/orders?external_order_id=FR-9');
    expect([reply.status, reply.text]).toEqual([204, '']);
  });

  it('answers 413 as an array when more than 250 are asked for', async () => {
    const { status, body } = await store.get('/v2/orders?limit=251');
    expect(status).toBe(413);
    expect(body).toEqual([
      { status: 413, message: 'The specified limit exceeds the maximum allowed.', details: { max_limit: 250 } },
    ]);
  });

  it('refuses a date whose plus was not percent-encoded', async () => {
    const { status } = await store.get('/v2/orders?min_date_created=Mon, 02 Mar 2026 10:30:00 +0000');
    expect(status).toBe(400);
  });

  it('is counted by status and in all', async () => {
    const { body } = await store.get('/v2/orders/count?min_id=100');
    expect(body.count).toBe(2);
    expect(body.statuses.find((row: { id: number }) => row.id === 7)).toMatchObject({
      name: 'Awaiting Payment',
      count: 1,
    });
  });

  it('shows a new order only after the delay that the store is set to, while the order itself can be read', async () => {
    await store.control('PUT', '/settings', { ordersVisibleAfterMs: 5000 });
    const { body } = await store.api('POST', '/v2/orders', makeOrder({ external_order_id: 'FR-3' }));
    expect(await ids('external_order_id=FR-3')).toEqual([]);
    expect((await store.get(`/v2/orders/${body.id}`)).status).toBe(200);
    store.clock.now += 5000;
    expect(await ids('external_order_id=FR-3')).toEqual([102]);
  });

  it('ignores the filter on external_order_id where the store is set so', async () => {
    await store.control('PUT', '/settings', { filtersByExternalOrderId: false });
    expect(await ids('external_order_id=FR-2')).toEqual([100, 101]);
  });

  it('shows archived orders unless the store is set otherwise', async () => {
    await store.api('DELETE', '/v2/orders/100');
    expect(await ids('')).toEqual([100, 101]);
    await store.control('PUT', '/settings', { listsArchivedOrders: false });
    expect(await ids('')).toEqual([101]);
  });

  it('includes consignments with their lines when asked', async () => {
    const query = 'include=consignments,consignments.line_items&consignment_structure=object';
    const { body } = await store.get(`/v2/orders?${query}&max_id=100`);
    expect(body[0].consignments.shipping[0].line_items).toMatchObject([{ sku: 'SHARED-M', quantity: 2 }]);
  });
});
