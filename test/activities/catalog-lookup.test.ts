import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCatalogLookups } from '../../activities/catalog-lookup.ts';
import { createStoreClient } from '../../bigcommerce/client.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { json, startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';

let store: StubServer;
beforeAll(async () => {
  store = await startStub(json({ data: [], meta: { pagination: { total_pages: 1 } } }));
});
afterAll(() => store.close());

it('what was asked for once is forgotten when it has expired, of every store, whichever is asked of next', async () => {
  let now = 0;
  const lookupOf = createCatalogLookups(() => now);
  const options = { apiUrl: store.url, accessToken: 'token', governor: new QuotaGovernor(), priority: 'send' } as const;
  const client = createStoreClient({ ...options, storeHash: 'a' });
  const quiet = lookupOf('quiet');
  const busy = lookupOf('busy');
  for (const sku of ['one', 'two', 'one']) await quiet.variants(client, sku);
  await busy.variants(client, 'old');
  expect(store.knocks).toHaveLength(3);
  now = 59_000;
  await busy.variants(client, 'young');
  expect(lookupOf('quiet')).toBe(quiet);
  now = 60_000;
  // Whoever asks of one store has the others tidied.
  expect(lookupOf('busy')).toBe(busy);
  expect(lookupOf('quiet')).not.toBe(quiet);
  expect([quiet.forgetExpired(), busy.forgetExpired()]).toEqual([0, 1]);
});
