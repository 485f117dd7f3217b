import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { alarmActivities } from '../../activities/alarms.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { listAlarms } from '../../database/alarms.ts';
import { recordRefusal } from '../../database/connection-refusals.ts';
import { saveSource } from '../../database/sources.ts';
import { nextRunAt } from '../../domain/source/schedule.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function evaluate(now: Date) {
  const deps = { db: database.db, log: pino({ level: 'silent' }) } as unknown as WorkerDependencies;
  return new MockActivityEnvironment().run(() => alarmActivities(deps).evaluateAlarms(now.toISOString()));
}

it('a source whose settings cannot be understood does not silence the others, and a later version is understood', async () => {
  const { db } = database;
  const add = async (name: string, alarms: Record<string, unknown>) => {
    const draft = {
      name,
      connectionType: 'api_token' as const,
      storeHash: 'abc',
      document: name,
      settings: { alarms },
    };
    const { id } = await saveSource(db, draft, () => Promise.resolve());
    await recordRefusal(db, id, { code: 'credential_refused', message: 'no' });
  };
  await add('broken', { unsentMinutes: 'soon' });
  await add('newer', { everythingMinutes: 5 });
  await add('sound', {});
  await evaluate(new Date());
  const found = await listAlarms(db, { limit: 10 });
  expect(found.map(({ source, cause }) => `${source} ${cause}`).sort()).toEqual([
    'newer connection_refused',
    'sound connection_refused',
  ]);
});

it('a turn of a schedule is missed a quarter of an hour after it was due, or as is set, and not before', async () => {
  const { db } = database;
  const shipments = { schedule: { every: '1h' } };
  const add = (name: string, alarms: Record<string, unknown>) => {
    const draft = { name, connectionType: 'api_token' as const, storeHash: name, document: name };
    return saveSource(db, { ...draft, settings: { shipments, alarms } }, () => Promise.resolve());
  };
  const sources = [await add('usual', {}), await add('patient', { scheduleLateMinutes: 40 })];
  const due = nextRunAt(shipments.schedule, new Date())!;
  const missedAt = async (minutes: number) => {
    await evaluate(new Date(due.getTime() + minutes * 60_000));
    const open = await Promise.all(sources.map(({ id }) => listAlarms(db, { sourceId: id, limit: 5 })));
    return open.flat().map(({ source, cause, message }) => {
      expect(message).toContain(`shipments (due ${due.toISOString()})`);
      return `${source} ${cause}`;
    });
  };
  expect(await missedAt(14)).toEqual([]);
  expect(await missedAt(15)).toEqual(['usual schedule_missed']);
  expect(await missedAt(39)).toEqual(['usual schedule_missed']);
  expect(await missedAt(40)).toEqual(['usual schedule_missed', 'patient schedule_missed']);
});
