import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStore, type TestStore } from './helpers.ts';

describe('the product list', () => {
  let store: TestStore;

  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.close());

  it('shows every product exactly once to a reader who asks for ids greater than the last', async () => {
    const seen: number[] = [];
    for (let last = 0, page = ['first']; page.length > 0;) {
      const reply = await store.get(`/v3/catalog/products?sort=id&direction=asc&limit=30&id:greater=${last}`);
      page = reply.body.data;
      seen.push(...reply.body.data.map((product: { id: number }) => product.id));
      last = seen.at(-1) ?? 0;
    }
    expect(seen).toHaveLength(200);
    expect(new Set(seen).size).toBe(200);
  });

  it('shows the same products to a reader who counts pages, with links to the neighbours', async () => {
    const { body } = await store.get('/v3/catalog/products?limit=30&page=7&include_fields=sku');
    expect(body.data).toHaveLength(20);
    const expected = { total: 200, count: 20, per_page: 30, current_page: 7, total_pages: 7 };
    expect(body.meta.pagination).toMatchObject(expected);
    expect(body.meta.pagination.links.previous).toContain('page=6');
    expect(body.meta.pagination.links).not.toHaveProperty('next');
  });

  it('answers 200 with an empty array past the end', async () => {
    const { status, body } = await store.get('/v3/catalog/products?id:greater=99999999');
    expect(status).toBe(200);
    expect(body.data).toEqual([]);
    expect(body.meta.pagination.total).toBe(0);
  });

  it('gives fifty products unless asked for more, and never more than 250', async () => {
    const lengths = await Promise.all(
      ['', '?limit=120', '?limit=1000'].map(
        async (query) => (await store.get(`/v3/catalog/products${query}`)).body.data.length,
      ),
    );
    expect(lengths).toEqual([50, 120, 200]);
    const { body } = await store.get('/v3/catalog/products?limit=1000');
    expect(body.meta.pagination.per_page).toBe(250);
  });

  it.each([
    ['options', 10],
    ['modifiers', 10],
    ['variants,options', 10],
    ['variants,images', 100],
  ])('cuts a page with include=%s to %i products', async (include, length) => {
    const { body } = await store.get(`/v3/catalog/products?limit=100&include=${include}`);
    expect(body.data).toHaveLength(length);
    expect(body.meta.pagination.per_page).toBe(length);
  });

  it('lists newest first when asked for descending ids', async () => {
    const { body } = await store.get('/v3/catalog/products?sort=id&direction=desc&limit=200&include_fields=id');
    const ids = body.data.map((product: { id: number }) => product.id);
    expect(ids).toEqual([...ids].sort((a: number, b: number) => b - a));
    expect(ids).toHaveLength(200);
  });

  it('shows chosen fields and the id, and included parts in full whatever fields are chosen', async () => {
    const { body } = await store.get('/v3/catalog/products?id:in=52&include=variants&include_fields=name,price');
    expect(Object.keys(body.data[0]).sort()).toEqual(['id', 'name', 'price', 'variants']);
    expect(body.data[0].variants[0]).toHaveProperty('purchasing_disabled');
  });

  it('leaves out excluded fields but never the id', async () => {
    const { body } = await store.get('/v3/catalog/products?limit=1&exclude_fields=id,description');
    expect(body.data[0]).toHaveProperty('id');
    expect(body.data[0]).not.toHaveProperty('description');
  });

  it('counts only what a filter lets through', async () => {
    const all = await store.get('/v3/catalog/products?limit=250&include_fields=is_visible');
    const hidden = all.body.data.filter((product: { is_visible: boolean }) => !product.is_visible).length;
    const { body } = await store.get('/v3/catalog/products?is_visible=false&limit=1');
    expect(hidden).toBeGreaterThan(1);
    expect(body.meta.pagination.total).toBe(hidden);
  });

  it('finds by date of change', async () => {
    await store.control('PATCH', '/products/43', { price: 3 });
    const { body } = await store.get('/v3/catalog/products?date_modified:min=2026-03-02T09:59:59Z');
    expect(body.data.map((product: { id: number }) => product.id)).toEqual([43]);
  });

  it('finds products by their own SKU whatever its case, and never by that of a variant', async () => {
    const own = await store.get('/v3/catalog/products?sku=case-sku&include_fields=sku');
    const variant = await store.get('/v3/catalog/products?sku=INHERIT-A');
    expect(own.body.data.map((product: { sku: string }) => product.sku)).toEqual(['Case-Sku', 'CASE-SKU']);
    expect(variant.body.data).toEqual([]);
  });

  it('refuses filters, sub-resources and values that it does not know with 422', async () => {
    const queries = [
      'colour=red',
      'id:bigger=3',
      'include=everything',
      'id:greater=abc',
      'date_modified:min=yesterday',
      'sort=colour',
    ];
    const ask = async (query: string): Promise<number> => (await store.get(`/v3/catalog/products?${query}`)).status;
    expect(await Promise.all(queries.map(ask))).toEqual(queries.map(() => 422));
  });

  it('answers 404 in the shape of V3 for a product that does not exist', async () => {
    const { status, body } = await store.get('/v3/catalog/products/1');
    expect(status).toBe(404);
    expect(body).toMatchObject({ status: 404, title: expect.any(String), type: expect.any(String), errors: {} });
  });
});

describe('a generated catalogue', () => {
  it('is the same for the same seed and another for another seed', async () => {
    const list = async (seed: number): Promise<string> => {
      const store = await startStore({ size: { products: 80, seed } });
      const { text } = await store.get('/v3/catalog/products?limit=250&include=variants,images');
      await store.close();
      return text;
    };
    const [first, again, other] = await Promise.all([list(7), list(7), list(8)]);
    expect(first).toBe(again);
    expect(first).not.toBe(other);
  });

  it.each([
    [40, 1],
    [30, 3],
    [4, 600],
  ])('of the preset bulk has %i products with %i variants each and no SKU twice', async (products, variants) => {
    const store = await startStore({ size: { preset: 'bulk', products, variants } });
    const { body } = await store.get('/v3/catalog/products?limit=250&include=variants');
    const skus = body.data.flatMap((product: { variants: { sku: string }[] }) =>
      product.variants.map((variant) => variant.sku),
    );
    await store.close();
    expect(body.data).toHaveLength(products);
    expect(new Set(skus).size).toBe(products * variants);
  });

  it('leaves gaps between ids, as deletions do in a real store', async () => {
    const store = await startStore();
    const { body } = await store.control('GET', '/products');
    await store.close();
    expect(body.ids.at(-1) - body.ids[0]).toBeGreaterThan(body.ids.length);
  });

  it('serves a catalogue without any product', async () => {
    const store = await startStore({ size: { preset: 'bulk', products: 0 } });
    const { body } = await store.get('/v3/catalog/products');
    await store.close();
    expect(body.meta.pagination).toMatchObject({ total: 0, total_pages: 0 });
  });
});
