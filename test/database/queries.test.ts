import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { savePage } from '../../database/import-ledger.ts';
import { findItem, listItems, streamItems } from '../../database/items.ts';
import type { ItemFilter } from '../../database/items.ts';
import { releaseLease, takeLease } from '../../database/leases.ts';
import { loadReferences, saveBrands, saveCategories } from '../../database/references.ts';
import { findRun, finishImportRun, listFindings, warnOfLookalikes } from '../../database/runs.ts';
import { findSource, listSources, listSourceVersions, removeSource, saveSource } from '../../database/sources.ts';
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

describe('the lease of a job', () => {
  const open = () => Promise.resolve(false);
  const closed = () => Promise.resolve(true);
  const holder = (runId: string) => ({ runId, workflowId: `inventory:${runId}` });
  const key = async () => ({ sourceId: await addSource(db), job: 'inventory' as const });

  it('is held by one, who may take it again, and the other is told who it is', async () => {
    const lease = await key();
    await expect(takeLease(db, lease, holder('one'), open)).resolves.toEqual({ taken: true });
    await expect(takeLease(db, lease, holder('one'), open)).resolves.toEqual({ taken: true });
    await expect(takeLease(db, lease, holder('two'), open)).resolves.toEqual({ taken: false, holder: holder('one') });
  });

  it('goes to the next when it is given back, and only by its holder', async () => {
    const lease = await key();
    await takeLease(db, lease, holder('first'), open);
    await releaseLease(db, 'somebody else');
    await expect(takeLease(db, lease, holder('second'), open)).resolves.toMatchObject({ taken: false });
    await releaseLease(db, 'first');
    await expect(takeLease(db, lease, holder('second'), open)).resolves.toEqual({ taken: true });
  });

  it('is taken over from a holder whose workflow has ended', async () => {
    const lease = await key();
    await takeLease(db, lease, holder('dead'), open);
    await expect(takeLease(db, lease, holder('heir'), closed)).resolves.toEqual({ taken: true });
    await releaseLease(db, 'dead');
    await expect(takeLease(db, lease, holder('late'), open)).resolves.toMatchObject({ holder: holder('heir') });
  });

  it('goes to exactly one of many who take it over at once', async () => {
    const lease = await key();
    await takeLease(db, lease, holder('gone'), open);
    const isGone = (other: { runId: string }) => Promise.resolve(other.runId === 'gone');
    const heirs = Array.from({ length: 12 }, (_, index) => takeLease(db, lease, holder(`heir-${index}`), isGone));
    expect((await Promise.all(heirs)).filter(({ taken }) => taken)).toHaveLength(1);
  });

  it('of one job or source is nothing to another', async () => {
    const [one, two] = [await key(), await key()];
    await takeLease(db, one, holder('a'), open);
    await expect(takeLease(db, two, holder('b'), open)).resolves.toEqual({ taken: true });
    await expect(takeLease(db, { ...one, job: 'send' }, holder('c'), open)).resolves.toEqual({ taken: true });
  });
});

