import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { CallOptions, StoreClient } from '../../bigcommerce/client.ts';
import { StoreError } from '../../bigcommerce/failures.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import type { Priority, RequestEnd } from '../../bigcommerce/quota.ts';
import { json, startStub, text } from './server.ts';
import type { StubServer } from './server.ts';

const TOKEN = 'planted-token-0123456789';

let store: StubServer;
let governor: QuotaGovernor;
let client: StoreClient;
beforeAll(async () => {
  store = await startStub();
});
afterAll(() => store.close());
beforeEach(() => {
  governor = new QuotaGovernor();
  const options = { storeHash: 'abc', accessToken: TOKEN, governor, priority: 'import' as const };
  client = createStoreClient({ apiUrl: `${store.url}/`, ...options });
  store.knocks.length = 0;
});

async function failureOf(options: CallOptions = {}, path = 'v3/catalog/products'): Promise<StoreError> {
  const error: unknown = await client.call('GET', path, options).then(
    () => undefined,
    (failed: unknown) => failed,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

describe('a call to a store', () => {
  it('goes below the store with the token in its header and only the parameters that are set', async () => {
    store.answer = json({ data: [1] });
    const query = { 'id:greater': 5, 'id:max': undefined, include: 'variants,images' };
    await expect(client.call('GET', 'v3/catalog/products', { query })).resolves.toEqual({ data: [1] });
    const [knock] = store.knocks;
    expect(knock!.url.pathname).toBe('/stores/abc/v3/catalog/products');
    expect(Object.fromEntries(knock!.url.searchParams)).toEqual({ 'id:greater': '5', include: 'variants,images' });
    expect(knock!.token).toBe(TOKEN);
  });

  it('reads an empty list of V2 (204) as nothing', async () => {
    store.answer = text('', 204);
    await expect(client.call('GET', 'v2/orders')).resolves.toBeNull();
  });

  it.each([301, 302, 307, 308])('is not sent on with its token to where the store points by %i', async (status) => {
    const elsewhere = await startStub(json({ data: [] }));
    store.answer = text('', status, { location: `${elsewhere.url}/stores/abc/v3/catalog/products` });
    const { code, message } = await failureOf();
    await elsewhere.close();
    expect([code, store.knocks.length, elsewhere.knocks.length]).toEqual(['request_rejected', 1, 0]);
    expect(message).not.toContain(elsewhere.url);
  });

  it('takes a store that does not know itself, or what each store has, for a wrong hash', async () => {
    store.answer = json({ status: 404, title: 'Not Found' }, 404);
    const codes = ['v2/store', 'v2/orders', 'v3/catalog/variants', 'v2/orders/5', 'v3/catalog/trees/categories'].map(
      (path) => client.call('GET', path).catch((error: unknown) => (error as StoreError).code),
    );
    const [unknown, absent] = ['store_not_found', 'not_found'];
    expect(await Promise.all(codes)).toEqual([unknown, unknown, unknown, absent, absent]);
  });

  it('tells the quota of the last answer and counts its requests', async () => {
    const headers = { 'x-rate-limit-requests-quota': '150', 'x-rate-limit-requests-left': '149' };
    store.answer = json({}, 200, { ...headers, 'x-rate-limit-time-reset-ms': '12000' });
    await client.call('GET', 'v2/store');
    store.answer = json({}, 500);
    await failureOf();
    expect(client.quota).toEqual({ limit: 150, left: 149, windowMs: 30_000, resetMs: 12_000 });
    expect(client.requests).toBe(2);
  });

  it.each([
    ['0', '30000'],
    ['-1', '30000'],
    ['150', '0'],
  ])('does not wait for a quota of %s in %s ms, which would never come', async (limit, windowMs) => {
    const headers = { 'x-rate-limit-requests-quota': limit, 'x-rate-limit-requests-left': '0' };
    const window = { 'x-rate-limit-time-window-ms': windowMs, 'x-rate-limit-time-reset-ms': '12000' };
    store.answer = json({}, 200, { ...headers, ...window });
    await client.call('GET', 'v2/store');
    expect(client.quota).toBeUndefined();
  });

  it.each<[number, string, string, string | undefined]>([
    [400, '[{"status":400,"message":"The field is bad"}]', 'request_rejected', 'The field is bad'],
    [401, 'Unauthorized', 'credential_refused', 'Unauthorized'],
    [403, '{"status":403,"title":"Scope is missing"}', 'scope_missing', 'Scope is missing'],
    // A list that every store has.
    [404, '{"status":404,"title":"Not here","type":"x"}', 'store_not_found', 'Not here'],
    [422, '{"title":"No such filter","errors":{"a":"b"}}', 'request_rejected', 'No such filter'],
    [500, '<html><h1>Oops</h1></html>', 'store_unavailable', undefined],
    [502, '', 'store_unavailable', undefined],
    [503, '[]', 'store_unavailable', undefined],
    [499, 'x'.repeat(5_000), 'store_unavailable', 'x'.repeat(300)],
    [423, '{"title":"Locked"}', 'store_unavailable', 'Locked'],
    [509, '', 'rate_limited', undefined],
    [301, '', 'request_rejected', undefined],
  ])('turns %i %s into %s', async (status, body, code, said) => {
    store.answer = text(body, status, { location: 'http://elsewhere.invalid/' });
    const error = await failureOf();
    expect(error).toMatchObject({ code, details: { status, said, method: 'GET', path: 'v3/catalog/products' } });
  });

  it.each([
    ['a web page', '<!doctype html><p>Checking your browser'],
    ['broken JSON', '{"data":[{"id":1},'],
  ])('does not take %s for data', async (kind, body) => {
    store.answer = text(body);
    const error = await failureOf();
    expect(error).toMatchObject({ code: 'unexpected_answer', mayBeTooLarge: true, isTemporary: true });
    expect(error.message).toContain(kind);
  });

  it('takes a body that is cut for a broken connection, which a smaller page may mend', async () => {
    store.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"data":[', () => response.destroy());
    };
    await expect(failureOf()).resolves.toMatchObject({ code: 'store_unavailable', mayBeTooLarge: true });
  });

  it('gives up a store that never answers when the time is up', async () => {
    store.answer = () => undefined;
    const error = await failureOf({ timeoutMs: 50 });
    expect(error).toMatchObject({ code: 'store_unavailable', isTemporary: true });
    expect(error.message).toContain('no answer in time');
  });

  it('is not sent to a store that hangs, while enough others wait for it, until it answers one', async () => {
    let now = 0;
    const hanging = new QuotaGovernor(() => now);
    const options = { apiUrl: store.url, storeHash: 'abc', accessToken: TOKEN, governor: hanging };
    client = createStoreClient({ ...options, priority: 'import' });
    store.answer = json({});
    await client.call('GET', 'v2/store');
    const held: (() => void)[] = [];
    const bothCame = new Promise<void>((resolve) => {
      store.answer = (request, response) => {
        held.push(() => json({})(request, response));
        if (held.length === 2) resolve();
      };
    });
    const waiting = [1, 2].map(() => client.call('GET', 'v3/catalog/products'));
    await bothCame;
    now += 10_000;
    const { code, details, message, mayBeTooLarge } = await failureOf();
    expect({ code, wasNeverSent: details.wasNeverSent }).toEqual({ code: 'store_unavailable', wasNeverSent: true });
    expect(mayBeTooLarge).toBe(false);
    expect(message).toContain('no request has been answered for 10 s');
    expect(store.knocks).toHaveLength(3);
    held[0]!();
    await waiting[0];
    store.answer = json({ data: [] });
    const more = [1, 2, 3].map(() => client.call('GET', 'v3/catalog/products'));
    await expect(Promise.all(more)).resolves.toHaveLength(3);
    held[1]!();
    await waiting[1];
  });

  it('is ended by its signal with the reason of the signal', async () => {
    const abort = new AbortController();
    store.answer = () => abort.abort(new Error('enough'));
    await expect(client.call('GET', 'v2/store', { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('tells the quota when it went out, and whether it was given up or lost', async () => {
    const ends: RequestEnd[] = [];
    class Watched extends QuotaGovernor {
      override release(priority: Priority, end: RequestEnd): void {
        ends.push(end);
        super.release(priority, end);
      }
    }
    const options = { apiUrl: store.url, storeHash: 'abc', accessToken: TOKEN, governor: new Watched() };
    client = createStoreClient({ ...options, priority: 'import' });
    const abort = new AbortController();
    store.answer = () => abort.abort(new Error('enough'));
    await expect(client.call('GET', 'v2/store', { signal: abort.signal })).rejects.toThrow('enough');
    store.answer = (_request, response) => void response.destroy();
    await failureOf();
    expect(ends).toMatchObject([
      { isAnswered: false, isGivenUp: true, sentAt: expect.any(Number) },
      { isAnswered: false, isGivenUp: false, sentAt: expect.any(Number) },
    ]);
  });

  it('is sent once whatever comes back', async () => {
    store.answer = text('', 503, { 'retry-after': '0' });
    await failureOf();
    expect(store.knocks).toHaveLength(1);
  });

  it('keeps its token and the query out of every failure', async () => {
    const answers = [text(`<p>${TOKEN}</p>`, 500), json({}, 401), text('nonsense'), json([{ message: 'no' }], 422)];
    const query = { email: 'jane@example.com' };
    for (const answer of [...answers, (() => undefined) as typeof store.answer]) {
      store.answer = answer;
      const error = await failureOf({ query, timeoutMs: 200 });
      const everything = `${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}`;
      expect(everything).not.toContain(TOKEN);
      expect(everything).not.toContain('jane@example.com');
    }
  });
});

describe('a 429', () => {
  const reset = { 'x-rate-limit-time-reset-ms': '12500' };
  it.each<[string, Record<string, string>, number | undefined]>([
    ['the longer of both headers', { ...reset, 'x-retry-after': '3' }, 12_500],
    ['the longer of both headers', { ...reset, 'x-retry-after': '20' }, 20_000],
    ['the reset alone', reset, 12_500],
    ['Retry-After as other gateways write it', { 'retry-after': '7' }, 7_000],
    ['no time at all', {}, undefined],
    ['ten minutes at most', { 'x-retry-after': '86400' }, 600_000],
    [
      'its window at most, where an instant stands in its place',
      { 'x-rate-limit-time-reset-ms': `${Date.now()}` },
      60_000,
    ],
  ])('is waited out by %s', async (_name, headers, retryAfterMs) => {
    store.answer = json({ title: 'Too many' }, 429, headers);
    await expect(failureOf()).resolves.toMatchObject({ code: 'rate_limited', details: { retryAfterMs } });
  });

  it.each([429, 509])('holds back every request to the store (%i)', async (status) => {
    store.answer = json({}, status);
    await failureOf();
    await expect(client.call('GET', 'v2/store', { signal: AbortSignal.timeout(100) })).rejects.toThrow();
    expect(store.knocks).toHaveLength(1);
  });
});
