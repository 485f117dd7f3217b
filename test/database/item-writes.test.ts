import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { readHeld, zeroSomeHeld } from '../../database/archive.ts';
import { PageAlreadyWritten, readRanges, savePage, saveRanges, sumPages } from '../../database/import-ledger.ts';
import type { ItemDraft } from '../../database/item-rows.ts';
import { writeItems } from '../../database/item-writes.ts';
import { listFindings } from '../../database/runs.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addRun, makeItem, makePage, makeScope, readPool } from './builders.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

/** Where each row stands and who wrote it: equal means that nobody touched it. */
async function traces(sourceId: number) {
  const { rows } = await sql`
    select sku, xmin::text, ctid::text from inventory_items where source_id = ${sourceId} order by sku`.execute(db);
  return rows;
}

/** Imports a feed in this grouping, then what was contested, as the job does. */
async function importFeed(sourceId: number, pages: ItemDraft[][], firstImport = false, parallel = false) {
  const scope = await makeScope(db, { sourceId, firstImport });
  if (parallel) await Promise.all(pages.map((items) => savePage(db, scope, makePage(items))));
  else for (const items of pages) await savePage(db, scope, makePage(items));
  const contested = await readHeld(db, scope.runId, 'contested', 1000);
  const settling = { ...scope, firstImport: false, mode: 'settle' as const };
  await savePage(db, settling, makePage(contested, { rangeNo: -2 }));
  while ((await zeroSomeHeld(db, scope, 100)) > 0);
  return { scope, counts: await sumPages(db, scope.runId) };
}

const variants = fc.uniqueArray(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 20 });
/** Few SKUs for many variants, so that they quarrel. */
const feed = variants.chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({ sku: fc.constantFrom('A', 'B', 'C', 'a', ' A', 'D"\\,{}'), quantity: fc.nat(3) })
        .map((fields) => makeItem(id, fields)),
    ),
  ),
);
const grouping = fc.record({
  items: feed,
  order: fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }),
  cuts: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 20 }),
});

function pagesOf(items: ItemDraft[], order: number[], cuts: number[]): ItemDraft[][] {
  const shuffled = items.map((item, index) => ({ item, key: order[index]! })).sort((a, b) => a.key - b.key);
  const rest = shuffled.map(({ item }) => item);
  const pages = cuts.map((size) => rest.splice(0, size));
  return [...pages, rest].filter((page) => page.length > 0);
}

function owners(items: ItemDraft[]): Record<string, number> {
  const lowest: Record<string, number> = {};
  for (const { sku, variantId } of items) lowest[sku] = Math.min(variantId, lowest[sku] ?? Infinity);
  return lowest;
}

