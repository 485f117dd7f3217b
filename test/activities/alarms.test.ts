import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { alarmActivities } from '../../activities/alarms.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { listAlarms } from '../../database/alarms.ts';
import { recordRefusal } from '../../database/connection-refusals.ts';
import { saveSource } from '../../database/sources.ts';
import { fulfillmentSchema } from '../../domain/source/fulfillment.ts';
import { nextRunAt } from '../../domain/source/schedule.ts';
import { addAcknowledged } from '../database/shipping.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const DAY_MS = 86_400_000;

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

it('a request that the business hours have cut off is not late before they open, and is when it does not go then', async () => {
  const { db } = database;
  const businessHours = { timezone: 'UTC', weekly: { 'mon-sun': ['09:00-17:00'] }, holidays: [] };
  const settings = { fulfillment: fulfillmentSchema.parse({ businessHours }), alarms: { unsentMinutes: 30 } };
  const draft = {
    name: 'cut-off',
    connectionType: 'api_token' as const,
    storeHash: 'cut-off',
    document: 'x',
    settings,
  };
  const { id } = await saveSource(db, draft, () => Promise.resolve());
  const today = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
  const at = (clock: string) => new Date(today + Date.parse(`1970-01-01T${clock}Z`));
  const released = new Date(at('16:59:50').getTime() - DAY_MS);
  const row = { number: 'CUT-1', processing: 'processing', bigcommerce_order_id: null };
  const frId = await addAcknowledged(db, id, { columns: { ...row, created_at: released, released_at: released } });
  const causesAt = async (clock: string, nextStepAt: Date) => {
    await db.updateTable('fulfillment_requests').set({ next_step_at: nextStepAt }).where('id', '=', frId).execute();
    await evaluate(at(clock));
    return (await listAlarms(db, { sourceId: id, limit: 5 })).map(({ cause, message }) => `${cause} ${message}`);
  };
  for (const clock of ['08:49:00', '08:51:00', '08:59:59']) expect(await causesAt(clock, at('09:00:00'))).toEqual([]);
  // The store does not answer: each attempt names the next.
  expect(await causesAt('09:29:00', at('09:29:20'))).toEqual([]);
  expect(await causesAt('09:30:00', at('09:30:20'))).toEqual([expect.stringMatching(/^requests_unsent .*CUT-1/)]);
  expect(await causesAt('16:59:00', at('16:59:20'))).toHaveLength(1);
  expect(await causesAt('17:00:01', new Date(at('09:00:00').getTime() + DAY_MS))).toEqual([]);
});
