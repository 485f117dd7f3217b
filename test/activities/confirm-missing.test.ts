import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Dependencies } from '../../activities/dependencies.ts';
import { createContextLoader } from '../../activities/import-context.ts';
import { inventoryArchiveActivities } from '../../activities/inventory-archive.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import { forgetFound, listMissing, readArchivePlan } from '../../database/archive.ts';
import { saveCredential } from '../../database/credentials.ts';
import { addRunContext } from '../../database/runs.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { saveSource } from '../../database/sources.ts';
import { inventorySchema } from '../../domain/source/inventory.ts';
import { json, startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';
import { importFeed, makeItem, makeScope, readPool } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const POOL = 60;

let database: TestDatabase;
let store: StubServer;
beforeAll(async () => {
  [database, store] = await Promise.all([createTestDatabase(), startStub()]);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

it('what looks missing is asked for to the last one, also of a store that ignores the filter by ids', async () => {
  const { db } = database;
  const secrets = createSecretBox(Buffer.alloc(32, 5).toString('base64'));
  const settings = { inventory: inventorySchema.parse({ archiveMissing: true }) };
  const draft = { name: 'deaf', connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings };
  const { id: sourceId } = await saveSource(db, draft, () => Promise.resolve());
  await saveCredential(db, secrets, sourceId, { clientId: null, accessToken: 'token' });
  const items = Array.from({ length: POOL }, (_, index) => makeItem(index + 1, { productId: index + 1 }));
  await importFeed(db, sourceId, [items], true);
  const scope = await makeScope(db, { sourceId });
  await addRunContext(db, scope.runId, { currency: 'USD', weightFactorKg: '1', dimensionFactorCm: '1' });
  expect(await listMissing(db, scope)).toBe(POOL);
  // Every tenth product is gone.
  store.answer = (request, response) => {
    const id = Number(/products\/(\d+)/.exec(request.url!)?.[1]);
    const stock = { inventory_tracking: 'product', inventory_level: 5 };
    const product = { id, name: 'P', price: 10, ...stock, variants: [{ id, sku: `SKU-${id}` }] };
    if (Number.isNaN(id)) json({ data: [{ id: 999 }] })(request, response);
    else (id % 10 === 0 ? json({}, 404) : json({ data: product }))(request, response);
  };
  const deps = { db, secrets, apiUrl: store.url, governors: createGovernors(), rememberSecret: () => undefined };
  const { confirmMissing } = inventoryArchiveActivities(
    deps as unknown as Dependencies,
    createContextLoader(deps as unknown as Dependencies),
  );
  const confirmed = await new MockActivityEnvironment().run(() => confirmMissing(scope.runId));
  expect(confirmed).toEqual({ complete: true });
  await forgetFound(db, scope);
  expect(await readArchivePlan(db, scope)).toMatchObject({ archive: POOL / 10 });
  expect((await readPool(db, sourceId)).filter(({ title }) => title === 'P')).toHaveLength(POOL - POOL / 10);
});
