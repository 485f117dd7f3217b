import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { frDeskActivities } from '../../activities/fr-desk.ts';
import type { Database } from '../../database/connect.ts';
import { holdOpen, savePage } from '../../database/import-ledger.ts';
import { writeItems } from '../../database/item-writes.ts';
import { findItem } from '../../database/items.ts';
import { releaseLease, takeLease } from '../../database/leases.ts';
import { packItems } from '../../database/packed-items.ts';
import { loadReferences, saveBrands, saveCategories } from '../../database/references.ts';
import { assignToRun, countRun, listDue } from '../../database/send-runs.ts';
import { findSource, listSources, listSourceVersions, removeSource, saveSource } from '../../database/sources.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';
import { addRun, addSource, makeItem, makePage, makeScope, readPool } from './builders.ts';
import { addAcknowledged } from './shipping.ts';

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

  it('stays with the heir when a slower one finds the same holder gone', async () => {
    const lease = await key();
    await takeLease(db, lease, holder('gone'), open);
    const slow = await takeLease(db, lease, holder('slow'), async (other) => {
      if (other.runId !== 'gone') return false;
      await takeLease(db, lease, holder('quick'), closed);
      return true;
    });
    expect(slow).toEqual({ taken: false, holder: holder('quick') });
  });

  it('of one job or source is nothing to another', async () => {
    const [one, two] = [await key(), await key()];
    await takeLease(db, one, holder('a'), open);
    await expect(takeLease(db, two, holder('b'), open)).resolves.toEqual({ taken: true });
    await expect(takeLease(db, { ...one, job: 'send' }, holder('c'), open)).resolves.toEqual({ taken: true });
  });
});

describe('requests that a run lets go', () => {
  it('are those whose waits are over, and not one that somebody has held since', async () => {
    const sourceId = await addSource(db);
    const at = new Date('2026-11-24T12:00:00Z');
    const add = (columns: Record<string, unknown>) =>
      addAcknowledged(db, sourceId, { columns: { processing: 'processing', ...columns } });
    const over = await add({ next_step_at: at });
    const held = await add({ is_ready: true });
    await add({ next_step_at: new Date(at.getTime() + 1) });
    await add({ is_ready: true, send_run_id: 'another' });
    const due = (await listDue(db, sourceId, at)).map(({ id }) => id);
    expect(due).toEqual([over, held]);
    await db.updateTable('fulfillment_requests').set({ is_ready: false }).where('id', '=', held).execute();
    await assignToRun(db, due, 'mine', at);
    expect(await countRun(db, sourceId, 'mine')).toMatchObject({ due: 1, open: 1, held: 2 });
  });
});

describe('a request that is due', () => {
  it('is due no more from the moment in which somebody holds it', async () => {
    const sourceId = await addSource(db);
    const at = new Date('2026-11-24T12:00:00Z');
    const columns = { processing: 'processing', next_step_at: at };
    const id = await addAcknowledged(db, sourceId, { columns });
    const { applyMessage } = frDeskActivities({ db } as WorkerDependencies);
    await applyMessage(id, { kind: 'hold', until: '2026-11-25T12:00:00Z' }, 'cli', at.toISOString());
    expect(await listDue(db, sourceId, at)).toEqual([]);
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

  it('leaves no item behind when it is purged while a page of it is written', async () => {
    const { id } = await saveSource(db, draft('busy-leaving', 'x'), nothing);
    const runId = await addRun(db, id);
    let purge: Promise<boolean> | undefined;
    await db.transaction().execute(async (trx) => {
      const scope = { sourceId: id, runId, firstImport: false, mode: 'feed' } as const;
      await writeItems(trx, scope, packItems([makeItem(1), makeItem(2)]));
      await holdOpen(trx, runId);
      purge = removeSource(db, 'busy-leaving', true);
      await waitFor('the purge to wait for the page', async () => {
        const { rows } = await sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
        return rows.length > 0;
      });
    });
    await expect(purge).resolves.toBe(true);
    expect(await readPool(db, id)).toEqual([]);
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
