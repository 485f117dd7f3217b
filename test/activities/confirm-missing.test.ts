import { expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createContextLoader } from '../../activities/import-context.ts';
import { inventoryArchiveActivities } from '../../activities/inventory-archive.ts';
import { forgetFound, listMissing, readArchivePlan } from '../../database/archive.ts';
import { addRunContext } from '../../database/runs.ts';
import { inventorySchema } from '../../domain/source/inventory.ts';
import { json } from '../bigcommerce/server.ts';
import { addSource, importFeed, makeItem, makeScope, readPool } from '../database/builders.ts';
import { useStubStore } from './stub-store.ts';

const POOL = 60;

const settings = { inventory: inventorySchema.parse({ archiveMissing: true }) };
const scene = useStubStore((db) => addSource(db, 'deaf', settings));

it('what looks missing is asked for to the last one, also of a store that ignores the filter by ids', async () => {
  const [db, sourceId, deps] = [scene.db(), scene.sourceId(), scene.deps()];
  const items = Array.from({ length: POOL }, (_, index) => makeItem(index + 1, { productId: index + 1 }));
  await importFeed(db, sourceId, [items], true);
  const scope = await makeScope(db, { sourceId });
  await addRunContext(db, scope.runId, { currency: 'USD', weightFactorKg: '1', dimensionFactorCm: '1' });
  expect(await listMissing(db, scope)).toBe(POOL);
  // Every tenth product is gone.
  scene.store().answer = (request, response) => {
    const id = Number(/products\/(\d+)/.exec(request.url!)?.[1]);
    const stock = { inventory_tracking: 'product', inventory_level: 5 };
    const product = { id, name: 'P', price: 10, ...stock, variants: [{ id, sku: `SKU-${id}` }] };
    if (Number.isNaN(id)) json({ data: [{ id: 999 }] })(request, response);
    else (id % 10 === 0 ? json({}, 404) : json({ data: product }))(request, response);
  };
  const { confirmMissing } = inventoryArchiveActivities(deps, createContextLoader(deps));
  const confirmed = await new MockActivityEnvironment().run(() => confirmMissing(scope.runId));
  expect(confirmed).toEqual({ complete: true });
  await forgetFound(db, scope);
  expect(await readArchivePlan(db, scope)).toMatchObject({ archive: POOL / 10 });
  expect((await readPool(db, sourceId)).filter(({ title }) => title === 'P')).toHaveLength(POOL - POOL / 10);
});
