import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import pino from 'pino';
import { notificationActivities } from '../../activities/notifications.ts';
import type { DeliveryRound } from '../../activities/notifications.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { finishImportRun } from '../../database/runs.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { notificationSchema } from '../../domain/source/notifications.ts';
import { addRun, addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { startMailServer, startReceiver } from '../helpers/receivers.ts';

export const secrets = createSecretBox(Buffer.alloc(32, 3).toString('base64'));
export const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
/** Why a run failed. */
export const why = { code: 'store_unavailable', reason: 'The store did not answer.', hint: 'Run NAME again.' };

/** For a test file: a database and a mail server; a new source and a new receiver for each test. */
export function useReceivers() {
  let database: TestDatabase;
  let mail: Awaited<ReturnType<typeof startMailServer>>;
  let web: Awaited<ReturnType<typeof startReceiver>>;
  let sourceId: number;
  beforeAll(async () => {
    [database, mail] = await Promise.all([createTestDatabase(), startMailServer()]);
  });
  afterAll(async () => {
    await mail.stop();
    await database.drop();
  });
  beforeEach(async () => {
    web = await startReceiver();
    mail.received.length = 0;
    sourceId = await addSource(database.db);
  });
  afterEach(async () => {
    await database.db.deleteFrom('notification_targets').execute();
    await web.stop();
  });

  function deliver(): Promise<DeliveryRound> {
    const deps = {
      ...{ db: database.db, secrets, log: pino({ level: 'silent' }), rememberSecret: () => undefined },
      notify: { smtp: { url: mail.url, from: 'bcsource@example.com' }, webUrl: (id: string) => `http://ui/${id}` },
    } as unknown as WorkerDependencies;
    return new MockActivityEnvironment().run(notificationActivities(deps).deliverDue) as Promise<DeliveryRound>;
  }

  const receivers = (...entries: Record<string, unknown>[]) =>
    saveTargets(
      database.db,
      secrets,
      sourceId,
      entries.map((entry) => notificationSchema.parse(entry)),
    );
  const webhook = (more: Record<string, unknown> = {}) => ({
    ...{ type: 'webhook', url: `${web.url}/hook`, on: 'problems' },
    ...more,
  });
  const outbox = () => database.db.selectFrom('notification_outbox').selectAll().execute();
  const makeDue = () => sql`update notification_outbox set next_attempt_at = now()`.execute(database.db);
  async function failedRun() {
    const id = await addRun(database.db, sourceId);
    await finishImportRun(database.db, id, 'failed', why);
    return id;
  }

  return {
    ...{ deliver, receivers, webhook, outbox, makeDue, failedRun },
    get db() {
      return database.db;
    },
    get mail() {
      return mail;
    },
    get web() {
      return web;
    },
    get sourceId() {
      return sourceId;
    },
  };
}
