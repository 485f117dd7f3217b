import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { archiveSomeMissing, listMissing, readArchivePlan } from '../../database/archive.ts';
import { readHeld, zeroSomeHeld } from '../../database/held-items.ts';
import { keepEvents, listDueHints, settleHints } from '../../database/hints.ts';
import { savePage } from '../../database/import-ledger.ts';
import type { ItemDraft } from '../../database/item-text.ts';
import { writePartial } from '../../database/partial-writes.ts';
import { finishImportRun } from '../../database/runs.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addRun, addSource, importFeed, makeItem, makePage, makeScope, readPool } from './builders.ts';

let database: TestDatabase;
let sourceId: number;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  sourceId = await addSource(database.db);
  // Two variants of one product, and a product beside it.
  const items = [makeItem(1, { productId: 10 }), makeItem(2, { productId: 10 }), makeItem(3, { productId: 11 })];
  await importFeed(database.db, sourceId, [items], true);
});

interface Read {
  items?: ItemDraft[];
  settled?: number[];
  refusedProducts?: number[];
  refusedVariants?: number[];
  archives?: boolean;
  minimum?: number;
  readAt?: Date;
}

const read = ({ items = [], settled = [], archives = true, minimum = 50, readAt = new Date(), ...more }: Read) =>
  writePartial(
    database.db,
    { sourceId, archives, guard: { share: 0.2, minimum } },
    {
      page: {
        ...{ products: settled.length, items, skipped: [] },
        refusedProductIds: more.refusedProducts ?? [],
        refusedVariantIds: more.refusedVariants ?? [],
      },
      settledProductIds: settled,
      readAt,
    },
  );
const stock = async () =>
  Object.fromEntries(
    (await readPool(database.db, sourceId)).map(({ sku, quantity, archivedAt }) => [sku, archivedAt ? null : quantity]),
  );

describe('a product that was read by itself', () => {
  it('is written as by a feed; the second time nothing is touched', async () => {
    const items = [makeItem(1, { productId: 10, quantity: 9 }), makeItem(2, { productId: 10 })];
    expect(await read({ items, settled: [10] })).toMatchObject({ updated: 1, unchanged: 1, archived: 0 });
    expect(await read({ items, settled: [10] })).toMatchObject({ updated: 0, unchanged: 2 });
    expect(await stock()).toEqual({ 'SKU-1': 9, 'SKU-2': 5, 'SKU-3': 5 });
  });

  it('loses the items that it no longer has, and they come back with it; others stay', async () => {
    const [first, second] = [makeItem(1, { productId: 10 }), makeItem(2, { productId: 10, sku: 'RENAMED' })];
    expect(await read({ items: [first, second], settled: [10] })).toMatchObject({ created: 1, archived: 1 });
    expect(await stock()).toEqual({ 'SKU-1': 5, 'SKU-2': null, RENAMED: 5, 'SKU-3': 5 });
    expect(await read({ settled: [10] })).toMatchObject({ archived: 2 });
    expect(await read({ items: [first], settled: [10] })).toMatchObject({ restored: 1 });
    expect(await stock()).toMatchObject({ 'SKU-1': 5, 'SKU-3': 5 });
  });

  it.each<[string, Read]>([
    ['the source does not archive', { settled: [10], archives: false }],
    ['the product could not be understood', { settled: [10], refusedProducts: [10] }],
    ['its variants could not', { settled: [10], refusedVariants: [1, 2] }],
    ['nothing is known of it', { settled: [] }],
  ])('keeps its items where %s', async (_name, options) => {
    expect(await read(options)).toMatchObject({ archived: 0 });
    expect(await stock()).toEqual({ 'SKU-1': 5, 'SKU-2': 5, 'SKU-3': 5 });
  });

  it('does not take a SKU from a lower variant', async () => {
    await read({ items: [makeItem(9, { productId: 12, sku: 'SKU-1' })], settled: [12] });
    const [row] = await readPool(database.db, sourceId);
    expect(row).toMatchObject({ sku: 'SKU-1', variantId: 1 });
  });

  it('whose variant was made anew goes on under its SKU', async () => {
    const items = [makeItem(77, { productId: 10, sku: 'SKU-1', quantity: 7 }), makeItem(2, { productId: 10 })];
    expect(await read({ items, settled: [10] })).toMatchObject({ items: 2, updated: 1, unchanged: 1, archived: 0 });
    expect(await stock()).toEqual({ 'SKU-1': 7, 'SKU-2': 5, 'SKU-3': 5 });
    const [row] = await readPool(database.db, sourceId);
    expect(row).toMatchObject({ sku: 'SKU-1', variantId: 77 });
  });

  it('that takes the place of one that is gone has its SKU', async () => {
    await read({ settled: [10] });
    expect(await read({ items: [makeItem(99, { productId: 20, sku: 'SKU-2' })], settled: [20] })).toMatchObject({
      restored: 1,
    });
    expect(await stock()).toEqual({ 'SKU-1': null, 'SKU-2': 5, 'SKU-3': 5 });
  });

  it('does not take a SKU from a variant that could not be understood', async () => {
    const items = [makeItem(77, { productId: 10, sku: 'SKU-1', quantity: 7 })];
    await read({ items, settled: [10], refusedVariants: [1, 2] });
    const [row] = await readPool(database.db, sourceId);
    expect(row).toMatchObject({ sku: 'SKU-1', variantId: 1, quantity: 5 });
  });

  it('is not written over by what was asked for before it', async () => {
    const earlier = new Date(Date.now() - 1000);
    await read({ items: [makeItem(3, { productId: 11, quantity: 2 })], settled: [11] });
    await read({ items: [makeItem(3, { productId: 11, quantity: 4 })], settled: [11], readAt: earlier });
    await read({ settled: [11], readAt: earlier });
    expect(await stock()).toMatchObject({ 'SKU-3': 2 });
  });
});

