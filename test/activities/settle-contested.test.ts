import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Dependencies } from '../../activities/dependencies.ts';
import type { ImportContext } from '../../activities/import-context.ts';
import { inventoryArchiveActivities } from '../../activities/inventory-archive.ts';
import { SETTLE_RANGE } from '../../database/archive.ts';
import { readHeld } from '../../database/held-items.ts';
import { savePage, sumPages } from '../../database/import-ledger.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { importFeed, makeItem, makePage, makeScope, readPool } from '../database/builders.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('settling contested SKUs goes on where a worker died between writing them and forgetting them', async () => {
  const { db } = database;
  const { sourceId } = await makeScope(db);
  await importFeed(db, sourceId, [[makeItem(1, { sku: 'X' })]], true);
  const scope = await makeScope(db, { sourceId });
  const moved = makeItem(9, { sku: 'X' });
  await savePage(db, scope, makePage([moved]));
  const place = { rangeNo: SETTLE_RANGE, afterId: 9, lastId: 9 };
  await savePage(db, { ...scope, mode: 'settle' }, makePage([moved], place));

  const context = () => Promise.resolve({ scope } as ImportContext);
  const { settleContested } = inventoryArchiveActivities({ db } as Dependencies, context);
  await settleContested(scope.runId);
  await settleContested(scope.runId);
  expect(await readHeld(db, scope.runId, 'contested', 9)).toEqual([]);
  expect(await readPool(db, sourceId)).toMatchObject([{ sku: 'X', variantId: 9 }]);
  expect((await sumPages(db, scope.runId)).items).toBe(1);
});
