import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { inventoryRunActivities } from '../../activities/inventory-run.ts';
import { savePage } from '../../database/import-ledger.ts';
import { askForDecision } from '../../database/run-decision.ts';
import { findRun } from '../../database/runs.ts';
import { saveSource } from '../../database/sources.ts';
import type { WriteScope } from '../../database/write-result.ts';
import { inventorySchema } from '../../domain/source/inventory.ts';
import { importFeed, makeItem, makePage, makeScope, readPool } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const POOL = 20;
const why = { code: 'feed_incomplete', reason: 'The list was cut.', hint: 'Run the import again.' };

let database: TestDatabase;
let scope: WriteScope;
let last = 0;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { db } = database;
  const inventory = inventorySchema.parse({ archiveMissing: true, archiveGuard: { share: 0.2, minimum: 2 } });
  const draft = { name: `failing-${++last}`, connectionType: 'api_token' as const, storeHash: 'abc', document: 'x' };
  const { id: sourceId } = await saveSource(db, { ...draft, settings: { inventory } }, () => Promise.resolve());
  const items = Array.from({ length: POOL }, (_, index) => makeItem(index + 1));
  await importFeed(db, sourceId, [items], true);
  scope = await makeScope(db, { sourceId });
});

/** Reads so many items of the pool: the first of them have sold out, and of the others there are 3 left. */
const read = (items: number, soldOut: number) =>
  savePage(
    database.db,
    scope,
    makePage(Array.from({ length: items }, (_, index) => makeItem(index + 1, { quantity: index < soldOut ? 0 : 3 }))),
  );

async function end(status: 'failed' | 'canceled', reason = why) {
  const deps = { db: database.db, log: pino({ level: 'silent' }) } as unknown as WorkerDependencies;
  const { finishImport } = inventoryRunActivities(deps, () => Promise.reject(new Error('no context')));
  const told = await finishImport(scope.runId, status, reason);
  expect(await finishImport(scope.runId, status, reason)).toBe(told);
  const pool = await readPool(database.db, scope.sourceId);
  const run = await findRun(database.db, scope.runId);
  expect(run!.reason).toBe(told);
  return { run, zero: pool.filter(({ quantity }) => quantity === 0).length };
}

describe('items that have sold out', () => {
  it('are zeroed also by a run that fails, where nobody would have been asked', async () => {
    await read(POOL, 4);
    const { run, zero } = await end('failed');
    expect(zero).toBe(4);
    expect(run).toMatchObject({ status: 'failed', reason: why.reason, counts: { updated: POOL, archived: 0 } });
  });

  it.each([
    ['are more than the source allows without asking', POOL, 5],
    ['are few of the pool and many of what was read', 6, 4],
  ])('keep their stock where they %s, and the reason says how many', async (_, items, soldOut) => {
    await read(items, soldOut);
    const { run, zero } = await end('failed');
    expect(zero).toBe(0);
    expect(run).toMatchObject({ status: 'failed', counts: { updated: items - soldOut } });
    expect(run!.reason).toMatch(new RegExp(`^${why.reason} ${soldOut} items that have sold out keep their old stock`));
  });

  it('keep their stock where the run is canceled, or waited for a person', async () => {
    await read(POOL, 4);
    expect(await end('canceled')).toMatchObject({ zero: 0, run: { reason: why.reason } });
    scope = await makeScope(database.db, { sourceId: scope.sourceId });
    await read(POOL, 4);
    await askForDecision(database.db, scope.runId, { ...why, code: 'waiting_for_approval' });
    expect(await end('failed', { ...why, code: 'approval_expired' })).toMatchObject({ zero: 0 });
  });
});
