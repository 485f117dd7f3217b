import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCatalogLookups } from '../../activities/catalog-lookup.ts';
import { openStore } from '../../activities/stores.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import { postOrder } from '../../bigcommerce/order-post.ts';
import { clearRefusal, findRefusal } from '../../database/connection-refusals.ts';
import { saveCredential } from '../../database/credentials.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { json, startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
let store: StubServer;
beforeAll(async () => {
  [database, store] = await Promise.all([createTestDatabase(), startStub()]);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

it('a token that was replaced while it was in use is no refusal: the step is done again with the new one', async () => {
  const { db } = database;
  const secrets = createSecretBox(Buffer.alloc(32, 3).toString('base64'));
  const id = await addSource(db, 'shop');
  const deps = {
    ...{ db, secrets, apiUrl: store.url, governors: createGovernors(), catalogs: createCatalogLookups() },
    rememberSecret: () => undefined,
  };
  const give = (accessToken: string) => saveCredential(db, secrets, id, { clientId: null, accessToken });
  const open = () => openStore(deps, { id, name: 'shop', storeHash: 'abc' }, 'send');
  store.answer = (request, response) => {
    const isNew = request.headers['x-auth-token'] === 'the-new-token';
    json(isNew ? { id: 7 } : { status: 401 }, isNew ? 200 : 401)(request, response);
  };
  await give('the-old-token');
  const client = await open();
  await expect(client.call('GET', 'v2/store')).rejects.toMatchObject({ code: 'credential_refused' });
  // Whoever found it out, an import or a look at shipments: the source is marked, and its alarm says so.
  expect(await findRefusal(db, id)).toMatchObject({ code: 'credential_refused', since: expect.any(Date) });
  expect(await postOrder(client, {}, { timeoutMs: 5000 })).toMatchObject({
    kind: 'refused',
    code: 'credential_refused',
  });

  await clearRefusal(db, id);
  await give('the-new-token');
  for (const ask of [client.call, client.fetch]) {
    await expect(ask('GET', 'v2/store')).rejects.toMatchObject({ code: 'store_unavailable', isTemporary: true });
  }
  expect(await findRefusal(db, id)).toBeUndefined();
  expect(await postOrder(client, {}, { timeoutMs: 5000 })).toMatchObject({ kind: 'not_sent' });
  expect(await (await open()).call('GET', 'v2/store')).toEqual({ id: 7 });
});