describe('whatever the order and grouping of pages', () => {
  it.each([
    ['of a first import', true],
    ['of a later import', false],
  ])('%s, the lowest variant owns a SKU and the pool equals the feed, twice', async (_name, isFirst) => {
    await fc.assert(
      fc.asyncProperty(grouping, grouping, async (once, again) => {
        const { sourceId } = await makeScope(db);
        const pages = pagesOf(once.items, once.order, once.cuts);
        const { counts } = await importFeed(sourceId, pages, isFirst);
        const expected = owners(once.items);
        const pool = await readPool(db, sourceId);
        expect(Object.fromEntries(pool.map(({ sku, variantId }) => [sku, variantId]))).toEqual(expected);
        expect(counts).toMatchObject({ items: pool.length, created: pool.length });
        expect(counts.items + counts.rejected).toBe(once.items.length);
        const byVariant = new Map(once.items.map((item) => [item.variantId, item]));
        for (const row of pool) expect(row.quantity).toBe(byVariant.get(row.variantId)!.quantity);

        const before = await traces(sourceId);
        const repeated = await importFeed(sourceId, pagesOf(once.items, again.order, again.cuts));
        expect(repeated.counts).toMatchObject({ created: 0, updated: 0, restored: 0, unchanged: pool.length });
        expect(await traces(sourceId)).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  it('of a feed that differs from the one before, the pool equals the new feed', async () => {
    await fc.assert(
      fc.asyncProperty(grouping, grouping, async (before, after) => {
        const { sourceId } = await makeScope(db);
        await importFeed(sourceId, pagesOf(before.items, before.order, before.cuts), true);
        await importFeed(sourceId, pagesOf(after.items, after.order, after.cuts));
        const pool = await readPool(db, sourceId);
        const byVariant = new Map(after.items.map((item) => [item.variantId, item]));
        for (const [sku, variantId] of Object.entries(owners(after.items))) {
          const row = pool.find((candidate) => candidate.sku === sku);
          expect(row).toMatchObject({ variantId, quantity: byVariant.get(variantId)!.quantity });
        }
      }),
      { numRuns: 20 },
    );
  });

  it('at the same moment, a lower variant wins over the owner whose page is written beside it', async () => {
    for (let round = 0; round < 10; round++) {
      const { sourceId } = await makeScope(db);
      const skus = ['P', 'Q', 'R'];
      const claims = (from: number, title: string) => skus.map((sku, index) => makeItem(from + index, { sku, title }));
      await importFeed(sourceId, [claims(10, 'before')], true);
      await importFeed(sourceId, [claims(10, 'owner'), claims(1, 'lower')], false, true);
      expect((await readPool(db, sourceId)).map(({ title }) => title)).toEqual(['lower', 'lower', 'lower']);
    }
  });

  it('at the same moment, the pool equals the feed', async () => {
    await fc.assert(
      fc.asyncProperty(grouping, fc.boolean(), async ({ items, order, cuts }, isFirst) => {
        const { sourceId } = await makeScope(db);
        await importFeed(sourceId, pagesOf(items, order, cuts), isFirst, true);
        const pool = await readPool(db, sourceId);
        expect(Object.fromEntries(pool.map(({ sku, variantId }) => [sku, variantId]))).toEqual(owners(items));
      }),
      { numRuns: 12 },
    );
  });
});

describe('a page', () => {
  it('that was written changes nothing the second time, and says so', async () => {
    const scope = await makeScope(db);
    const page = makePage([makeItem(1)]);
    await savePage(db, scope, page);
    const before = await traces(scope.sourceId);
    const late = { ...page, items: [makeItem(1, { title: 'Late' }), makeItem(2)] };
    await expect(savePage(db, scope, late)).rejects.toBeInstanceOf(PageAlreadyWritten);
    expect(await traces(scope.sourceId)).toEqual(before);
    expect((await sumPages(db, scope.runId)).items).toBe(1);
  });

  it('moves its range on, and the range ends with its last page', async () => {
    const scope = await makeScope(db);
    await saveRanges(
      db,
      scope.runId,
      [
        { after: 0, upTo: 90 },
        { after: 90, upTo: null },
      ],
      250,
    );
    await saveRanges(db, scope.runId, [{ after: 0, upTo: null }], 100);
    await savePage(db, scope, makePage([makeItem(1)], { afterId: 0, lastId: 40, pageSize: 125 }));
    await savePage(db, scope, makePage([], { afterId: 40, lastId: 90, rangeComplete: true }));
    expect(await readRanges(db, scope.runId)).toEqual([
      { rangeNo: 0, upTo: 90, complete: true, pageSize: 250, cursor: 90 },
      { rangeNo: 1, upTo: null, complete: false, pageSize: 250, cursor: 90 },
    ]);
  });

  it('keeps every byte of every field', async () => {
    const scope = await makeScope(db);
    const strange = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(strange, strange, fc.option(strange, { nil: null }), async (sku, title, description) => {
        const attributes = { [title]: [sku, null, 1.5, true] };
        const item = makeItem(7, { sku, title, description, categories: [title, sku], attributes });
        await savePage(db, { ...scope, mode: 'force' }, makePage([item]));
        const row = await db
          .selectFrom('inventory_items')
          .selectAll()
          .where('source_id', '=', scope.sourceId)
          .where('sku', '=', sku)
          .executeTakeFirstOrThrow();
        expect(row).toMatchObject({ title, description, categories: [title, sku], attributes, price: '12.50' });
      }),
      { numRuns: 40 },
    );
  });
});

describe('a SKU', () => {
  it.each([
    ['lower', 3],
    ['higher', 30],
  ])('that moved to a %s variant follows it, and its row stays the same one', async (_name, variantId) => {
    const { sourceId } = await makeScope(db);
    await importFeed(sourceId, [[makeItem(10, { sku: 'MOVED' })]], true);
    const { counts } = await importFeed(sourceId, [[makeItem(variantId, { sku: 'MOVED' })]]);
    expect(await readPool(db, sourceId)).toMatchObject([{ sku: 'MOVED', variantId }]);
    expect(counts).toMatchObject({ items: 1, created: 0, updated: 1, rejected: 0 });
  });

  it('that two variants claim stays with its owner when the owner comes later in the feed', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(sourceId, [[makeItem(10, { sku: 'X' })]], true);
    const { counts, scope } = await importFeed(sourceId, [[makeItem(30, { sku: 'X' })], [makeItem(10, { sku: 'X' })]]);
    expect(await readPool(db, sourceId)).toMatchObject([{ sku: 'X', variantId: 10 }]);
    expect(counts).toMatchObject({ items: 1, unchanged: 1, rejected: 1 });
    const [finding] = await listFindings(db, scope.runId, { kind: 'rejected', limit: 10 });
    expect(finding).toMatchObject({ code: 'sku_taken', sku: 'X', variantId: 30 });
  });

  it('that was renamed makes a new item and leaves the old one as it is', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(sourceId, [[makeItem(10, { sku: 'OLD' })]], true);
    const { counts } = await importFeed(sourceId, [[makeItem(10, { sku: 'NEW' })]]);
    expect((await readPool(db, sourceId)).map(({ sku }) => sku)).toEqual(['NEW', 'OLD']);
    expect(counts).toMatchObject({ items: 1, created: 1, updated: 0 });
  });

  it('of one source is nothing to another', async () => {
    const [one, two] = [await makeScope(db), await makeScope(db)];
    await importFeed(one.sourceId, [[makeItem(1, { sku: 'S' })]], true);
    await importFeed(two.sourceId, [[makeItem(2, { sku: 'S', quantity: 9 })]], true);
    expect(await readPool(db, one.sourceId)).toMatchObject([{ variantId: 1, quantity: 5 }]);
  });
});

describe('an item that would lose all its stock', () => {
  it('is held until that is decided, and nothing of it is written before', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(sourceId, [[makeItem(1), makeItem(2)]], true);
    const scope = await makeScope(db, { sourceId });
    const emptied = [
      makeItem(1, { quantity: 0, title: 'Sold out', attributes: { zz: 1, a: { bb: 1, a: 2 } } }),
      makeItem(2),
    ];
    await savePage(db, scope, makePage(emptied));
    expect(await readPool(db, sourceId)).toMatchObject([{ quantity: 5, title: 'Item 1' }, { quantity: 5 }]);
    expect(await sumPages(db, scope.runId)).toMatchObject({ items: 2, updated: 0, unchanged: 1 });
    while ((await zeroSomeHeld(db, scope, 1)) > 0);
    expect(await readPool(db, sourceId)).toMatchObject([{ quantity: 0, title: 'Sold out' }, { quantity: 5 }]);

    const before = await traces(sourceId);
    const next = await importFeed(sourceId, [emptied]);
    expect(next.counts).toMatchObject({ unchanged: 2, updated: 0 });
    expect(await traces(sourceId)).toEqual(before);
  });

  it.each([
    ['lower', 3],
    ['higher', 30],
  ])('is held too when its SKU moved to a %s variant, which owns it from then on', async (_name, variantId) => {
    const { sourceId } = await makeScope(db);
    await importFeed(sourceId, [[makeItem(10, { sku: 'X' })]], true);
    const moved = makeItem(variantId, { sku: 'X', quantity: 0 });
    const { counts } = await importFeed(sourceId, [[moved], [makeItem(40, { sku: 'X' })]]);
    expect(await readPool(db, sourceId)).toMatchObject([{ variantId, quantity: 0 }]);
    expect(counts).toMatchObject({ items: 1, rejected: 1 });
  });

  it('had none before, or is new: then it is not held', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(sourceId, [[makeItem(1, { quantity: 0 })]], true);
    const scope = await makeScope(db, { sourceId });
    await savePage(db, scope, makePage([makeItem(1, { quantity: 0, title: 'Other' }), makeItem(2, { quantity: 0 })]));
    expect(await sumPages(db, scope.runId)).toMatchObject({ created: 1, updated: 1 });
    expect(await readHeld(db, scope.runId, 'zero', 9)).toEqual([]);
  });
});

it('nothing is written for no items', async () => {
  const scope = await makeScope(db);
  await expect(writeItems(db, { ...scope, runId: await addRun(db, scope.sourceId) }, [])).resolves.toMatchObject({
    items: 0,
    seen: [],
  });
});
