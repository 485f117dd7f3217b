import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import { alarmActivities } from '../../activities/alarms.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import { listAlarms } from '../../database/alarms.ts';
import { lastQuota, starvingSince } from '../../database/store-quota.ts';
import { createLog } from '../../workers/log.ts';
import { reportQuotas } from '../../workers/quota-report.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';

const EVERY_MS = 15_000;
const STORE = 'abc';
const log = createLog('silent');
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
// Only the rhythm of the report is driven by hand: the connections to Postgres need the other timers.
beforeEach(() => {
  const others = ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] as const;
  jest.useFakeTimers({ doNotFake: [...others, 'clearImmediate', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => void jest.useRealTimers());

async function openAlarms(now: Date) {
  const { evaluateAlarms } = alarmActivities({ db: database.db, log: log.logger } as unknown as WorkerDependencies);
  await new MockActivityEnvironment().run(() => evaluateAlarms(now.toISOString()));
  return (await listAlarms(database.db, { limit: 5 })).map(({ cause }) => cause);
}

it('a worker whose import waits for its turn says so every few seconds: an alarm by that, and over with it', async () => {
  const { db } = database;
  await addSource(db);
  const governors = createGovernors();
  const governor = governors(STORE);
  // Nobody knows the quota: one request asks for it, and the next waits for the answer.
  await governor.acquire('import');
  const turn = governor.acquire('import');
  const { waitingSince } = governor.snapshot();
  const endReports = reportQuotas(db, governors, log);
  const told = () => starvingSince(db, STORE, new Date());

  jest.advanceTimersByTime(EVERY_MS);
  expect(await waitFor('the first report', told)).toEqual(waitingSince);
  const later = (minutes: number) => new Date(waitingSince!.getTime() + minutes * 60_000);
  expect(await openAlarms(later(9))).toEqual([]);
  expect(await openAlarms(later(10))).toEqual(['quota_starving']);

  // A report that is old would be taken for one of a worker that is gone.
  await sql`update store_quota set seen_at = now() - interval '1 hour'`.execute(db);
  expect(await told()).toBeNull();
  jest.advanceTimersByTime(EVERY_MS);
  expect(await waitFor('the same once more', told)).toEqual(waitingSince);

  governor.release('import', { quota: { limit: 150, left: 90, windowMs: 30_000, resetMs: 30_000 } });
  await turn;
  jest.advanceTimersByTime(EVERY_MS);
  await waitFor('the end', async () => (await told()) === null);
  const { limit, left, windowMs } = governor.snapshot();
  expect({ limit, left, windowMs }).toEqual({ limit: 150, left: 89, windowMs: 30_000 });
  expect(await lastQuota(db, STORE)).toMatchObject({ limit, left, windowMs });
  expect(await openAlarms(later(11))).toEqual([]);

  endReports();
  expect(jest.getTimerCount()).toBe(0);
});
