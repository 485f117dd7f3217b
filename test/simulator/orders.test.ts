import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeOrder, startStore, type TestStore } from './helpers.ts';

describe('an order', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await startStore();
  });
  afterEach(() => store.close());

  async function place(changes: Record<string, unknown> = {}): Promise<number> {
    const { status, body } = await store.api('POST', '/v2/orders', makeOrder(changes));
    expect(status).toBe(201);
    return body.id as number;
  }

  async function stockOf(productId: number): Promise<number> {
    return (await store.get(`/v3/catalog/products/${productId}`)).body.data.inventory_level as number;
  }

  it('is answered whole with 201 and read back the same', async () => {
    const made = await store.api(
      'POST',
      '/v2/orders',
      makeOrder({ external_source: 'app', staff_notes: 'Call first.' }),
    );
    const read = await store.get(`/v2/orders/${made.body.id}`);
    const expected = {
      status_id: 11,
      status: 'Awaiting Fulfillment',
      external_order_id: 'FR-1',
      external_source: 'app',
    };
    expect(made.body).toMatchObject({
      ...expected,
      customer_id: 0,
      order_source: 'external',
      items_total: 2,
      items_shipped: 0,
    });
    expect(made.body.billing_address).toMatchObject({ country: 'United States', country_iso2: 'US', state: 'Texas' });
    expect(made.body).toMatchObject({
      subtotal_ex_tax: '40.0000',
      total_inc_tax: '40.0000',
      staff_notes: 'Call first.',
    });
    expect(read.body).toEqual(made.body);
  });

  it('is Pending unless a status is given', async () => {
    const { body } = await store.api('POST', '/v2/orders', makeOrder({ status_id: undefined }));
    expect(body.status_id).toBe(1);
  });

  it('is made again by the same request: nothing makes external_order_id unique', async () => {
    await place();
    await place();
    expect((await store.get('/v2/orders?external_order_id=FR-1')).body).toHaveLength(2);
    expect((await store.control('GET', '/ledger/orders')).body.orders).toHaveLength(2);
  });

  it('shows its lines with their variant, options and prices', async () => {
    const id = await place();
    const { body } = await store.get(`/v2/orders/${id}/products`);
    expect(body).toHaveLength(1);
    expect(body[0]).toMatchObject({
      product_id: 50,
      variant_id: 121,
      sku: 'SHARED-M',
      quantity: 2,
      price_ex_tax: '20.0000',
    });
    expect(body[0].product_options).toMatchObject([
      { display_name: 'Size', display_value: 'M', order_product_id: body[0].id },
    ]);
  });

  it('finds the variant by product_options as well', async () => {
    const { body } = await store.get('/v3/catalog/products/50/variants');
    const [value] = body.data[2].option_values;
    const options = [{ id: value.option_id, value: String(value.id) }];
    const id = await place({ products: [{ product_id: 50, quantity: 1, product_options: options }] });
    expect((await store.get(`/v2/orders/${id}/products`)).body[0].sku).toBe('SHARED-L');
  });

  it('takes prices of its own and custom lines that touch no stock', async () => {
    const products = [
      { product_id: 43, quantity: 2, price_ex_tax: 3, price_inc_tax: 3.6 },
      { name: 'Handling', quantity: 1, price_ex_tax: '1.50', price_inc_tax: '1.50' },
    ];
    const { body } = await store.api('POST', '/v2/orders', makeOrder({ products }));
    expect(body).toMatchObject({ total_ex_tax: '7.5000', total_inc_tax: '8.7000', items_total: 3 });
    expect((await store.get(`/v2/orders/${body.id}/products`)).body[1]).toMatchObject({
      product_id: 0,
      name: 'Handling',
    });
  });

  it('keeps amounts that were given in pairs', async () => {
    const changes = { shipping_cost_ex_tax: '9.50', shipping_cost_inc_tax: '10.00' };
    const { body } = await store.api('POST', '/v2/orders', makeOrder(changes));
    expect(body).toMatchObject({
      shipping_cost_ex_tax: '9.5000',
      shipping_cost_tax: '0.5000',
      total_inc_tax: '50.0000',
    });
  });

  it('goes to the billing address unless it has a shipping address', async () => {
    const own = {
      first_name: 'Max',
      last_name: 'Roe',
      street_1: '1 Way',
      city: 'Köln',
      zip: '50667',
      country: 'Germany',
    };
    const first = await place();
    const second = await place({ shipping_addresses: [{ ...own, shipping_method: 'UPS Ground' }] });
    expect((await store.get(`/v2/orders/${first}/shipping_addresses`)).body[0].city).toBe('Austin');
    const { body } = await store.get(`/v2/orders/${second}/shipping_addresses`);
    expect(body[0]).toMatchObject({
      city: 'Köln',
      country_iso2: 'DE',
      shipping_method: 'UPS Ground',
      order_id: second,
    });
  });

  it('takes the shared stock of a product tracked as a whole', async () => {
    await place();
    expect(await stockOf(50)).toBe(10);
  });

  it('takes the stock of a variant tracked by itself', async () => {
    await place({ products: [{ product_id: 52, variant_id: 124, quantity: 3 }] });
    const { body } = await store.get('/v3/catalog/products/52/variants');
    expect(body.data.map((variant: { inventory_level: number }) => variant.inventory_level)).toEqual([1, 5]);
  });

  it('takes the stock of a simple product from both the product and its base variant', async () => {
    await place({ products: [{ product_id: 43, quantity: 3 }] });
    const { body } = await store.get('/v3/catalog/products/43?include=variants');
    expect([body.data.inventory_level, body.data.variants[0].inventory_level]).toEqual([5, 5]);
  });

  it('takes no stock of an untracked product', async () => {
    await place({ products: [{ product_id: 51, quantity: 900 }] });
    expect(await stockOf(51)).toBe(0);
  });

  it('takes stock only when it is shipped, where the store is set so', async () => {
    await store.control('PUT', '/settings', { stockBehavior: 'order_completed_or_shipped' });
    const id = await place();
    expect(await stockOf(50)).toBe(12);
    await store.api('PUT', `/v2/orders/${id}`, { status_id: 2 });
    await store.api('PUT', `/v2/orders/${id}`, { status_id: 10 });
    expect(await stockOf(50)).toBe(10);
  });

  it('keeps its stock when it is cancelled, unless the store is set to give it back', async () => {
    const kept = await place();
    await store.api('PUT', `/v2/orders/${kept}`, { status_id: 5 });
    expect(await stockOf(50)).toBe(10);
    await store.control('PUT', '/settings', { restockOnCancel: true });
    const returned = await place();
    await store.api('PUT', `/v2/orders/${returned}`, { status_id: 5 });
    expect(await stockOf(50)).toBe(10);
  });

  it('is changed by PUT: a line without an id is added each time, quantity 0 removes one', async () => {
    const id = await place();
    const added = { products: [{ product_id: 51, quantity: 1 }] };
    await store.api('PUT', `/v2/orders/${id}`, added);
    await store.api('PUT', `/v2/orders/${id}`, added);
    const lines = (await store.get(`/v2/orders/${id}/products`)).body;
    expect(lines).toHaveLength(3);
    await store.api('PUT', `/v2/orders/${id}`, { products: [{ id: lines[0].id, quantity: 0 }] });
    expect((await store.get(`/v2/orders/${id}/products`)).body).toHaveLength(2);
    expect(await stockOf(50)).toBe(12);
  });

  it('is only archived by DELETE', async () => {
    const id = await place();
    expect((await store.api('DELETE', `/v2/orders/${id}`)).status).toBe(204);
    expect((await store.get(`/v2/orders/${id}`)).body.is_deleted).toBe(true);
  });

  it('has no transactions, because the API takes no payment', async () => {
    const id = await place();
    expect((await store.get(`/v3/orders/${id}/transactions`)).body.data).toEqual([]);
  });

  it('gets form fields of its shipping address by PUT', async () => {
    const id = await place();
    const [address] = (await store.get(`/v2/orders/${id}/shipping_addresses`)).body;
    const fields = [{ name: 'State Code', value: 'TX' }];
    const path = `/v2/orders/${id}/shipping_addresses/${address.id}`;
    expect((await store.api('PUT', path, { form_fields: fields, country: 'Canada' })).status).toBe(200);
    expect((await store.get(path)).body).toMatchObject({ form_fields: fields, country_iso2: 'CA', city: 'Austin' });
  });
});
