import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { listAlarms, settleAlarms } from '../../database/alarms.ts';
import type { Database } from '../../database/connect.ts';
import { finishCountedRun } from '../../database/counted-runs.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { askForDecision } from '../../database/run-decision.ts';
import { finishImportRun } from '../../database/runs.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { finishSendRunRow } from '../../database/send-runs.ts';
import type { FoundAlarm } from '../../domain/alarms/find.ts';
import type { JobKind } from '../../domain/jobs.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addRun, addSource } from './builders.ts';

const secrets = createSecretBox(Buffer.alloc(32, 7).toString('base64'));
const why = { code: 'store_unavailable', reason: 'The store did not answer.', hint: 'Run it again.' };

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'no notice'; end $$`.execute(
    db,
  );
});
afterAll(() => database.drop());

let sourceId: number;
beforeEach(async () => {
  sourceId = await addSource(db);
  await saveTargets(db, secrets, sourceId, [{ type: 'webhook', url: 'http://127.0.0.1:9', on: 'problems' }]);
});
const refuseNotices = () =>
  sql`create trigger refuse before insert on notification_outbox for each row execute function refuse()`.execute(db);
const takeNotices = () => sql`drop trigger if exists refuse on notification_outbox`.execute(db);
afterEach(takeNotices);

const told = async () => {
  const { rows } = await sql<{ type: string }>`
    select notice ->> 'type' as type from notification_outbox o join notification_targets t on t.id = o.target_id
    where t.source_id = ${sourceId} order by o.created_at`.execute(db);
  return rows.map(({ type }) => type);
};

describe('a notice that cannot be written', () => {
  const runOf = (id: string) => sql`select * from job_runs where id = ${id}`.execute(db).then(({ rows }) => rows);

  const fail = (finish: typeof finishImportRun) => (runId: string) => finish(db, runId, 'failed', why);
  it.each<[JobKind, string, (runId: string) => Promise<void>, string]>([
    ['inventory', 'finished', fail(finishImportRun), 'run.ended'],
    ['send', 'finished', fail(finishSendRunRow), 'run.ended'],
    ['shipments', 'finished', fail(finishCountedRun), 'run.ended'],
    ['inventory', 'waiting', (runId) => askForDecision(db, runId, why), 'run.waiting'],
  ])(
    'leaves a run of %s that was to be %s as it was: it is told when that is done again',
    async (job, _state, act, type) => {
      const runId = await addRun(db, sourceId, undefined, job);
      const before = await runOf(runId);
      await refuseNotices();
      await expect(act(runId)).rejects.toThrow('no notice');
      expect(await runOf(runId)).toEqual(before);
      await takeNotices();
      await act(runId);
      expect(await runOf(runId)).not.toEqual(before);
      expect(await told()).toEqual([type]);
    },
  );

  it('leaves alarms as they were, whether one begins, is reminded of or ends: the next sweep tells of it', async () => {
    const source = { id: sourceId, name: 'alarmed', remindHours: 6 };
    const stale: FoundAlarm = { cause: 'inventory_stale', message: 'Old.', hint: 'bcsource runs list', details: {} };
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 29, hour));
    const alarms = () => listAlarms(db, { sourceId, all: true, limit: 5 });
    const sweeps: [FoundAlarm[], Date, string][] = [
      [[stale], at(1), 'alarm.started'],
      [[stale], at(8), 'alarm.reminder'],
      [[], at(9), 'alarm.ended'],
    ];
    for (const [found, now, type] of sweeps) {
      const before = await alarms();
      await refuseNotices();
      await expect(settleAlarms(db, source, found, now)).rejects.toThrow('no notice');
      expect(await alarms()).toEqual(before);
      await takeNotices();
      await settleAlarms(db, source, found, now);
      expect((await told()).at(-1)).toBe(type);
    }
    expect(await told()).toHaveLength(3);
    expect(await alarms()).toMatchObject([{ startedAt: at(1), remindedAt: at(8), endedAt: at(9) }]);
  });
});
