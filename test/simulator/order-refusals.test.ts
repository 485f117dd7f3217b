import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { billing, makeOrder, startStore, type TestStore } from './helpers.ts';

function line(changes: Record<string, unknown>): Record<string, unknown> {
  return { products: [{ product_id: 51, quantity: 1, ...changes }] };
}

describe('an order is refused', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await startStore();
  });
  afterEach(async () => {
    const { body } = await store.control('GET', '/ledger/orders');
    await store.close();
    expect(body.orders).toEqual([]);
  });

  it.each([
    ["The required field 'products' was not supplied.", { products: undefined }],
    ["The required field 'billing_address' was not supplied.", { billing_address: undefined }],
    ["The field 'products' is invalid.", { products: [] }],
    ["The field 'quantity' is invalid.", line({ quantity: 0 })],
    ["The field 'quantity' is invalid.", line({ quantity: 1.5 })],
    ["The field 'product_id' is invalid.", line({ product_id: 1 })],
    ["The field 'variant_id' is invalid.", line({ variant_id: 121 })],
    ["The field 'products.price_inc_tax' is invalid.", line({ price_ex_tax: 3 })],
    ["The field 'products.price_ex_tax' is invalid.", line({ price_ex_tax: -1, price_inc_tax: 1 })],
    ["The required field 'products.name' was not supplied.", { products: [{ quantity: 1 }] }],
    ["The field 'customer_id' is invalid.", { customer_id: 77 }],
    ["The field 'status_id' is invalid.", { status_id: 99 }],
    ["The field 'channel_id' is invalid.", { channel_id: 7 }],
    ["The field 'external_order_id' is invalid.", { external_order_id: 5 }],
    ["The field 'shipping_cost_inc_tax' is invalid.", { shipping_cost_ex_tax: '5' }],
    ["The field 'date_created' is invalid.", { date_created: 'soon' }],
    ["The field 'email' is invalid.", billing({ email: 'nobody' })],
    ["The field 'zip' is invalid.", billing({ zip: '7' })],
    ["The field 'country' is invalid.", billing({ country_iso2: 'XX' })],
    ["The field 'country' is invalid.", billing({ country_iso2: undefined, country: 'Atlantis' })],
    ["The field 'billing_address.country' is invalid.", billing({ country_iso2: undefined })],
    ["The field 'state' does not allow null values.", billing({ state: null })],
    ["The field 'form_fields' is not supported by this resource.", billing({ form_fields: [] })],
    ["The field 'nonsense' is not supported by this resource.", { nonsense: 1 }],
    ["The field 'consignments' is invalid.", { consignments: {} }],
  ])('with 400 "%s"', async (message, changes) => {
    const { status, body } = await store.api('POST', '/v2/orders', makeOrder(changes));
    expect([status, body[0].message]).toEqual([400, message]);
  });

  it.each(['id', 'date_modified', 'status', 'currency_code', 'external_id'])(
    'with 400 when it sets %s',
    async (field) => {
      const { status, body } = await store.api('POST', '/v2/orders', makeOrder({ [field]: '1' }));
      expect(status).toBe(400);
      expect(body[0].message).toContain(`'${field}' cannot be written to`);
    },
  );

  it('with 400 that names the options which are missing, of variants and of required modifiers', async () => {
    const products = [
      { product_id: 50, quantity: 1 },
      { product_id: 46, quantity: 1 },
    ];
    const { status, body } = await store.api('POST', '/v2/orders', makeOrder({ products }));
    expect([status, body[0].message]).toEqual([400, 'The options of one or more products are invalid.']);
    expect(body[0].details.errors).toMatchObject([
      { type: 'MandatoryProductOptions', product: { id: 50, required_product_options: [{ display_name: 'Size' }] } },
      {
        type: 'MandatoryProductOptions',
        product: { id: 46, required_product_options: [{ id: 901, display_name: 'Engraving' }] },
      },
    ]);
  });

  it.each([
    ['InvalidProductOption', { id: 5, value: '1' }],
    ['InvalidProductOptionValue', { id: 210, value: '1' }],
  ])('with 400 %s for options that the product has not', async (type, option) => {
    const products = [{ product_id: 50, quantity: 1, variant_id: 121, product_options: [option] }];
    const { body } = await store.api('POST', '/v2/orders', makeOrder({ products }));
    expect(body[0].details.errors[0].type).toBe(type);
  });

  it('with 409 that shows what is left of a variant and of a simple product', async () => {
    const products = [
      { product_id: 52, variant_id: 124, quantity: 5 },
      { product_id: 43, quantity: 9 },
    ];
    const { status, body } = await store.api('POST', '/v2/orders', makeOrder({ products }));
    expect(status).toBe(409);
    expect(body[0].message).toContain('out of stock or did not meet quantity requirements');
    expect(body[0].details.errors).toMatchObject([
      { type: 'OutOfStock', product: { id: 52, sku: { id: 84, sku: 'INHERIT-A', inventory_level: 4 } } },
      { type: 'OutOfStock', product: { id: 43, inventory_level: 8 } },
    ]);
  });

  it('with 409 when several lines together want more than their shared stock', async () => {
    const products = [
      { product_id: 50, variant_id: 120, quantity: 7 },
      { product_id: 50, variant_id: 121, quantity: 6 },
    ];
    expect((await store.api('POST', '/v2/orders', makeOrder({ products }))).status).toBe(409);
  });

  it.each([
    [2, { type: 'InsufficientQuantity', product: { id: 48, minimum_quantity: 3 } }],
    [6, { type: 'ExceedsMaxQuantity', product: { id: 48, maximum_quantity: 5 } }],
  ])('with 409 for %i of a product that goes in threes to fives', async (quantity, error) => {
    const { status, body } = await store.api(
      'POST',
      '/v2/orders',
      makeOrder({ products: [{ product_id: 48, quantity }] }),
    );
    expect(status).toBe(409);
    expect(body[0].details.errors).toMatchObject([error]);
  });

  it('without taking any stock, unless the store is set to leak what earlier lines took', async () => {
    const products = [
      { product_id: 43, quantity: 2 },
      { product_id: 50, variant_id: 121, quantity: 99 },
    ];
    const level = async (): Promise<number> => (await store.get('/v3/catalog/products/43')).body.data.inventory_level;
    await store.api('POST', '/v2/orders', makeOrder({ products }));
    expect(await level()).toBe(8);
    await store.control('PUT', '/settings', { leaksStockOnConflict: true });
    await store.api('POST', '/v2/orders', makeOrder({ products }));
    expect(await level()).toBe(6);
  });
});

describe('a change of an order is refused', () => {
  it('when it sets external_merchant_id, which only POST takes', async () => {
    const store = await startStore();
    await store.api('POST', '/v2/orders', makeOrder({ external_merchant_id: 'M' }));
    const { status } = await store.api('PUT', '/v2/orders/100', { external_merchant_id: 'N' });
    await store.close();
    expect(status).toBe(400);
  });

  it('when a line is to grow beyond the stock', async () => {
    const store = await startStore();
    await store.api('POST', '/v2/orders', makeOrder());
    const [line] = (await store.get('/v2/orders/100/products')).body;
    const { status } = await store.api('PUT', '/v2/orders/100', { products: [{ id: line.id, quantity: 13 }] });
    await store.close();
    expect(status).toBe(409);
  });
});
