import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Dependencies } from '../../activities/dependencies.ts';
import type { ImportContext } from '../../activities/import-context.ts';
import { inventoryArchiveActivities } from '../../activities/inventory-archive.ts';
import { CONFIRM_RANGE } from '../../database/archive.ts';
import { savePage } from '../../database/import-ledger.ts';
import type { ItemDraft } from '../../database/item-text.ts';
import { writePartial } from '../../database/partial-writes.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { importFeed, makeItem, makePage, makeScope, readPool } from '../database/builders.ts';

const archiveGuard = { share: 0.5, minimum: 50, waitHours: 1 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** What a webhook or a refresh reads, beside the import. */
async function readBeside(sourceId: number, items: ItemDraft[], goneIds: number[] = []): Promise<void> {
  const page = { products: items.length, items, skipped: [], refusedProductIds: [], refusedVariantIds: [] };
  const settledProductIds = [...items.map(({ productId }) => productId), ...goneIds];
  const scope = { sourceId, guard: archiveGuard, archives: true };
  await writePartial(database.db, scope, { page, settledProductIds, readAt: new Date() });
}

async function livingSkus(sourceId: number): Promise<string[]> {
  const pool = await readPool(database.db, sourceId);
  return pool.filter(({ archivedAt }) => archivedAt === null).map(({ sku }) => sku);
}

it('nothing is archived that came into being, or came back, while the missing were asked for by their ids', async () => {
  const { db } = database;
  const { sourceId } = await makeScope(db);
  const items = [1, 2, 3, 4, 5, 6, 7].map((id) => makeItem(id));
  await importFeed(db, sourceId, [items], true);
  const [seen, , found, named, refused, restored] = items as [ItemDraft, ...ItemDraft[]];
  await readBeside(sourceId, [], [restored!.productId]);
  const scope = await makeScope(db, { sourceId });
  await savePage(db, scope, makePage([seen]));
  const context = () => Promise.resolve({ scope, settings: { archiveGuard } } as ImportContext);
  const { listMissing, planArchive, applyArchive } = inventoryArchiveActivities({ db } as Dependencies, context);

  expect(await listMissing(scope.runId)).toBe(5);
  const confirmed = makePage([found!], { rangeNo: CONFIRM_RANGE, refusedVariantIds: [refused!.variantId] });
  await savePage(db, { ...scope, mode: 'settle' }, confirmed);
  await readBeside(sourceId, [named!, restored!, makeItem(8)]);

  expect(await planArchive(scope.runId, true)).toMatchObject({ archive: 2, needsApproval: false });
  expect(await planArchive(scope.runId, true)).toMatchObject({ archive: 2 });
  await applyArchive(scope.runId);
  expect(await livingSkus(sourceId)).toEqual(['SKU-1', 'SKU-3', 'SKU-4', 'SKU-5', 'SKU-6', 'SKU-8']);
});
