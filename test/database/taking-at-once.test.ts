import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { archiveSomeMissing, listMissing } from '../../database/archive.ts';
import type { Database, Executor } from '../../database/connect.ts';
import { zeroSomeAllowed, zeroSomeHeld } from '../../database/held-items.ts';
import { savePage } from '../../database/import-ledger.ts';
import { writePartial } from '../../database/partial-writes.ts';
import type { WriteScope } from '../../database/write-result.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';
import { importFeed, addSource, makeItem, makePage, makeScope, readPool } from './builders.ts';

const POOL = 10;

let database: TestDatabase;
let db: Database;
let scope: WriteScope;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(async () => {
  const sourceId = await addSource(db);
  await importFeed(db, sourceId, [Array.from({ length: POOL }, (_, index) => makeItem(index + 1))], true);
  scope = await makeScope(db, { sourceId });
});

/** Reads variants again, each a product by itself. */
const readAgain = (variants: number[], quantity: number) =>
  writePartial(
    db,
    { sourceId: scope.sourceId, archives: true, guard: { share: 0.2, minimum: 2 } },
    {
      page: {
        ...{ products: variants.length, skipped: [], refusedProductIds: [], refusedVariantIds: [] },
        items: variants.map((id) => makeItem(id, { quantity })),
      },
      settledProductIds: variants.map((id) => 1000 + id),
      readAt: new Date(),
    },
  );

/** The import holds these back: they have sold out. */
const hold = (...variants: number[]) =>
  savePage(db, scope, makePage(variants.map((id) => makeItem(id, { quantity: 0 }))));

/** Has `acts` come, one after the other, to where somebody else holds them up by `lock`, and then go on. */
async function heldUp(lock: (trx: Executor) => Promise<unknown>, ...acts: (() => Promise<unknown>)[]): Promise<void> {
  const { done } = await db.transaction().execute(async (trx) => {
    await lock(trx);
    const begun: Promise<unknown>[] = [];
    for (const act of acts) {
      begun.push(act());
      await waitFor('it to wait', async () => {
        const { rows } = await sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
        return rows.length === begun.length;
      });
    }
    // In an object: a promise by itself would be waited for with the lock.
    return { done: Promise.all(begun) };
  });
  await done;
}

const lockRun = (trx: Executor) => sql`select from job_runs where id = ${scope.runId} for update`.execute(trx);
const lockWindow = async (trx: Executor) => {
  await sql`insert into inventory_refresh (source_id) values (${scope.sourceId}) on conflict do nothing`.execute(db);
  await sql`select from inventory_refresh where source_id = ${scope.sourceId} for update`.execute(trx);
};
const pool = () => readPool(db, scope.sourceId);
const countZero = async () => (await pool()).filter(({ quantity }) => quantity === 0).length;

it('what an import zeroes while it is read again keeps the stock that was read last', async () => {
  await hold(1);
  await heldUp(
    lockRun,
    () => zeroSomeHeld(db, scope, 100),
    () => readAgain([1], 5),
  );
  expect(await pool()).toContainEqual(expect.objectContaining({ variantId: 1, quantity: 5 }));
});

it('what an import archives while it is read again lives on', async () => {
  await hold(2, 3, 4, 5, 6, 7, 8, 9, 10);
  expect(await listMissing(db, scope)).toBe(1);
  await heldUp(
    lockRun,
    () => archiveSomeMissing(db, scope, 100),
    () => readAgain([1], 5),
  );
  expect(await pool()).toContainEqual(expect.objectContaining({ variantId: 1, quantity: 5, archivedAt: null }));
});

const mayTakeTwo = ({ held, taken }: { held: number; taken: number }) => held + taken <= 2;

it('two that take stock away at the same moment take no more together than the guard allows', async () => {
  await hold(1, 2);
  const failed = () => zeroSomeAllowed(db, scope, 100, mayTakeTwo);
  await heldUp(lockWindow, () => readAgain([3, 4], 0), failed);
  expect(await countZero()).toBe(2);
});

it('what a late page of a failed run holds is judged with what the run has zeroed already', async () => {
  await hold(1, 2);
  expect(await zeroSomeAllowed(db, scope, 100, mayTakeTwo)).toEqual({ done: false, left: 0 });
  await hold(3);
  expect(await zeroSomeAllowed(db, scope, 100, mayTakeTwo)).toEqual({ done: true, left: 1 });
  expect(await countZero()).toBe(2);
  await hold(4);
  expect(await readAgain([5], 0)).toMatchObject({ withheld: 1 });
});
