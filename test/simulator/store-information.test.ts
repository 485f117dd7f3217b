import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStore, type TestStore } from './helpers.ts';

describe('what a store says about itself', () => {
  let store: TestStore;

  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.close());

  it('has its hash, currency and units, which can be set to anything', async () => {
    expect((await store.get('/v2/store')).body).toMatchObject({ id: 'demo', currency: 'USD', weight_units: 'LBS' });
    await store.control('PUT', '/store', { weight_units: 'Stone', currency: 'GBP' });
    expect((await store.get('/v2/store')).body).toMatchObject({ weight_units: 'Stone', currency: 'GBP' });
  });

  it('has its time in seconds', async () => {
    expect((await store.get('/v2/time')).body).toEqual({ time: store.clock.now / 1000 });
  });

  it('has countries by code, with the states of those that have some', async () => {
    const [us] = (await store.get('/v2/countries?country_iso2=US')).body;
    expect(us).toMatchObject({ country: 'United States', country_iso3: 'USA' });
    const { body } = await store.get(`/v2/countries/${us.id}/states?limit=250`);
    expect(body.length).toBeGreaterThan(50);
    expect(body).toContainEqual({
      id: expect.any(Number),
      state: 'California',
      state_abbreviation: 'CA',
      country_id: us.id,
    });
  });

  it.each(['CA', 'GB', 'AU', 'DE', 'NZ'])('has states of %s', async (code) => {
    const [country] = (await store.get(`/v2/countries?country_iso2=${code}`)).body;
    expect((await store.get(`/v2/countries/${country.id}/states`)).status).toBe(200);
  });

  it('answers 204 for a country without states and 404 for no country', async () => {
    const [country] = (await store.get('/v2/countries?country=Singapore')).body;
    expect((await store.get(`/v2/countries/${country.id}/states`)).status).toBe(204);
    expect((await store.get('/v2/countries/9999/states')).status).toBe(404);
  });

  it('has a category tree of up to five levels whose flat and nested forms agree', async () => {
    const flat = (await store.get('/v3/catalog/trees/categories?limit=250')).body.data;
    const old = (await store.get('/v3/catalog/categories?limit=250')).body.data;
    const nested = (await store.get('/v3/catalog/trees/1/categories')).body.data;
    const walk = (nodes: { id: number; depth: number; children: never[] }[]): { id: number; depth: number }[] =>
      nodes.flatMap((node) => [{ id: node.id, depth: node.depth }, ...walk(node.children)]);
    const ids = flat.map((category: { category_id: number }) => category.category_id);
    expect(Math.max(...walk(nested).map((node) => node.depth))).toBe(4);
    expect(
      walk(nested)
        .map((node) => node.id)
        .sort(),
    ).toEqual([...ids].sort());
    expect(old.map((category: { id: number }) => category.id)).toEqual(ids);
  });

  it('has brands by id and in pages', async () => {
    const { body } = await store.get('/v3/catalog/brands?limit=20&page=3');
    expect(body.data).toHaveLength(10);
    expect((await store.get('/v3/catalog/brands?id:in=35,36,999')).body.data).toHaveLength(2);
  });

  it('has a summary that counts what its lists show', async () => {
    const { body } = await store.get('/v3/catalog/variants?limit=1');
    expect((await store.get('/v3/catalog/summary')).body.data.variant_count).toBe(body.meta.pagination.total);
  });

  it('has the fifteen order statuses', async () => {
    const { body } = await store.get('/v2/order_statuses');
    expect(body).toHaveLength(15);
    expect((await store.get('/v2/order_statuses/11')).body.name).toBe('Awaiting Fulfillment');
  });
});
