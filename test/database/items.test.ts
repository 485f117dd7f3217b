import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { savePage } from '../../database/import-ledger.ts';
import { findItem, listItems, streamItems } from '../../database/items.ts';
import type { InventoryItem, ItemFilter } from '../../database/items.ts';
import { warnOfLookalikes } from '../../database/lookalikes.ts';
import { findRun, finishImportRun, listFindings } from '../../database/runs.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addRun, addSource, makeItem, makePage, makeScope } from './builders.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

describe('items', () => {
  let sourceId: number;
  beforeAll(async () => {
    const scope = await makeScope(db);
    sourceId = scope.sourceId;
    await savePage(
      db,
      scope,
      makePage([
        makeItem(1, { sku: 'A-1', brand: 'ACME', categories: ['Shoes', 'Boots'] }),
        makeItem(2, { sku: 'A_1', brand: 'acme', categories: ['Hats'] }),
        makeItem(3, { sku: 'A%1', brand: null, categories: [] }),
        makeItem(4, { sku: 'a-1', brand: 'Other', categories: ['boots'] }),
        makeItem(5, { sku: 'GONE', brand: 'ACME' }),
        makeItem(6, { sku: 'B\\1', brand: 'ACME', categories: ['Hats'] }),
      ]),
    );
    await sql`update inventory_items set archived_at = now(), quantity = 0
      where source_id = ${sourceId} and sku = 'GONE'`.execute(db);
    await sql`update inventory_items set changed_at = '2020-01-01' where source_id = ${sourceId} and sku = 'A-1'`.execute(
      db,
    );
  });

  const found = async (filter: ItemFilter) =>
    (await listItems(db, sourceId, filter, { limit: 99 })).map(({ sku }) => sku);

  it.each<[string, ItemFilter, string[]]>([
    ['all, in the order of bytes', {}, ['A%1', 'A-1', 'A_1', 'B\\1', 'GONE', 'a-1']],
    ['a SKU', { sku: 'A-1' }, ['A-1']],
    ['a pattern', { sku: 'A*' }, ['A%1', 'A-1', 'A_1']],
    ['a pattern with signs of SQL', { sku: 'A_*' }, ['A_1']],
    ['a pattern with a percent sign', { sku: '*%*' }, ['A%1']],
    ['a pattern with a backslash', { sku: 'B\\*' }, ['B\\1']],
    ['a brand in any case', { brand: 'Acme' }, ['A-1', 'A_1', 'B\\1', 'GONE']],
    ['a category of any level', { category: 'BOOTS' }, ['A-1', 'a-1']],
    ['archived ones', { archived: true }, ['GONE']],
    ['living ones', { archived: false, brand: 'acme' }, ['A-1', 'A_1', 'B\\1']],
    ['changed since', { changedSince: new Date('2020-01-02'), sku: 'A*' }, ['A%1', 'A_1']],
    ['nothing', { sku: "'; drop table inventory_items --" }, []],
  ])('are found by %s', async (_name, filter, skus) => {
    expect(await found(filter)).toEqual(skus);
    const streamed: string[] = [];
    for await (const item of streamItems(db, sourceId, filter)) streamed.push(item.sku);
    expect(streamed).toEqual(skus);
  });

  it('come in pages that go on after a SKU', async () => {
    const first = await listItems(db, sourceId, {}, { limit: 4 });
    const rest = await listItems(db, sourceId, {}, { limit: 4, afterSku: first.at(-1)!.sku });
    expect(rest.map(({ sku }) => sku)).toEqual(['GONE', 'a-1']);
  });

  it('have money as decimal text and measures as numbers', async () => {
    expect(await findItem(db, sourceId, 'A-1')).toMatchObject({
      price: '12.50',
      weightKg: 0.5,
      msrp: null,
      archived: false,
    });
  });

  it('are streamed in pages: the first come out while the others are still in the database', async () => {
    const scope = await makeScope(db, { firstImport: true });
    await savePage(db, scope, makePage(Array.from({ length: 5000 }, (_, i) => makeItem(i + 1))));
    const items = streamItems(db, scope.sourceId, {});
    expect((await items.next()).value).toMatchObject({ sku: 'SKU-1' });
    const last = { source_id: scope.sourceId, sku: 'SKU-999' };
    await db
      .updateTable('inventory_items')
      .set({ title: 'New' })
      .where((eb) => eb.and(last))
      .execute();
    const rest: InventoryItem[] = [];
    for await (const item of items) rest.push(item);
    expect(rest).toHaveLength(4999);
    expect(rest.at(-1)).toMatchObject({ sku: 'SKU-999', title: 'New' });
  });

  it('are streamed to their end, none of them twice, and no statement is open for whoever reads slowly', async () => {
    const scope = await makeScope(db, { firstImport: true });
    await savePage(db, scope, makePage(Array.from({ length: 2500 }, (_, i) => makeItem(i + 1))));
    const reader = connectDatabase(database.url, { poolSize: 1 });
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(reader);
    const stateOf = sql<{ state: string }>`select state from pg_stat_activity where pid = ${rows[0]!.pid}`;
    const [skus, states]: [string[], unknown[]] = [[], []];
    for await (const { sku } of streamItems(reader, scope.sourceId, {})) {
      if (skus.push(sku) % 1000 === 1) states.push(...(await stateOf.execute(db)).rows);
    }
    await reader.destroy();
    expect(skus).toEqual(Array.from({ length: 2500 }, (_, i) => `SKU-${i + 1}`).sort());
    // A time limit of Postgres covers what is open, and the pause of who reads it with it.
    expect(states).toEqual(Array.from({ length: 3 }, () => ({ state: 'idle' })));
  });

  it('can be streamed in part without keeping the connection', async () => {
    for (let round = 0; round < 20; round++) {
      for await (const item of streamItems(db, sourceId, {})) {
        expect(item.sku).toBe('A%1');
        break;
      }
    }
    expect(await found({ sku: 'GONE' })).toEqual(['GONE']);
  });
});

