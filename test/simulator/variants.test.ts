import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStore, type TestStore } from './helpers.ts';

interface Row {
  id: number;
  product_id: number;
  sku: string;
  sku_id: number | null;
  option_values: unknown[];
}

describe('variants', () => {
  let store: TestStore;

  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.close());

  it('are listed flat over all products, each once and with its product', async () => {
    const rows: Row[] = [];
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const { body } = await store.get(`/v3/catalog/variants?limit=250&page=${page}`);
      pages = body.meta.pagination.total_pages;
      rows.push(...body.data);
    }
    const products = await store.get('/v3/catalog/products?limit=250&include=variants');
    const ids = products.body.data.flatMap((product: { variants: Row[] }) =>
      product.variants.map((variant) => variant.id),
    );
    expect(rows.map((row) => row.id)).toEqual([...ids].sort((a: number, b: number) => a - b));
    expect(rows.every((row) => row.product_id > 0)).toBe(true);
  });

  it('are exactly one base variant where the product has no options', async () => {
    const { body } = await store.get('/v3/catalog/products/43?include=variants');
    expect(body.data.variants).toHaveLength(1);
    expect(body.data.base_variant_id).toBe(113);
    expect(body.data.variants[0]).toMatchObject({ id: 113, sku: body.data.sku, sku_id: null, option_values: [] });
  });

  it('have option values and a V2 SKU id where the product has options, which then has no base variant', async () => {
    const { body } = await store.get('/v3/catalog/products/52?include=variants,options');
    expect(body.data.base_variant_id).toBeNull();
    const [value] = body.data.options[0].option_values;
    const expected = [{ id: value.id, label: 'A', option_id: body.data.options[0].id, option_display_name: 'Size' }];
    expect(body.data.variants[0].option_values).toEqual(expected);
    expect(body.data.variants[0].sku_id).toEqual(expect.any(Number));
  });

  it('inherit from their product by null, field by field', async () => {
    const { body } = await store.get('/v3/catalog/products/52/variants');
    const nothing = { price: null, weight: null, width: null, height: null, depth: null, retail_price: null };
    expect(body.data[0]).toMatchObject({ sku: 'INHERIT-A', ...nothing, calculated_price: 49.95 });
    expect(body.data[1]).toMatchObject({ sku: 'INHERIT-B', price: 59.95, weight: 2.9, width: 12, height: null });
  });

  it('are paged where a product has more than fit', async () => {
    const first = await store.get('/v3/catalog/products/42/variants?limit=250');
    const second = await store.get('/v3/catalog/products/42/variants?limit=250&page=2');
    expect(first.body.meta.pagination).toMatchObject({ total: 300, total_pages: 2 });
    expect(second.body.data).toHaveLength(50);
  });

  it('all come with their product when included, unless the store is told to cap them', async () => {
    const whole = await store.get('/v3/catalog/products?id:in=42&include=variants');
    await store.control('PUT', '/settings', { includedVariantsCap: 100 });
    const capped = await store.get('/v3/catalog/products?id:in=42&include=variants');
    await store.control('PUT', '/settings', { includedVariantsCap: null });
    expect(whole.body.data[0].variants).toHaveLength(300);
    expect(capped.body.data[0].variants).toHaveLength(100);
  });

  it.each([
    ['sku=INHERIT-B', [125]],
    ['sku=inherit-b', [125]],
    ['sku=DUP-1', [103, 104]],
    [`sku=${encodeURIComponent('C+D & E%1#/x')}`, [115]],
    [`sku=${encodeURIComponent('ÜNÏ-Größe-日本')}`, [113]],
    ['sku=A,B,1', [114]],
    ['sku:in=INHERIT-A,INHERIT-B', [124, 125]],
    ['sku:in=A,B,1', []],
    ['id:in=125,124,7', [124, 125]],
    ['product_id:in=52,50', [120, 121, 122, 124, 125]],
    ['product_id:in=52&sku=INHERIT-A', [124]],
    ['sku=no-such-sku', []],
  ])('are found by %s', async (query, ids) => {
    const { body } = await store.get(`/v3/catalog/variants?${query}`);
    expect(body.data.map((row: Row) => row.id)).toEqual(ids);
  });

  it('are found under their new SKU and no longer under the old one after a change', async () => {
    await store.get('/v3/catalog/variants?sku=GIFT-1');
    await store.control('PATCH', '/variants/117', { sku: 'GIFT-2' });
    const old = await store.get('/v3/catalog/variants?sku=GIFT-1');
    const renamed = await store.get('/v3/catalog/variants?sku=GIFT-2');
    expect(old.body.data).toEqual([]);
    expect(renamed.body.data[0].id).toBe(117);
  });
});

describe('V2 look-ups', () => {
  let store: TestStore;

  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.close());

  it('find a product by its own SKU only', async () => {
    expect((await store.get('/v2/products?sku=DUP-1')).body).toHaveLength(2);
    expect((await store.get('/v2/products?sku=INHERIT-A')).status).toBe(204);
  });

  it('find an option SKU over all products, whose pairs an order can name', async () => {
    const v3 = await store.get('/v3/catalog/products/52/variants');
    const { body } = await store.get('/v2/products/skus?sku=INHERIT-A');
    const [value] = v3.body.data[0].option_values;
    expect(body).toHaveLength(1);
    expect(body[0]).toMatchObject({
      id: v3.body.data[0].sku_id,
      product_id: 52,
      price: null,
      adjusted_price: '49.9500',
    });
    expect(body[0].options).toEqual([{ product_option_id: value.option_id, option_value_id: value.id }]);
  });

  it('know no SKU of a product without options', async () => {
    expect((await store.get('/v2/products/43/skus')).status).toBe(204);
    expect((await store.get('/v2/products/skus?sku=DUP-1')).status).toBe(204);
  });
});
