import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Dependencies } from '../../activities/dependencies.ts';
import type { ImportContext } from '../../activities/import-context.ts';
import { inventoryArchiveActivities } from '../../activities/inventory-archive.ts';
import { SETTLE_RANGE, listMissing } from '../../database/archive.ts';
import { readHeld } from '../../database/held-items.ts';
import { savePage, sumPages } from '../../database/import-ledger.ts';
import type { PageDraft } from '../../database/import-ledger.ts';
import { listFindings } from '../../database/runs.ts';
import type { WriteScope } from '../../database/write-result.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { importFeed, makeItem, makePage, makeScope, readPool } from '../database/builders.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const settle = (scope: WriteScope) => {
  const context = () => Promise.resolve({ scope } as ImportContext);
  const { settleContested } = inventoryArchiveActivities({ db: database.db } as Dependencies, context);
  return settleContested(scope.runId);
};

it('settling contested SKUs goes on where a worker died between writing them and forgetting them', async () => {
  const { db } = database;
  const { sourceId } = await makeScope(db);
  await importFeed(db, sourceId, [[makeItem(1, { sku: 'X' })]], true);
  const scope = await makeScope(db, { sourceId });
  const moved = makeItem(9, { sku: 'X' });
  await savePage(db, scope, makePage([moved]));
  const place = { rangeNo: SETTLE_RANGE, afterId: 9, lastId: 9 };
  await savePage(db, { ...scope, mode: 'settle' }, makePage([moved], place));

  await settle(scope);
  await settle(scope);
  expect(await readHeld(db, scope.runId, 'contested', 9)).toEqual([]);
  expect(await readPool(db, sourceId)).toMatchObject([{ sku: 'X', variantId: 9 }]);
  expect((await sumPages(db, scope.runId)).items).toBe(1);
});

describe('a SKU whose owner the feed names, but not as an item', () => {
  const [owner, claimant] = [makeItem(5, { sku: 'X' }), makeItem(9, { sku: 'X', quantity: 7 })];

  /** A later import in which the owner is refused and another variant claims its SKU. */
  async function importRefused(refused: Partial<PageDraft>, other = claimant): Promise<WriteScope> {
    const { sourceId } = await makeScope(database.db);
    await importFeed(database.db, sourceId, [[owner]], true);
    const scope = await makeScope(database.db, { sourceId });
    await savePage(database.db, scope, makePage([other], refused));
    await settle(scope);
    return scope;
  }

  it.each<[string, Partial<PageDraft>]>([
    ['product', { refusedProductIds: [owner.productId] }],
    ['variant', { refusedVariantIds: [owner.variantId] }],
  ])('stays as it was where the %s could not be understood', async (_name, refused) => {
    const scope = await importRefused(refused);
    expect(await listMissing(database.db, scope)).toBe(0);
    expect(await readPool(database.db, scope.sourceId)).toMatchObject([{ sku: 'X', variantId: 5, quantity: 5 }]);
    const [finding] = await listFindings(database.db, scope.runId, { kind: 'rejected', limit: 10 });
    expect(finding).toMatchObject({ code: 'sku_taken', sku: 'X', variantId: 9 });
  });

  it.each(['sku_blank', 'sku_taken'])('goes to who claims it where the owner was refused as %s', async (code) => {
    const { productId, variantId } = owner;
    const finding = { kind: 'rejected' as const, productId, variantId, sku: null, code, message: 'refused' };
    const scope = await importRefused({ refusedVariantIds: [variantId], findings: [finding] });
    expect(await readPool(database.db, scope.sourceId)).toMatchObject([{ sku: 'X', variantId: 9, quantity: 7 }]);
  });

  it('goes to a lower variant, whose it is in any case', async () => {
    const lower = makeItem(2, { sku: 'X', quantity: 7 });
    const scope = await importRefused({ refusedVariantIds: [owner.variantId] }, lower);
    expect(await readPool(database.db, scope.sourceId)).toMatchObject([{ sku: 'X', variantId: 2, quantity: 7 }]);
  });
});