describe('a run', () => {
  it('is found by the start of its id when only one begins so', async () => {
    const id = await addSource(db);
    await addRun(db, id, 'abc_1');
    await addRun(db, id, 'abcd2');
    await expect(findRun(db, 'abc_')).resolves.toMatchObject({ id: 'abc_1' });
    await expect(findRun(db, 'abc')).resolves.toBeUndefined();
    await expect(findRun(db, 'abcd2')).resolves.toMatchObject({ id: 'abcd2', status: 'running' });
  });

  it('ends once: the second end changes nothing, and what it needed on the way is gone', async () => {
    const scope = await makeScope(db);
    await savePage(db, scope, makePage([makeItem(1)], { skipped: [{ productId: 9, reason: 'hidden' }] }));
    await finishImportRun(db, scope.runId, 'completed', null);
    await finishImportRun(db, scope.runId, 'failed', { code: 'internal', reason: 'x', hint: 'y' });
    const run = await findRun(db, scope.runId);
    expect(run).toMatchObject({ status: 'completed', reason: null, counts: { items: 1, created: 1, skipped: 1 } });
    expect(await listFindings(db, scope.runId, { limit: 9 })).toMatchObject([{ kind: 'skipped', productId: 9 }]);
    const { rows } = await sql`select from import_pages where run_id = ${scope.runId}`.execute(db);
    expect(rows).toHaveLength(0);
  });

  it.each([
    ['where most are written large', []],
    ['where most are written small', Array.from({ length: 1001 }, (_, index) => `small-${index}`)],
  ])('warns of SKUs that differ by case or outer blanks, %s, once however often it is asked', async (_, others) => {
    const scope = await makeScope(db);
    const skus = [...others, 'Pad', ' PAD ', 'other', 'pad', 'tab\t', '\u00a0TAB', 'HAT', 'hat', 'LARGE', 'Ä', 'ä'];
    await savePage(db, scope, makePage(skus.map((sku, index) => makeItem(index + 1, { sku }))));
    await warnOfLookalikes(db, scope);
    await warnOfLookalikes(db, scope);
    const warnings = await listFindings(db, scope.runId, { kind: 'warning', limit: 19 });
    const alike = ['HAT', 'hat', ' PAD ', 'Pad', 'pad', 'tab\t', '\u00a0TAB'];
    expect(warnings.map(({ sku }) => sku)).toEqual(alike);
    expect(warnings[2]!.message).toContain('"Pad"');
  });
});