describe('a variant that claims the SKU of another one, which lives', () => {
  const claimant = makeItem(9, { sku: 'SKU-2', quantity: 7 });
  const readClaimant = () => read({ items: [claimant], settled: [claimant.productId] });

  it('has its claim settled by the import that holds it, also where it is read again meanwhile', async () => {
    const { db } = database;
    const scope = await makeScope(db, { sourceId });
    await savePage(db, scope, makePage([makeItem(1, { productId: 10 }), makeItem(3, { productId: 11 }), claimant]));
    await readClaimant();
    const held = await readHeld(db, scope.runId, 'contested', 9);
    expect(held).toEqual([claimant]);
    await savePage(db, { ...scope, mode: 'settle' }, makePage(held, { rangeNo: -2 }));
    expect(await readPool(db, sourceId)).toContainEqual(expect.objectContaining({ sku: 'SKU-2', variantId: 9 }));
  });

  it('does not keep an import from archiving the other one, which is gone', async () => {
    const scope = await makeScope(database.db, { sourceId });
    expect(await listMissing(database.db, scope)).toBe(3);
    await readClaimant();
    expect(await readArchivePlan(database.db, scope)).toMatchObject({ archive: 3 });
  });

  it('does not keep what was read of the other one a little before from being written', async () => {
    const earlier = new Date(Date.now() - 1000);
    await readClaimant();
    const items = [makeItem(1, { productId: 10 }), makeItem(2, { productId: 10, quantity: 3 })];
    await read({ items, settled: [10], readAt: earlier });
    expect(await stock()).toMatchObject({ 'SKU-2': 3 });
  });
});

describe('the guard', () => {
  it('counts what single reads take away until a whole feed was read, and then withholds', async () => {
    const empty = (id: number, productId: number) => makeItem(id, { productId, quantity: 0 });
    expect(await read({ items: [empty(3, 11)], settled: [11], minimum: 2 })).toMatchObject({ updated: 1, withheld: 0 });
    expect(await read({ settled: [10], minimum: 2 })).toMatchObject({ archived: 0, withheld: 2 });
    expect(await stock()).toEqual({ 'SKU-1': 5, 'SKU-2': 5, 'SKU-3': 0 });
    await finishImportRun(database.db, await addRun(database.db, sourceId), 'completed', null);
    const { rows } = await sql<{ taken: number }>`
      select taken from inventory_refresh where source_id = ${sourceId}`.execute(database.db);
    expect(rows).toEqual([{ taken: 0 }]);
  });
});

describe('an import that is under way', () => {
  it('does not archive what has come back before a person said yes', async () => {
    const scope = await makeScope(database.db, { sourceId });
    expect(await listMissing(database.db, scope)).toBe(3);
    await read({ items: [makeItem(3, { productId: 11 })], settled: [11] });
    await archiveSomeMissing(database.db, scope, 100);
    expect(await stock()).toEqual({ 'SKU-1': null, 'SKU-2': null, 'SKU-3': 5 });
  });

  it('does not bring back what has been archived before a person said yes', async () => {
    const { db } = database;
    const scope = await makeScope(db, { sourceId });
    const claimant = makeItem(9, { sku: 'SKU-2' });
    await savePage(db, scope, makePage([makeItem(1, { productId: 10, quantity: 0 }), claimant]));
    expect(await listMissing(db, scope)).toBe(2);
    const plan = () => readArchivePlan(db, scope);
    expect(await plan()).toMatchObject({ archive: 2, zero: 1 });
    await read({ settled: [10], archives: false });
    await read({ settled: [10], minimum: 0 });
    expect(await plan()).toMatchObject({ archive: 2, zero: 1 });
    await read({ settled: [10] });
    expect(await stock()).toEqual({ 'SKU-1': null, 'SKU-2': null, 'SKU-3': 5 });
    expect(await plan()).toMatchObject({ archive: 1, zero: 0 });
    expect(await readHeld(db, scope.runId, 'contested', 9)).toEqual([claimant]);
    while ((await zeroSomeHeld(db, scope, 100)) > 0);
    expect(await stock()).toMatchObject({ 'SKU-1': null });
  });

  it('has hints about products followed once more after its end', async () => {
    const { db } = database;
    const event = { sourceId, hash: '', scope: 'store/product/updated', eventAt: new Date() };
    const hint = { kind: 'product' as const, id: 10 };
    const due = () => listDueHints(db, { sourceId, kind: 'product', limit: 10 });
    await keepEvents(db, [{ ...event, webhookId: 'a', hint }]);
    const runId = await addRun(db, sourceId);
    const found = await due();
    // Hinted at again while it is read: that one is not settled with it.
    await keepEvents(db, [{ ...event, webhookId: 'b', hint }]);
    await settleHints(db, { sourceId, kind: 'product', againAfterImport: true }, found);
    expect(await due()).toHaveLength(1);
    await settleHints(db, { sourceId, kind: 'product', againAfterImport: true }, await due());
    expect(await due()).toHaveLength(0);
    await finishImportRun(db, runId, 'failed', null);
    expect(await due()).toHaveLength(1);
    await settleHints(db, { sourceId, kind: 'product' }, await due());
    expect(await db.selectFrom('hints').selectAll().where('source_id', '=', sourceId).execute()).toEqual([]);
  });
});
