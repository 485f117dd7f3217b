import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCatalogLookups } from '../../activities/catalog-lookup.ts';
import { previewFeed } from '../../activities/preview.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import { saveCredential } from '../../database/credentials.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { inventorySchema } from '../../domain/source/inventory.ts';
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

const product = (id: unknown) => ({
  ...{ id, name: `Product ${String(id)}`, price: 10, type: 'physical', is_visible: true, images: [] },
  variants: [{ id: 1, sku: `S-${String(id)}` }],
});

/** A store that lists these pages one after the other. */
function serve(pages: unknown[][]): void {
  store.answer = (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://stub');
    if (pathname.endsWith('/v2/store')) {
      const units = { weight_units: 'KGS', dimension_units: 'Centimeters' };
      return json({ id: 'x', name: 'Stub', currency: 'USD', ...units })(request, response);
    }
    const after = Number(searchParams.get('id:greater') ?? 0);
    const page = pathname.endsWith('/catalog/products') ? pages[Math.floor(after / 10)] : undefined;
    return json({ data: page ?? [], meta: { pagination: { total: 9 } } })(request, response);
  };
}

it('a feed is previewed past products whose id is a text or cannot be read, and those are named', async () => {
  const { db } = database;
  const secrets = createSecretBox(Buffer.alloc(32, 3).toString('base64'));
  const id = await addSource(db, 'odd');
  await saveCredential(db, secrets, id, { clientId: null, accessToken: 'token' });
  const deps = {
    ...{ db, secrets, apiUrl: store.url, governors: createGovernors(), catalogs: createCatalogLookups() },
    rememberSecret: () => undefined,
  };
  const source = { id, name: 'odd', storeHash: 'abc', settings: { inventory: inventorySchema.parse({}) } };
  serve([
    [product(1), product('10'), product(null)],
    [product(20), product({})],
  ]);
  const preview = await previewFeed(deps, source, 9);
  expect(preview.items.map(({ productId }) => productId)).toEqual([1, 10, 20]);
  expect(preview.left).toMatchObject([{ productId: null }, { productId: null }]);

  // A store that does not heed where to go on gives the same page again and again.
  serve(Array.from({ length: 3 }, () => [product(7), product(8)]));
  expect((await previewFeed(deps, source, 9)).items.map(({ productId }) => productId)).toEqual([7, 8]);
});
