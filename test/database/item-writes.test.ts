import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { readHeld, zeroSomeHeld } from '../../database/held-items.ts';
import { PageAlreadyWritten, savePage, sumPages } from '../../database/import-ledger.ts';
import { readRanges, saveRanges } from '../../database/import-ranges.ts';
import { packItems } from '../../database/packed-items.ts';
import { writeItems } from '../../database/item-writes.ts';
import { findRun, listFindings } from '../../database/runs.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addRun, importFeed, makeItem, makePage, makeScope, readPool, traces } from './builders.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

describe('a page', () => {
  it('that was written changes nothing the second time, and says so', async () => {
    const scope = await makeScope(db);
    const page = makePage([makeItem(1)]);
    await savePage(db, scope, page);
    const before = await traces(db, scope.sourceId);
    const late = { ...page, items: packItems([makeItem(1, { title: 'Late' }), makeItem(2)]) };
    await expect(savePage(db, scope, late)).rejects.toBeInstanceOf(PageAlreadyWritten);
    expect(await traces(db, scope.sourceId)).toEqual(before);
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

  it.each([
    ['copied', true],
    ['inserted', false],
  ])('keeps every byte of every field, %s', async (_name, firstImport) => {
    const scope = await makeScope(db, { firstImport });
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
      { numRuns: 30, examples: [['\\.', '\\N', '\t\r\n\\n']] },
    );
  });
});

describe('a SKU', () => {
  it.each([
    ['lower', 3],
    ['higher', 30],
  ])('that moved to a %s variant follows it, and its row stays the same one', async (_name, variantId) => {
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[makeItem(10, { sku: 'MOVED' })]], true);
    const { counts } = await importFeed(db, sourceId, [[makeItem(variantId, { sku: 'MOVED' })]]);
    expect(await readPool(db, sourceId)).toMatchObject([{ sku: 'MOVED', variantId }]);
    expect(counts).toMatchObject({ items: 1, created: 0, updated: 1, rejected: 0 });
  });

  it('that two variants claim stays with its owner when the owner comes later in the feed', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[makeItem(10, { sku: 'X' })]], true);
    const { counts, scope } = await importFeed(db, sourceId, [
      [makeItem(30, { sku: 'X' })],
      [makeItem(10, { sku: 'X' })],
    ]);
    expect(await readPool(db, sourceId)).toMatchObject([{ sku: 'X', variantId: 10 }]);
    expect(counts).toMatchObject({ items: 1, unchanged: 1, rejected: 1 });
    const [finding] = await listFindings(db, scope.runId, { kind: 'rejected', limit: 10 });
    expect(finding).toMatchObject({ code: 'sku_taken', sku: 'X', variantId: 30 });
  });

  it('that was renamed makes a new item and leaves the old one as it is', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[makeItem(10, { sku: 'OLD' })]], true);
    const { counts } = await importFeed(db, sourceId, [[makeItem(10, { sku: 'NEW' })]]);
    expect((await readPool(db, sourceId)).map(({ sku }) => sku)).toEqual(['NEW', 'OLD']);
    expect(counts).toMatchObject({ items: 1, created: 1, updated: 0 });
  });

  it('of one source is nothing to another', async () => {
    const [one, two] = [await makeScope(db), await makeScope(db)];
    await importFeed(db, one.sourceId, [[makeItem(1, { sku: 'S' })]], true);
    await importFeed(db, two.sourceId, [[makeItem(2, { sku: 'S', quantity: 9 })]], true);
    expect(await readPool(db, one.sourceId)).toMatchObject([{ variantId: 1, quantity: 5 }]);
  });
});

describe('an item that would lose all its stock', () => {
  it('is held until that is decided, and nothing of it is written before', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[makeItem(1), makeItem(2)]], true);
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

    const before = await traces(db, sourceId);
    const next = await importFeed(db, sourceId, [emptied]);
    expect(next.counts).toMatchObject({ unchanged: 2, updated: 0 });
    expect(await traces(db, sourceId)).toEqual(before);
  });

  it.each([
    ['lower', 3],
    ['higher', 30],
  ])('is held too when its SKU moved to a %s variant, which owns it from then on', async (_name, variantId) => {
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[makeItem(10, { sku: 'X' })]], true);
    const moved = makeItem(variantId, { sku: 'X', quantity: 0 });
    const { counts } = await importFeed(db, sourceId, [[moved], [makeItem(40, { sku: 'X' })]]);
    expect(await readPool(db, sourceId)).toMatchObject([{ variantId, quantity: 0 }]);
    expect(counts).toMatchObject({ items: 1, rejected: 1 });
  });

  it('stays archived where that happened while it was held', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[makeItem(1), makeItem(2)]], true);
    const scope = await makeScope(db, { sourceId });
    await savePage(db, scope, makePage([makeItem(1, { quantity: 0 }), makeItem(2, { quantity: 0 })]));
    await sql`
      update inventory_items set archived_at = now(), quantity = 0
      where source_id = ${sourceId} and sku = 'SKU-1'`.execute(db);
    while ((await zeroSomeHeld(db, scope, 1)) > 0);
    expect(await readPool(db, sourceId)).toMatchObject([
      { sku: 'SKU-1', archivedAt: expect.any(Date) },
      { sku: 'SKU-2', archivedAt: null, quantity: 0 },
    ]);
    expect((await findRun(db, scope.runId))!.counts).toMatchObject({ zeroed: 1 });
  });

  it('is held with all of its page, however many those are', async () => {
    const { sourceId } = await makeScope(db);
    const items = Array.from({ length: 11_000 }, (_, i) => makeItem(i + 1, { title: `"Item" \\ ${i}` }));
    await importFeed(db, sourceId, [items], true);
    const scope = await makeScope(db, { sourceId });
    const emptied = items.map((item) => ({ ...item, quantity: 0 }));
    await savePage(db, scope, makePage(emptied));
    const held = await readHeld(db, scope.runId, 'zero', 20_000);
    expect(held).toHaveLength(11_000);
    expect(held.at(-1)).toEqual(emptied.at(-1));
  });

  it('had none before, or is new: then it is not held', async () => {
    const { sourceId } = await makeScope(db);
    await importFeed(db, sourceId, [[makeItem(1, { quantity: 0 })]], true);
    const scope = await makeScope(db, { sourceId });
    await savePage(db, scope, makePage([makeItem(1, { quantity: 0, title: 'Other' }), makeItem(2, { quantity: 0 })]));
    expect(await sumPages(db, scope.runId)).toMatchObject({ created: 1, updated: 1 });
    expect(await readHeld(db, scope.runId, 'zero', 9)).toEqual([]);
  });
});

it('nothing is written for no items', async () => {
  const scope = await makeScope(db);
  await expect(
    writeItems(db, { ...scope, runId: await addRun(db, scope.sourceId) }, packItems([])),
  ).resolves.toMatchObject({
    items: 0,
    seen: [],
  });
});
