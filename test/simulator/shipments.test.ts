import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeOrder, startStore, type Reply, type TestStore } from './helpers.ts';

const PATH = '/v2/orders/100/shipments';

describe('shipments', () => {
  let store: TestStore;
  let addressId: number;
  let lineIds: number[];

  beforeEach(async () => {
    store = await startStore();
    const products = [
      { product_id: 50, variant_id: 121, quantity: 2 },
      { product_id: 51, quantity: 1 },
    ];
    await store.api('POST', '/v2/orders', makeOrder({ products }));
    addressId = (await store.get('/v2/orders/100/shipping_addresses')).body[0].id;
    lineIds = (await store.get('/v2/orders/100/products')).body.map((line: { id: number }) => line.id);
  });
  afterEach(() => store.close());

  function ship(quantities: number[], changes: Record<string, unknown> = {}): Promise<Reply> {
    const items = quantities.flatMap((quantity, position) =>
      quantity === 0 ? [] : [{ order_product_id: lineIds[position], quantity }],
    );
    return store.api('POST', PATH, { order_address_id: addressId, items, ...changes });
  }

  async function order(): Promise<Record<string, unknown>> {
    return (await store.get('/v2/orders/100')).body;
  }

  it('are 204 as long as there is none', async () => {
    expect((await store.get(PATH)).status).toBe(204);
  });

  it('move the order from partially shipped to shipped, and count what went', async () => {
    expect((await ship([1, 0])).status).toBe(201);
    expect(await order()).toMatchObject({ status_id: 3, items_shipped: 1, date_shipped: '' });
    await ship([1, 1]);
    expect(await order()).toMatchObject({
      status_id: 2,
      items_shipped: 3,
      date_shipped: 'Mon, 02 Mar 2026 10:00:00 +0000',
    });
    const { body } = await store.get('/v2/orders/100/products');
    expect(body.map((line: { quantity_shipped: number }) => line.quantity_shipped)).toEqual([2, 1]);
  });

  it('name their lines by order_product_id, with product_id 0', async () => {
    const { body } = await ship([2, 0], { tracking_number: '1Z', shipping_provider: 'ups', tracking_carrier: '' });
    expect(body.items).toEqual([{ order_product_id: lineIds[0], product_id: 0, quantity: 2 }]);
    expect(body).toMatchObject({ shipping_provider_display_name: 'UPS', tracking_link: '', order_id: 100 });
    expect(body.generated_tracking_link).toContain('1Z');
    expect(body.date_created).toBe('Mon, 02 Mar 2026 10:00:00 +0000');
  });

  it('generate no link where the merchant gave one', async () => {
    const { body } = await ship([1, 0], {
      tracking_number: '1Z',
      tracking_carrier: 'ups',
      tracking_link: 'https://t.example/1Z',
    });
    expect(body).toMatchObject({ tracking_link: 'https://t.example/1Z', generated_tracking_link: '' });
  });

  it('get their tracking number later, without any date of change of their own', async () => {
    const { body } = await ship([1, 0]);
    const changed = await store.api('PUT', `${PATH}/${body.id}`, { tracking_number: '1Z' });
    expect(changed.body).toMatchObject({ id: body.id, tracking_number: '1Z' });
    expect(changed.body).not.toHaveProperty('date_modified');
  });

  it('can be deleted, which does not take the order out of Shipped', async () => {
    const { body } = await ship([2, 1]);
    expect((await store.api('DELETE', `${PATH}/${body.id}`)).status).toBe(204);
    expect((await store.get(PATH)).status).toBe(204);
    expect(await order()).toMatchObject({ status_id: 2, items_shipped: 0 });
  });

  it('move date_modified of the order, unless the store is set otherwise', async () => {
    store.clock.now += 60_000;
    await ship([1, 0]);
    expect(await order()).toMatchObject({ date_modified: 'Mon, 02 Mar 2026 10:01:00 +0000' });
    await store.control('PUT', '/settings', { shipmentTouchesOrder: false });
    store.clock.now += 60_000;
    await ship([1, 0]);
    expect(await order()).toMatchObject({ date_modified: 'Mon, 02 Mar 2026 10:01:00 +0000' });
  });

  it.each([
    ['more than is left', 3, {}],
    ['no items', 1, { items: [] }],
    ['an unknown address', 1, { order_address_id: 1_000_000 }],
    ['an unknown provider', 1, { shipping_provider: 'pigeon' }],
    ['a tracking number of more than fifty characters', 1, { tracking_number: 'x'.repeat(51) }],
  ])('are refused with %s', async (_name, quantity, changes) => {
    const reply = await ship([quantity, 0], changes);
    expect(reply.status).toBe(400);
    expect((await store.get(PATH)).status).toBe(204);
  });

  it('are made by the merchant too: all that is left, or named items', async () => {
    await store.control('POST', '/orders/100/ship', { items: [{ order_product_id: lineIds[0], quantity: 1 }] });
    const { body } = await store.control('POST', '/orders/100/ship', { tracking_number: 'ABC' });
    expect(body.items.map((item: { quantity: number }) => item.quantity)).toEqual([1, 1]);
    expect(await order()).toMatchObject({ status_id: 2, items_shipped: 3 });
    expect((await store.control('POST', '/orders/100/ship', {})).status).toBe(400);
  });
});
