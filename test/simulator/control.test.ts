import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeOrder, startStore, type TestStore } from './helpers.ts';

describe('the control interface', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await startStore();
  });
  afterEach(() => store.close());

  it('replaces the catalogue and tells what the store is like', async () => {
    const { body } = await store.control('PUT', '/catalogue', { preset: 'bulk', products: 12, variants: 2 });
    expect(body.catalogue).toEqual({ preset: 'bulk', products: 12, variants: 2, seed: 1, count: 12, revision: 0 });
    expect((await store.get('/v3/catalog/variants')).body.meta.pagination.total).toBe(24);
  });

  it('makes products of drafts, with options from the variants and whatever values are wanted', async () => {
    const draft = {
      ...{ name: 'Mug', price: 'free', inventory_tracking: 'variant' },
      variants: [
        { sku: 'MUG-S', inventory_level: 3, options: { Size: 'S' } },
        { sku: 'MUG-L', options: { Size: 'L' } },
      ],
      images: [{ description: 'front' }],
    };
    const { body } = await store.control('POST', '/products', draft);
    const read = await store.get(`/v3/catalog/products/${body.id}?include=variants,options,images`);
    expect(read.body.data).toMatchObject({ name: 'Mug', price: 'free', base_variant_id: null });
    expect(read.body.data.options[0].option_values.map((value: { label: string }) => value.label)).toEqual(['S', 'L']);
    expect(read.body.data.variants[1]).toMatchObject({ sku: 'MUG-L', option_values: [{ label: 'L' }] });
    expect(read.body.data.images[0]).toMatchObject({ is_thumbnail: true, description: 'front' });
  });

  it('changes, adds and deletes variants, which moves the date of their product unless told not to', async () => {
    const date = async (): Promise<string> => (await store.get('/v3/catalog/products/52')).body.data.date_modified;
    const before = await date();
    await store.control('PATCH', '/variants/124?touch=false', { inventory_level: 1 });
    expect(await date()).toBe(before);
    const added = await store.control('POST', '/products/52/variants', { sku: 'INHERIT-C', inventory_level: 9 });
    expect(await date()).toBe('2026-03-02T10:00:00+00:00');
    await store.control('DELETE', '/variants/125');
    const { body } = await store.get('/v3/catalog/products/52/variants');
    expect(body.data.map((variant: { id: number }) => variant.id)).toEqual([124, added.body.id]);
    expect((await store.get('/v3/catalog/variants?sku=INHERIT-B')).body.data).toEqual([]);
  });

  it('keeps a ledger of requests by route and status, and of orders by the request that made them', async () => {
    await store.get('/v2/time');
    await store.api('POST', '/v2/orders', makeOrder());
    await store.get('/v2/orders/100/shipments');
    const { body } = await store.control('GET', '/ledger/requests');
    expect(body).toMatchObject({ total: 3, inFlight: 0, maxInFlight: 1, byStatus: { '200': 1, '201': 1, '204': 1 } });
    expect(body.byRoute).toEqual({ 'GET /v2/time': 1, 'POST /v2/orders': 1, 'GET /v2/orders/:orderId/shipments': 1 });
    expect(body.requests[2]).toMatchObject({ path: '/v2/orders/100/shipments', status: 204, token: 'demo-token' });
    const { orders } = (await store.control('GET', '/ledger/orders')).body;
    expect(orders).toMatchObject([{ orderId: 100, externalOrderId: 'FR-1', requestId: body.requests[1].id }]);
    await store.control('DELETE', '/ledger');
    expect((await store.control('GET', '/ledger/requests')).body).toMatchObject({ total: 0, requests: [] });
  });

  /** Leaves requests hanging until that many are in flight; the function that it answers lets them go. */
  async function hang(path: string, count: number): Promise<() => Promise<void>> {
    await store.control('PUT', '/faults', { kind: 'hang', times: count });
    const leaving = new AbortController();
    const headers = { 'x-auth-token': 'demo-token' };
    const url = `${store.url}/stores/demo${path}`;
    const asking = Array.from({ length: count }, () =>
      fetch(url, { headers, signal: leaving.signal }).catch(() => undefined),
    );
    while ((await store.control('GET', '/ledger/requests')).body.inFlight < count);
    return async () => {
      leaving.abort();
      await Promise.all(asking);
    };
  }

  it('counts how many requests were in flight at once', async () => {
    const letGo = await hang('/v2/time', 5);
    await letGo();
    expect((await store.control('GET', '/ledger/requests')).body.maxInFlight).toBe(5);
  });

  it('runs only so many requests at once where BigCommerce limits concurrency', async () => {
    const letGo = await hang('/v3/catalog/trees/1/categories', 1);
    const [nested, flat] = [
      await store.get('/v3/catalog/trees/1/categories'),
      await store.get('/v3/catalog/trees/categories'),
    ];
    await letGo();
    expect([nested.status, flat.status]).toEqual([429, 200]);
  });

  it('changes orders as the merchant would', async () => {
    await store.api('POST', '/v2/orders', makeOrder());
    await store.control('PATCH', '/orders/100', { status_id: 5, createdAt: '2025-01-01T00:00:00Z' });
    const { body } = await store.get('/v2/orders/100');
    expect(body).toMatchObject({ status: 'Cancelled', date_created: 'Wed, 01 Jan 2025 00:00:00 +0000' });
  });

  it('keeps several stores apart, each with its own catalogue, tokens and orders', async () => {
    await store.control('PUT', '/stores/second', { preset: 'bulk', products: 5 });
    await store.control('PUT', '/quota?store=second', { preset: 'standard' });
    const ask = (token: string): Promise<Response> =>
      fetch(`${store.url}/stores/second/v3/catalog/products`, { headers: { 'x-auth-token': token } });
    const reply = await ask('second-token');
    expect(reply.headers.get('x-rate-limit-requests-quota')).toBe('150');
    expect(((await reply.json()) as { data: unknown[] }).data).toHaveLength(5);
    expect((await ask('demo-token')).status).toBe(401);
    expect((await store.control('GET', '/state')).body.catalogue.count).toBe(200);
  });

  it('resets a store to what it was at the start', async () => {
    await store.api('POST', '/v2/orders', makeOrder());
    await store.control('DELETE', '/products/52');
    await store.control('PUT', '/settings', { restockOnCancel: true });
    await store.control('PUT', '/faults', { kind: 'status' });
    await store.control('POST', '/reset', {});
    const { body } = await store.control('GET', '/state');
    expect(body).toMatchObject({
      orders: 0,
      faults: [],
      settings: { restockOnCancel: false },
      catalogue: { count: 200 },
    });
    expect((await store.get('/v3/catalog/products/50')).body.data.inventory_level).toBe(12);
  });

  it('refuses what it cannot use with 400 and names every problem', async () => {
    const { status, body } = await store.control('PUT', '/quota', { limit: -1, windowMs: 'long', colour: 1 });
    expect(status).toBe(400);
    for (const name of ['limit', 'windowMs', 'colour']) expect(body.error).toContain(name);
    const faults = await store.control('PUT', '/faults', [{ kind: 'status' }, { kind: 'explode', pattern: '(' }]);
    expect(faults.body.error).toContain('1.kind');
    expect(faults.body.error).toContain('1.pattern');
  });

  it.each([
    ['GET', '/state?store=none'],
    ['GET', '/products/1'],
    ['DELETE', '/variants/1'],
    ['GET', '/orders/1'],
  ])('answers 404 with a sentence for what is not there: %s %s', async (method, path) => {
    const { status, body } = await store.control(method, path);
    expect(status).toBe(404);
    expect(body.error).toContain('There is no');
  });
});
