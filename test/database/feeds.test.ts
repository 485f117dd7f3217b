import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Database } from '../../database/connect.ts';
import type { ItemDraft } from '../../database/item-text.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { importFeed, makeItem, makeScope, readPool, traces } from './builders.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

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
        const { counts } = await importFeed(db, sourceId, pages, isFirst);
        const expected = owners(once.items);
        const pool = await readPool(db, sourceId);
        expect(Object.fromEntries(pool.map(({ sku, variantId }) => [sku, variantId]))).toEqual(expected);
        expect(counts).toMatchObject({ items: pool.length, created: pool.length });
        expect(counts.items + counts.rejected).toBe(once.items.length);
        const byVariant = new Map(once.items.map((item) => [item.variantId, item]));
        for (const row of pool) expect(row.quantity).toBe(byVariant.get(row.variantId)!.quantity);

        const before = await traces(db, sourceId);
        const repeated = await importFeed(db, sourceId, pagesOf(once.items, again.order, again.cuts));
        expect(repeated.counts).toMatchObject({ created: 0, updated: 0, restored: 0, unchanged: pool.length });
        expect(await traces(db, sourceId)).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  it('of a feed that differs from the one before, the pool equals the new feed', async () => {
    await fc.assert(
      fc.asyncProperty(grouping, grouping, async (before, after) => {
        const { sourceId } = await makeScope(db);
        await importFeed(db, sourceId, pagesOf(before.items, before.order, before.cuts), true);
        await importFeed(db, sourceId, pagesOf(after.items, after.order, after.cuts));
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
      await importFeed(db, sourceId, [claims(10, 'before')], true);
      await importFeed(db, sourceId, [claims(10, 'owner'), claims(1, 'lower')], false, true);
      expect((await readPool(db, sourceId)).map(({ title }) => title)).toEqual(['lower', 'lower', 'lower']);
    }
  });

  it('at the same moment, the pool equals the feed', async () => {
    await fc.assert(
      fc.asyncProperty(grouping, fc.boolean(), async ({ items, order, cuts }, isFirst) => {
        const { sourceId } = await makeScope(db);
        await importFeed(db, sourceId, pagesOf(items, order, cuts), isFirst, true);
        const pool = await readPool(db, sourceId);
        expect(Object.fromEntries(pool.map(({ sku, variantId }) => [sku, variantId]))).toEqual(owners(items));
      }),
      { numRuns: 12 },
    );
  });
});
