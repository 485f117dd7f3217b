import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { StoreClient } from '../../bigcommerce/client.ts';
import { listOrdersById, readModifiedOrders, readOrderById } from '../../bigcommerce/order-changes.ts';
import { listOrderProducts, postOrder } from '../../bigcommerce/orders.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { listShipments } from '../../bigcommerce/shipments.ts';
import { startSimulator } from '../helpers/simulator.ts';
import type { TestSimulator } from '../helpers/simulator.ts';
import { json, startStub } from './server.ts';

let simulator: TestSimulator;
let client: StoreClient;
beforeAll(async () => {
  simulator = await startSimulator(['--products', '100', '--quota', 'none']);
}, 30_000);
afterAll(() => simulator.stop());
beforeEach(async () => {
  const options = { storeHash: 'demo', accessToken: 'demo-token', governor: new QuotaGovernor() };
  client = createStoreClient({ apiUrl: simulator.url, ...options, priority: 'shipments' });
  await simulator.control('PUT', 'faults', []);
});

const ADDRESS = {
  ...{ first_name: 'Jane', last_name: 'Doe', street_1: '555 East Street', city: 'Austin', state: 'Texas' },
  ...{ zip: '78108', country_iso2: 'US', email: 'jane@example.com' },
};

async function place(quantity = 2): Promise<number> {
  const products = [{ product_id: 51, variant_id: 123, quantity }];
  const body = { billing_address: ADDRESS, products, external_order_id: 'N', external_source: 'app', status_id: 11 };
  const outcome = await postOrder(client, body, { timeoutMs: 5_000 });
  if (outcome.kind !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`);
  return outcome.orderId;
}

const ship = (orderId: number, body: Record<string, unknown> = {}) =>
  simulator.control<{ id: number }>('POST', `orders/${orderId}/ship`, body);

describe('the shipments of an order', () => {
  it('are none, then one, then edited, then none again', async () => {
    const orderId = await place();
    await expect(listShipments(client, orderId)).resolves.toEqual([]);
    const { id } = await ship(orderId, { tracking_number: '1Z1' });
    const [shipment, ...more] = (await listShipments(client, orderId))!;
    expect(more).toEqual([]);
    expect(shipment).toMatchObject({
      ...{ id, tracking_number: '1Z1' },
      items: [{ order_product_id: expect.any(Number), quantity: 2 }],
    });
    await simulator.control('PATCH', `orders/${orderId}/shipments/${id}`, { tracking_number: '1Z2' });
    await expect(listShipments(client, orderId)).resolves.toMatchObject([{ id, tracking_number: '1Z2' }]);
    await simulator.control('DELETE', `orders/${orderId}/shipments/${id}`);
    await expect(listShipments(client, orderId)).resolves.toEqual([]);
  });

  it('are all read, however many', async () => {
    const orderId = await place(260);
    const lines = (await simulator.control<{ lines: { id: number }[] }>('GET', `orders/${orderId}`)).lines;
    const items = [{ order_product_id: lines[0]!.id, quantity: 1 }];
    for (let shipped = 0; shipped < 260; shipped += 20) {
      await Promise.all(Array.from({ length: 20 }, () => ship(orderId, { items })));
    }
    const shipments = (await listShipments(client, orderId))!;
    expect(new Set(shipments.map(({ id }) => id)).size).toBe(260);
  });

  it('are null where the order does not exist', () => expect(listShipments(client, 999_999)).resolves.toBeNull());

  it.each([
    ['html', 'store_unavailable'],
    ['garbage', 'unexpected_answer'],
    ['cut-body', 'store_unavailable'],
    ['reset', 'store_unavailable'],
    ['overload', 'rate_limited'],
  ])('are never said to be none after %s', async (kind, code) => {
    const orderId = await place();
    await ship(orderId);
    await simulator.control('PUT', 'faults', [{ kind, times: 1, method: 'GET' }]);
    await expect(listShipments(client, orderId)).rejects.toMatchObject({ code });
  });

  it('are not understood without ids or as no list', async () => {
    const store = await startStub();
    const options = { storeHash: 'a', accessToken: 't', governor: new QuotaGovernor(), priority: 'shipments' } as const;
    const stubbed = createStoreClient({ apiUrl: store.url, ...options });
    for (const answer of [[{ id: 0 }], [{}], [null], {}]) {
      store.answer = json(answer);
      await expect(listShipments(stubbed, 7)).rejects.toMatchObject({ code: 'unexpected_answer' });
    }
    store.answer = json([{ id: '9', items: null, new_field: 1 }]);
    await expect(listShipments(stubbed, 7)).resolves.toEqual([{ id: 9, items: null, new_field: 1 }]);
    await store.close();
  });
});

describe('an order that was shipped', () => {
  it.each([true, false])('is listed as modified only where shipments touch it: %p', async (shipmentTouchesOrder) => {
    await simulator.control('PUT', 'settings', { shipmentTouchesOrder });
    const orderId = await place();
    await simulator.control('PATCH', `orders/${orderId}`, { modifiedAt: '2020-01-01T00:00:00Z' });
    const since = new Date(Date.now() - 60_000);
    const listed = async () => (await readModifiedOrders(client, { since })).orders.filter(({ id }) => id === orderId);
    await expect(listed()).resolves.toEqual([]);
    await ship(orderId);
    await expect(listed()).resolves.toHaveLength(shipmentTouchesOrder ? 1 : 0);
    const order = (await listOrdersById(client, [orderId, orderId - 1])).get(orderId);
    expect(order).toMatchObject({ id: orderId, statusId: 2, itemsTotal: 2, itemsShipped: 2, externalOrderId: 'N' });
    await simulator.control('PUT', 'settings', { shipmentTouchesOrder: true });
  });

  it('is found by its id when it is archived and lists leave it out', async () => {
    const ids = [await place(), await place()];
    await simulator.control('PATCH', `orders/${ids[0]}`, { isDeleted: true });
    await simulator.control('PUT', 'settings', { listsArchivedOrders: false });
    expect([...(await listOrdersById(client, ids)).keys()]).toEqual([ids[1]]);
    await expect(readOrderById(client, ids[0]!)).resolves.toMatchObject({ id: ids[0], isDeleted: true });
    await simulator.control('PUT', 'settings', { listsArchivedOrders: true });
  });
});

it('the lines of an order are all read, page after page', async () => {
  const lines = Array.from({ length: 260 }, (_, index) => ({ id: index + 1, product_id: 51, quantity: 1, sku: 'S' }));
  const store = await startStub((request, response) => {
    const { searchParams } = new URL(request.url!, 'http://stub');
    const [page, limit] = [Number(searchParams.get('page')), Number(searchParams.get('limit'))];
    json(lines.slice((page - 1) * limit, page * limit))(request, response);
  });
  const options = { storeHash: 'a', accessToken: 't', governor: new QuotaGovernor(), priority: 'shipments' } as const;
  const read = await listOrderProducts(createStoreClient({ apiUrl: store.url, ...options }), 7);
  await store.close();
  expect(read.map(({ id }) => id)).toEqual(lines.map(({ id }) => id));
  expect(store.knocks.map(({ url }) => [url.pathname, url.searchParams.get('page')])).toEqual([
    ['/stores/a/v2/orders/7/products', '1'],
    ['/stores/a/v2/orders/7/products', '2'],
  ]);
});
