import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeOrder, startStore, type TestStore } from './helpers.ts';

describe('a fault', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await startStore();
  });
  afterEach(() => store.close());

  async function orders(): Promise<number> {
    return (await store.control('GET', '/ledger/orders')).body.orders.length;
  }

  function postOrder(): Promise<{ status: number; text: string }> {
    return store.api('POST', '/v2/orders', makeOrder());
  }

  it('of kind status answers without performing', async () => {
    await store.control('PUT', '/faults', { kind: 'status', method: 'POST', path: '/v2/orders', status: 502 });
    expect((await postOrder()).status).toBe(502);
    expect(await orders()).toBe(0);
  });

  it('of kind reset closes the connection without performing', async () => {
    await store.control('PUT', '/faults', { kind: 'reset', path: '/v2/orders' });
    await expect(postOrder()).rejects.toThrow();
    expect(await orders()).toBe(0);
  });

  it('of kind lose-answer performs and closes the connection', async () => {
    await store.control('PUT', '/faults', { kind: 'lose-answer', method: 'POST', path: '/v2/orders', times: 1 });
    await expect(postOrder()).rejects.toThrow();
    expect(await orders()).toBe(1);
    expect((await store.get('/v2/orders?external_order_id=FR-1')).body).toHaveLength(1);
  });

  it('of kind perform-then-5xx performs and answers a gateway error', async () => {
    await store.control('PUT', '/faults', { kind: 'perform-then-5xx', method: 'POST', path: '/v2/orders' });
    const reply = await postOrder();
    expect(reply.status).toBe(504);
    expect(reply.text).toContain('<html>');
    expect(await orders()).toBe(1);
  });

  it('of kind hang never answers, and leaves the request in flight until the client goes', async () => {
    await store.control('PUT', '/faults', { kind: 'hang', path: '/v2/time' });
    const leaving = new AbortController();
    const headers = { 'x-auth-token': 'demo-token' };
    const asking = fetch(`${store.url}/stores/demo/v2/time`, { headers, signal: leaving.signal });
    const inFlight = async (): Promise<number> => (await store.control('GET', '/ledger/requests')).body.inFlight;
    while ((await inFlight()) === 0);
    leaving.abort();
    await expect(asking).rejects.toThrow();
    while ((await inFlight()) > 0);
  });

  it('of kind cut-body announces the whole body and sends a part of it', async () => {
    await store.control('PUT', '/faults', { kind: 'cut-body', path: '/v3/catalog/products' });
    await expect(store.get('/v3/catalog/products')).rejects.toThrow();
  });

  it.each([
    ['garbage', 200],
    ['html', 503],
  ])('of kind %s answers %i with what is no JSON', async (kind, status) => {
    await store.control('PUT', '/faults', { kind, path: '/v2/time' });
    const reply = await store.get('/v2/time');
    expect(reply.status).toBe(status);
    expect(() => JSON.parse(reply.text)).toThrow();
  });

  it('of kind overload answers 429 without any quota header', async () => {
    await store.control('PUT', '/faults', { kind: 'overload' });
    const reply = await store.get('/v2/time');
    expect(reply.status).toBe(429);
    expect([...reply.headers.keys()].filter((name) => name.startsWith('x-'))).toEqual([]);
  });

  it('of kind empty-page shows nothing while the totals promise more, or promise nothing', async () => {
    await store.control('PUT', '/faults', { kind: 'empty-page', path: '/v3/catalog/products' });
    const honest = await store.get('/v3/catalog/products');
    await store.control('PUT', '/faults', { kind: 'empty-page', path: '/v3/catalog/products', zeroTotal: true });
    const lying = await store.get('/v3/catalog/products');
    expect(honest.body).toMatchObject({ data: [], meta: { pagination: { total: 200, count: 0 } } });
    expect(lying.body).toMatchObject({ data: [], meta: { pagination: { total: 0, total_pages: 0 } } });
  });

  it('of kind empty-page answers 204 to a V2 list', async () => {
    await postOrder();
    await store.control('PUT', '/faults', { kind: 'empty-page', path: '/v2/orders' });
    expect((await store.get('/v2/orders')).status).toBe(204);
  });

  it('of kind delay may come before another fault', async () => {
    const rules = [
      { kind: 'delay', delayMs: 1 },
      { kind: 'status', status: 500 },
    ];
    await store.control('PUT', '/faults', rules);
    expect((await store.get('/v2/time')).status).toBe(500);
    const { body } = await store.control('GET', '/ledger/requests');
    expect(body.requests.at(-1).fault).toBe('delay+status');
  });

  it('lets some requests pass first and hits only so many', async () => {
    await store.control('PUT', '/faults', { kind: 'status', path: '/v2/time', status: 500, after: 2, times: 2 });
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) statuses.push((await store.get('/v2/time')).status);
    expect(statuses).toEqual([200, 200, 500, 500, 200, 200]);
  });

  it('with a probability hits the same requests in every run of the same seed', async () => {
    const run = async (): Promise<number[]> => {
      const own = await startStore();
      await own.control('PUT', '/faults', { kind: 'status', status: 500, probability: 0.5 });
      const statuses: number[] = [];
      for (let turn = 0; turn < 20; turn += 1) statuses.push((await own.get('/v2/time')).status);
      await own.close();
      return statuses;
    };
    const [first, second] = await Promise.all([run(), run()]);
    expect(first).toEqual(second);
    expect(new Set(first)).toEqual(new Set([200, 500]));
  });

  it('by pattern sees the query, and by method leaves the others alone', async () => {
    await store.control('PUT', '/faults', {
      kind: 'status',
      status: 500,
      pattern: 'external_order_id=FR-2',
      method: 'get',
    });
    expect((await store.get('/v2/orders?external_order_id=FR-1')).status).toBe(204);
    expect((await store.get('/v2/orders?external_order_id=FR-2')).status).toBe(500);
    expect((await store.api('POST', '/v2/orders?external_order_id=FR-2', {})).status).toBe(400);
  });

  it('costs quota, as on a live store', async () => {
    await store.control('PUT', '/quota', { limit: 5, windowMs: 1000 });
    await store.control('PUT', '/faults', { kind: 'status', status: 500 });
    expect((await store.get('/v2/time')).headers.get('x-rate-limit-requests-left')).toBe('4');
  });

  it('is gone when the faults are deleted', async () => {
    await store.control('PUT', '/faults', { kind: 'status', status: 500 });
    await store.control('DELETE', '/faults');
    expect((await store.get('/v2/time')).status).toBe(200);
  });
});
