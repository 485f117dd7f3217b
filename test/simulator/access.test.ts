import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStore, type TestStore } from './helpers.ts';

describe('access', () => {
  let store: TestStore;

  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.close());

  it('is refused without a known token: an array in V2, an object in V3, plain text in the catalogue', async () => {
    const v2 = await store.get('/v2/orders', 'wrong');
    const v3 = await store.get('/v3/customers', 'wrong');
    const catalogue = await store.get('/v3/catalog/products', 'wrong');
    expect([v2.status, v3.status, catalogue.status]).toEqual([401, 401, 401]);
    expect(v2.body).toEqual([{ status: 401, message: 'Unauthorized' }]);
    expect(v3.body).toMatchObject({ status: 401, title: 'Unauthorized' });
    expect(catalogue.headers.get('content-type')).toContain('text/plain');
  });

  it('is refused with 403 for a store that does not exist', async () => {
    const response = await fetch(`${store.url}/stores/other/v2/time`, { headers: { 'x-auth-token': 'demo-token' } });
    expect(response.status).toBe(403);
  });

  it.each([
    ['GET', '/v2/orders', undefined],
    ['PUT', '/v2/orders/0', {}],
    ['GET', '/v3/customers', undefined],
    ['PUT', '/v3/customers', []],
    ['GET', '/v3/orders/100/transactions', undefined],
  ])('of %s %s needs a scope that a catalogue reader has not', async (method, path, body) => {
    const reply = await store.api(method, path, body, 'demo-read-only');
    const [error] = path.startsWith('/v2') ? reply.body : [reply.body];
    expect(reply.status).toBe(403);
    expect(error.message ?? error.title).toBe("You don't have a required scope to access the endpoint");
  });

  it.each(['/v2/store', '/v2/time', '/v2/countries', '/v3/catalog/products', '/v3/content/pages', '/v3/hooks'])(
    'of GET %s is open to a token that may only read',
    async (path) => {
      expect((await store.get(path, 'demo-read-only')).status).toBe(200);
    },
  );

  it('shows by an impossible write whether a token may write: 404 and 422 instead of 403', async () => {
    expect((await store.api('PUT', '/v2/orders/0', {})).status).toBe(404);
    expect((await store.api('PUT', '/v3/customers', [])).status).toBe(422);
  });

  it('lets a read-only scope read and not write', async () => {
    const scopes = ['store_v2_orders_read_only', 'store_v2_customers_read_only', 'store_v2_transactions_read_only'];
    await store.control('PUT', '/tokens', { tokens: { reader: scopes } });
    expect((await store.get('/v2/orders', 'reader')).status).toBe(204);
    expect((await store.get('/v3/customers', 'reader')).status).toBe(200);
    expect((await store.api('PUT', '/v2/orders/0', {}, 'reader')).status).toBe(403);
    expect((await store.api('PUT', '/v3/customers', [], 'reader')).status).toBe(403);
  });

  it('ends when a token is revoked', async () => {
    await store.control('PUT', '/tokens', { tokens: { temporary: ['store_v2_information_read_only'] } });
    expect((await store.get('/v2/time', 'temporary')).status).toBe(200);
    await store.control('PUT', '/tokens', { revoke: ['temporary'] });
    expect((await store.get('/v2/time', 'temporary')).status).toBe(401);
  });

  it('answers 404 in the shape of the version for a path that does not exist', async () => {
    const v2 = await store.get('/v2/no-such-thing');
    const v3 = await store.get('/v3/no-such-thing');
    expect([v2.status, v3.status]).toEqual([404, 404]);
    expect(Array.isArray(v2.body)).toBe(true);
    expect(v3.body).toMatchObject({ status: 404 });
  });

  it('answers 400 for a body that is no JSON', async () => {
    const headers = { 'x-auth-token': 'demo-token', 'content-type': 'application/json' };
    const response = await fetch(`${store.url}/stores/demo/v2/orders`, {
      method: 'POST',
      headers,
      body: '{"products":',
    });
    expect(response.status).toBe(400);
  });
});