describe('a source', () => {
  const draft = (name: string, document: string, settings: Record<string, unknown> = { a: 1, b: { c: 2 } }) => ({
    ...{ name, connectionType: 'api_token' as const, storeHash: 'abc', document, settings },
  });
  const nothing = () => Promise.resolve();

  it('gets a version for each change, and none for the same again', async () => {
    const name = 'versions';
    await expect(saveSource(db, draft(name, 'one'), nothing)).resolves.toMatchObject({ version: 1, changed: true });
    const reordered = draft(name, 'one', { b: { c: 2 }, a: 1 });
    await expect(saveSource(db, reordered, nothing)).resolves.toMatchObject({ version: 1, changed: false });
    await expect(saveSource(db, draft(name, 'two'), nothing)).resolves.toMatchObject({ version: 2, changed: true });
    const { id, ...source } = (await findSource(db, name))!;
    expect(source).toMatchObject({ name, version: 2, document: 'two' });
    expect((await listSourceVersions(db, id)).map(({ version, document }) => [version, document])).toEqual([
      [2, 'two'],
      [1, 'one'],
    ]);
  });

  it('gets a version when the same file means something else, because a variable has changed', async () => {
    await saveSource(db, draft('variable', 'hash: ${HASH}', { storeHash: 'old' }), nothing);
    const changed = { ...draft('variable', 'hash: ${HASH}', { storeHash: 'new' }), storeHash: 'new' };
    await expect(saveSource(db, changed, nothing)).resolves.toMatchObject({ version: 2, changed: true });
    expect(await findSource(db, 'variable')).toMatchObject({ storeHash: 'new', settings: { storeHash: 'new' } });
  });

  it('is not stored when what belongs to it cannot be', async () => {
    const broken = () => Promise.reject(new Error('no'));
    await expect(saveSource(db, draft('half', 'x'), broken)).rejects.toThrow('no');
    expect(await findSource(db, 'half')).toBeUndefined();
  });

  it('gets one version a change when two people apply it at once', async () => {
    const applied = await Promise.all(['x', 'y', 'z'].map((text) => saveSource(db, draft('busy', text), nothing)));
    expect(applied.map(({ version }) => version).sort()).toEqual([1, 2, 3]);
  });

  it('that is removed keeps its items, comes back as a new version, and loses all when purged', async () => {
    const { id } = await saveSource(db, draft('leaving', 'x'), nothing);
    await savePage(db, await makeScope(db, { sourceId: id }), makePage([makeItem(1)]));
    await expect(removeSource(db, 'leaving', false)).resolves.toBe(true);
    await expect(removeSource(db, 'leaving', false)).resolves.toBe(false);
    expect((await listSources(db)).map(({ name }) => name)).not.toContain('leaving');
    await expect(saveSource(db, draft('leaving', 'x'), nothing)).resolves.toMatchObject({ id, version: 2 });
    expect(await findItem(db, id, 'SKU-1')).toBeDefined();
    await removeSource(db, 'leaving', true);
    expect(await findItem(db, id, 'SKU-1')).toBeUndefined();
    await expect(removeSource(db, 'leaving', true)).resolves.toBe(false);
  });
});

describe('brands and categories', () => {
  it('become what the store says, touching only rows that differ', async () => {
    const id = await addSource(db);
    const xmins = async () => {
      const { rows } = await sql<{ name: string; xmin: string }>`
        select name, xmin::text from brands where source_id = ${id}
        union all select name, xmin::text from categories where source_id = ${id}`.execute(db);
      return Object.fromEntries(rows.map(({ name, xmin }) => [name, xmin]));
    };
    await saveBrands(db, id, [
      { id: 1, name: 'ACME' },
      { id: 2, name: 'Gone' },
    ]);
    await saveCategories(db, id, [
      { id: 1, parentId: 0, name: 'Top' },
      { id: 2, parentId: 1, name: 'Below' },
    ]);
    const before = await xmins();
    await saveBrands(db, id, [
      { id: 1, name: 'ACME' },
      { id: 3, name: 'New' },
    ]);
    await saveCategories(db, id, [
      { id: 1, parentId: 0, name: 'Top' },
      { id: 2, parentId: 0, name: 'Below' },
    ]);
    const after = await xmins();
    expect(after).toMatchObject({ ACME: before['ACME'], Top: before['Top'] });
    expect(after['Below']).not.toBe(before['Below']);
    const references = await loadReferences(db, id);
    expect([...references.brands]).toEqual([
      [1, 'ACME'],
      [3, 'New'],
    ]);
    expect(references.categories.get(2)).toEqual({ name: 'Below', parentId: 0 });
    await saveBrands(db, id, []);
    expect((await loadReferences(db, id)).brands.size).toBe(0);
  });
});

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

  it('warns of SKUs that differ by case or outer blanks, once however often it is asked', async () => {
    const scope = await makeScope(db);
    const skus = ['Pad', ' PAD ', 'other', 'pad'];
    await savePage(db, scope, makePage(skus.map((sku, index) => makeItem(index + 1, { sku }))));
    await warnOfLookalikes(db, scope);
    await warnOfLookalikes(db, scope);
    const warnings = await listFindings(db, scope.runId, { kind: 'warning', limit: 9 });
    expect(warnings.map(({ sku }) => sku)).toEqual([' PAD ', 'Pad', 'pad']);
    expect(warnings[0]!.message).toContain('"Pad"');
  });
});
