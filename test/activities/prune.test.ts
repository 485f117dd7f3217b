import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { pruneActivities } from '../../activities/prune.ts';
import { finishImportRun } from '../../database/runs.ts';
import { readRetention } from '../../domain/retention.ts';
import type { Retention } from '../../domain/retention.ts';
import { addRun, addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const IN_TWO_DAYS = new Date(Date.now() + 2 * 86_400_000).toISOString();

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function pruneSome(retention?: Retention) {
  const known = { db: database.db, log: pino({ level: 'silent' }) };
  const deps = { ...known, ...(retention && { retention }) } as unknown as WorkerDependencies;
  return new MockActivityEnvironment().run(() => pruneActivities(deps).pruneSome(IN_TWO_DAYS));
}

it('a worker deletes runs when the days are over that it was given, and keeps the newest', async () => {
  const { db } = database;
  const sourceId = await addSource(db);
  const runs = [await addRun(db, sourceId, 'old')];
  await finishImportRun(db, 'old', 'completed', null);
  runs.push(await addRun(db, sourceId, 'newest'));
  await finishImportRun(db, 'newest', 'completed', null);
  const left = async () => (await db.selectFrom('job_runs').select('id').execute()).map(({ id }) => id).sort();
  expect(await pruneSome()).toEqual({ deleted: 0, isDone: true });
  expect(await left()).toEqual(runs.sort());
  expect(await pruneSome(readRetention('runs=1') as Retention)).toEqual({ deleted: 1, isDone: true });
  expect(await left()).toEqual(['newest']);
});
