import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { alarmActivities } from '../../activities/alarms.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { listAlarms } from '../../database/alarms.ts';
import { recordRefusal } from '../../database/connection-refusals.ts';
import { saveSource } from '../../database/sources.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

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
  const deps = { db, log: pino({ level: 'silent' }) } as unknown as WorkerDependencies;
  const { evaluateAlarms } = alarmActivities(deps);
  await new MockActivityEnvironment().run(() => evaluateAlarms(new Date().toISOString()));
  const found = await listAlarms(db, { limit: 10 });
  expect(found.map(({ source, cause }) => `${source} ${cause}`).sort()).toEqual([
    'newer connection_refused',
    'sound connection_refused',
  ]);
});
