import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startStore, type Reply, type TestStore } from './helpers.ts';

function headers(reply: Reply): (string | null)[] {
  const names = ['requests-left', 'requests-quota', 'time-window-ms', 'time-reset-ms'];
  return names.map((name) => reply.headers.get(`x-rate-limit-${name}`));
}

describe('the quota', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await startStore({ quota: { limit: 3, windowMs: 30_000, headers: true } });
  });
  afterEach(() => store.close());

  async function statuses(count: number): Promise<number[]> {
    const found: number[] = [];
    for (let turn = 0; turn < count; turn += 1) found.push((await store.get('/v2/time')).status);
    return found;
  }

  it('is told in every answer: what is left, the whole, the window, and the milliseconds until it turns', async () => {
    store.clock.now += 12_000;
    expect(headers(await store.get('/v2/time'))).toEqual(['2', '3', '30000', '18000']);
    expect(headers(await store.get('/v2/orders/5'))).toEqual(['1', '3', '30000', '18000']);
  });

  it('is answered with 429 and X-Retry-After in seconds when it is used up, until the window turns', async () => {
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    store.clock.now += 21_500;
    const refused = await store.get('/v2/time');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-retry-after')).toBe('9');
    expect(headers(refused)).toEqual(['0', '3', '30000', '8500']);
    store.clock.now += 8_500;
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  });

  it('counts its refusals in the ledger', async () => {
    await statuses(5);
    const { body } = await store.control('GET', '/ledger/requests');
    expect(body).toMatchObject({ total: 5, tooManyRequests: 2, byStatus: { '200': 3, '429': 2 } });
  });

  it('is shared with a second app that takes its share evenly over the window', async () => {
    await store.control('PUT', '/quota', { limit: 10 });
    await store.control('PUT', '/second-app', { requestsPerWindow: 6, pattern: 'even' });
    expect(headers(await store.get('/v2/time'))[0]).toBe('9');
    store.clock.now += 15_000;
    expect(headers(await store.get('/v2/time'))[0]).toBe('5');
    store.clock.now += 14_999;
    expect(headers(await store.get('/v2/time'))[0]).toBe('2');
  });

  it('is shared with a second app that takes its share at once', async () => {
    await store.control('PUT', '/second-app', { requestsPerWindow: 2, pattern: 'burst' });
    expect(await statuses(2)).toEqual([200, 429]);
  });

  it('never leaves a second app more than there is', async () => {
    await store.control('PUT', '/second-app', { requestsPerWindow: 100, pattern: 'burst' });
    expect(await statuses(1)).toEqual([429]);
    const { body } = await store.control('GET', '/state');
    expect(body.quota).toMatchObject({ left: 0, used: 0, secondAppUsed: 3 });
  });

  it('can be without headers, and without a limit', async () => {
    await store.control('PUT', '/quota', { headers: false });
    expect(headers(await store.get('/v2/time'))).toEqual([null, null, null, null]);
    await store.control('PUT', '/quota', { preset: 'none' });
    expect(new Set(await statuses(10))).toEqual(new Set([200]));
  });

  it('costs nothing for a request with a wrong token', async () => {
    await store.get('/v2/time', 'wrong');
    expect(headers(await store.get('/v2/time'))[0]).toBe('2');
  });
});
