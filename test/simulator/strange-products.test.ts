import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStore, type TestStore } from './helpers.ts';

describe('the strange products of the preset shop', () => {
  let store: TestStore;

  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.close());

  it.each([
    [31, { sku: '', inventory_level: 7 }],
    [32, { sku: '   ' }],
    [33, { sku: 'DUP-1' }],
    [34, { sku: 'DUP-1' }],
    [37, { sku: ' PAD-1 ' }],
    [38, { sku: 'PAD-1' }],
    [39, { sku: 'NEG-1', inventory_level: -4 }],
    [40, { name: null, price: 'twelve pounds' }],
    [48, { order_quantity_minimum: 3, order_quantity_maximum: 5 }],
    [49, { availability: 'disabled' }],
    [50, { inventory_tracking: 'product', inventory_level: 12 }],
    [51, { inventory_tracking: 'none', inventory_level: 0 }],
    [53, { is_visible: false }],
    [54, { type: 'digital' }],
    [57, { brand_id: 999_999, categories: [9_999] }],
    [58, { price: 0, cost_price: null }],
  ])('number %i is on its fixed id', async (id, fields) => {
    const { body } = await store.get(`/v3/catalog/products/${id}`);
    expect(body.data).toMatchObject(fields);
  });

  it('have one broken variant beside a good one', async () => {
    const { body } = await store.get('/v3/catalog/products/41/variants');
    expect(body.data).toMatchObject([
      { sku: 'HALF-BROKEN-S', inventory_level: 4 },
      { sku: 'HALF-BROKEN-M', inventory_level: 'many' },
    ]);
  });

  it('are a realistic few among products of every other kind', async () => {
    const large = await startStore({ size: { products: 2000 } });
    const products: Record<string, unknown>[] = [];
    for (let page = 1; page <= 8; page += 1) {
      const { body } = await large.get(
        `/v3/catalog/products?limit=250&page=${page}&include=variants&exclude_fields=description`,
      );
      products.push(...body.data);
    }
    await large.close();
    const share = (test: (product: Record<string, unknown>) => boolean): number =>
      products.filter(test).length / products.length;
    expect(share((product) => product['inventory_tracking'] === 'none')).toBeGreaterThan(0.1);
    expect(share((product) => product['inventory_tracking'] === 'product')).toBeGreaterThan(0.1);
    expect(share((product) => product['inventory_tracking'] === 'variant')).toBeGreaterThan(0.2);
    expect(share((product) => product['is_visible'] === false)).toBeGreaterThan(0.03);
    expect(share((product) => product['type'] === 'digital')).toBeGreaterThan(0.02);
    expect(share((product) => product['brand_id'] === 0)).toBeGreaterThan(0.03);
    expect(share((product) => (product['variants'] as unknown[]).length > 1)).toBeGreaterThan(0.3);
    expect(share((product) => (product['categories'] as unknown[]).length === 0)).toBeGreaterThan(0.01);
  });
});
