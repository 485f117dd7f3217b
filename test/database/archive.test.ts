import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { archiveSomeMissing, listMissing, readArchiveDifference } from '../../database/archive.ts';
import { savePage } from '../../database/import-ledger.ts';
import { findRun } from '../../database/runs.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { importFeed, makeItem, makePage, makeScope, readPool } from './builders.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('a person is shown the 20 most valuable of what leaves and of what loses its stock, and the brands of all', async () => {
  const { db } = database;
  // Worth ten times their number; brands B1 to B22 with the higher numbers, and the lower half of all without one.
  const brandOf = (n: number) => (n <= 30 ? null : n <= 38 ? 'Big' : `B${n - 38}`);
  const items = Array.from({ length: 60 }, (_, i) =>
    makeItem(i + 1, { quantity: 10, price: i === 59 ? null : String(i + 1), brand: brandOf(i + 1) }),
  );
  const { sourceId } = await makeScope(db);
  await importFeed(db, sourceId, [items], true);
  const scope = await makeScope(db, { sourceId });
  const losing = items.filter(({ variantId }) => variantId % 3 === 0);
  await savePage(db, scope, makePage(losing.map((item) => ({ ...item, quantity: 0 }))));
  const leaving = items.filter(({ variantId }) => variantId % 3 !== 0).map(({ sku }) => sku);
  await sql`
    insert into import_missing (run_id, sku, product_id)
    select ${scope.runId}, u.sku, 1 from unnest(${leaving}::text[]) as u (sku)`.execute(db);

  const difference = await readArchiveDifference(db, scope);
  expect(difference).toMatchObject({ archive: 40, zero: 20, pool: 60 });
  const expected = Array.from({ length: 20 }, (_, i) => 59 - i).map((n) => {
    return [`SKU-${n}`, n * 10, n % 3 === 0 ? 'zero' : 'archive'];
  });
  expect(difference.mostValuable.map(({ sku, value, change }) => [sku, Number(value), change])).toEqual(expected);
  expect(difference.mostValuable[0]).toMatchObject({ title: 'Item 59', brand: 'B21', quantity: 10, price: '59' });
  expect(difference.brands.slice(0, 4)).toEqual([
    { brand: null, items: 30 },
    { brand: 'Big', items: 8 },
    { brand: 'B1', items: 1 },
    { brand: 'B10', items: 1 },
  ]);
  expect(difference.brands).toHaveLength(20);
});

it('archiving goes on past a batch of which every item has been archived meanwhile', async () => {
  const { db } = database;
  const { sourceId } = await makeScope(db);
  await importFeed(db, sourceId, [[1, 2, 3].map((id) => makeItem(id))], true);
  const scope = await makeScope(db, { sourceId });
  expect(await listMissing(db, scope)).toBe(3);
  await sql`
    update inventory_items set archived_at = now(), quantity = 0
    where source_id = ${sourceId} and sku = 'SKU-1'`.execute(db);
  while ((await archiveSomeMissing(db, scope, 1)) > 0);
  expect((await readPool(db, sourceId)).filter(({ archivedAt }) => archivedAt === null)).toEqual([]);
  expect((await findRun(db, scope.runId))!.counts).toMatchObject({ archived: 2 });
});

describe('an item whose variant was refused', () => {
  const [other, item] = [makeItem(1), makeItem(2)];

  /** How many items are missing after an import that refused the variant of one of two, and named the other. */
  async function missingAfter(code: string): Promise<number> {
    const { db } = database;
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[other, item]], true);
    const scope = await makeScope(db, { sourceId });
    const { productId, variantId } = item;
    const finding = { kind: 'rejected' as const, productId, variantId, sku: null, code, message: 'refused' };
    await savePage(db, scope, makePage([other], { refusedVariantIds: [variantId], findings: [finding] }));
    return listMissing(db, scope);
  }

  it.each(['variant_unreadable', 'value_invalid'])('is not missing where it is not understood: %s', async (code) => {
    expect(await missingAfter(code)).toBe(0);
  });

  it('is missing where the SKU is blank now', async () => {
    expect(await missingAfter('sku_blank')).toBe(1);
  });

  it("is missing where the variant claims another's SKU now", async () => {
    const { db } = database;
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[other, item]], true);
    const { scope } = await importFeed(db, sourceId, [[other, { ...item, sku: other.sku }]]);
    expect(await listMissing(db, scope)).toBe(1);
    await archiveSomeMissing(db, scope, 10);
    expect(await readPool(db, sourceId)).toMatchObject([
      { sku: 'SKU-1', variantId: 1, quantity: 5, archivedAt: null },
      { sku: 'SKU-2', variantId: 2, quantity: 0, archivedAt: expect.any(Date) },
    ]);
  });
});
