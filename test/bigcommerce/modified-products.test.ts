import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createStoreClient } from '../../bigcommerce/client.ts';
import { getModifiedProducts } from '../../bigcommerce/modified-products.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { json, startStub } from './server.ts';
import type { StubServer } from './server.ts';

let store: StubServer;
beforeAll(async () => {
  store = await startStub();
});
afterAll(() => store.close());

it.each([
  ['date_modified:min', [{ id: 9, date_modified: '2020-01-01T00:00:00Z' }]],
  ['id:greater', [{ id: 3, date_modified: '2026-01-02T00:00:00Z' }, { id: 7 }]],
])('a store that ignores %s is refused: its list would end too early or never', async (filter, data) => {
  store.answer = json({ data });
  const governor = new QuotaGovernor();
  const client = createStoreClient({
    ...{ apiUrl: store.url, storeHash: 'a', accessToken: 'token', governor, priority: 'import' },
  });
  const query = { since: new Date('2026-01-01T00:00:00Z'), after: 7, limit: 250 };
  await expect(getModifiedProducts(client, query, { fields: undefined, images: false })).rejects.toMatchObject({
    ...{ code: 'request_rejected', message: `BigCommerce ignores the filter ${filter} of its product list` },
  });
});
