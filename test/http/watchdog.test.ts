import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pino from 'pino';
import { createAppWatch } from '../../client/http/missing-app.ts';
import { lookForWorkers } from '../../client/http/watchdog.ts';
import type { Session } from '../../client/session.ts';
import { listAlarms, settleAlarms } from '../../database/alarms.ts';
import { ALARMS_BEAT, beat } from '../../database/heartbeats.ts';
import { saveSource } from '../../database/sources.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { startReceiver } from '../helpers/receivers.ts';

let database: TestDatabase;
let web: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  [database, web] = await Promise.all([createTestDatabase(), startReceiver()]);
});
afterAll(async () => {
  await web.stop();
  await database.drop();
});

it('a worker that is not there is told of by the server, once, and its return ends it', async () => {
  const { db } = database;
  const secrets = createSecretBox(Buffer.alloc(32, 3).toString('base64'));
  const id = await addSource(db, 'lonely');
  await saveTargets(db, secrets, id, [{ type: 'webhook', url: `${web.url}/hook`, on: 'problems' }]);
  const session = {
    settings: { smtp: null },
    database: () => Promise.resolve(db),
    dependencies: () => Promise.resolve({ db, secrets, rememberSecret: () => undefined }),
    webUrl: () => 'http://ui',
  } as unknown as Session;
  const startedAt = new Date('2026-11-24T08:00:00Z');
  const look = (minutes: number) => {
    const now = () => new Date(startedAt.getTime() + minutes * 60_000);
    return lookForWorkers({ session, log: pino({ level: 'silent' }), now }, startedAt);
  };
  web.answers.push(500);
  expect(await look(2)).toBe(0);
  expect(await look(3)).toBe(1);
  // What the receiver did not take is tried again though the alarm is open, and a day later it is told once more.
  await sql`update notification_outbox set next_attempt_at = now() where delivered_at is null`.execute(db);
  expect(await look(4)).toBe(0);
  expect(await look(5)).toBe(0);
  expect(web.received).toHaveLength(2);
  expect(await look(3 + 24 * 60)).toBe(0);
  expect(web.received.map(({ headers }) => headers['webhook-id'])).toHaveLength(3);
  expect(new Set(web.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  web.received.splice(1);
  expect(web.told().map(({ data }) => data.cause)).toEqual(['no_worker']);

  // A worker looks for alarms again: it finds this one over.
  await beat(db, ALARMS_BEAT, new Date(startedAt.getTime() + 5 * 60_000));
  await settleAlarms(db, { id, name: 'lonely', remindHours: 24 }, [], new Date());
  expect(await listAlarms(db, { limit: 5 })).toEqual([]);
  expect(await look(7)).toBe(0);
  expect(await look(8)).toBe(1);
});

it('a source of an app is noticed by a server that knows none, once, whenever it is applied', async () => {
  const { db } = database;
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const settings = { app: null, publicUrl: 'https://bcsource.example.com' };
  const session = { settings, database: () => Promise.resolve(db) } as unknown as Session;
  const look = createAppWatch({ session, log, app: null });
  expect(await look()).toEqual([]);
  const draft = { connectionType: 'oauth' as const, storeHash: 'abc', document: '', settings: {} };
  await saveSource(db, { ...draft, name: 'shop' }, () => Promise.resolve());
  expect([await look(), await look()]).toEqual([['shop'], []]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /"sources":\["shop"\].*BIGCOMMERCE_CLIENT_ID, BIGCOMMERCE_CLIENT_SECRET for `bcsource serve`/,
  );
});
