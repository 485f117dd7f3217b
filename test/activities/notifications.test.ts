import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import { notificationActivities } from '../../activities/notifications.ts';
import { lostRun } from '../../activities/lost-runs.ts';
import type { DeliveryRound } from '../../activities/notifications.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { clearRefusal, replaceRefusal } from '../../database/connection-refusals.ts';
import { finishCountedRun } from '../../database/counted-runs.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { listRequests } from '../../database/fulfillment-requests.ts';
import { enqueueNotice } from '../../database/outbox.ts';
import { askForDecision } from '../../database/run-decision.ts';
import { finishImportRun } from '../../database/runs.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { finishSendRunRow } from '../../database/send-runs.ts';
import type { Notice } from '../../domain/notices/notice.ts';
import { notificationSchema } from '../../domain/source/notifications.ts';
import { addRun, addSource } from '../database/builders.ts';
import { addAcknowledged } from '../database/shipping.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { startMailServer, startReceiver } from '../helpers/receivers.ts';

const secrets = createSecretBox(Buffer.alloc(32, 3).toString('base64'));
const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

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
const webhook = (more: Record<string, unknown> = {}) => ({ type: 'webhook', url: `${web.url}/hook`, ...more });
const outbox = () => database.db.selectFrom('notification_outbox').selectAll().execute();
const makeDue = () => sql`update notification_outbox set next_attempt_at = now()`.execute(database.db);
const why = { code: 'store_unavailable', reason: 'The store did not answer.', hint: 'Run NAME again.' };

async function failedRun() {
  const id = await addRun(database.db, sourceId);
  await finishImportRun(database.db, id, 'failed', why);
  return id;
}

const notice: Notice = {
  ...{
    type: 'test',
    source: 's',
    at: '2026-01-01T00:00:00.000Z',
    title: 'T <&>',
    lines: ['L'],
    commands: ['bcsource x'],
  },
  ...{ run: null, data: {} },
};

describe('a run that ends', () => {
  it('is told to each receiver by its kind, signed, with counts, reason, command and link', async () => {
    await receivers(
      webhook({ secret: SECRET }),
      { type: 'slack', url: `${web.url}/slack` },
      {
        ...{ type: 'email', to: ['a@example.com', 'b@example.com'] },
      },
    );
    const runId = await failedRun();
    expect(await deliver()).toEqual({ delivered: 4, failed: 0, nextInMs: null });
    const [hook, slack] = ['/hook', '/slack'].map((path) => web.received.find((post) => post.path === path)!);
    const body = new Webhook(SECRET).verify(hook!.body, hook!.headers as Record<string, string>);
    expect(body).toMatchObject({ type: 'run.ended', data: { runId, status: 'failed', url: `http://ui/w-${runId}` } });
    expect((JSON.parse(slack!.body) as { text: string }).text).toContain(`<http://ui/w-${runId}|The run>`);
    expect(mail.received.map(({ to }) => to).sort()).toEqual([['a@example.com'], ['b@example.com']]);
    expect(mail.received[0]!.text).toContain('The store did not answer.');
    expect(mail.received[0]!.text).toContain(`bcsource runs show ${runId}`);
    expect(mail.received[0]!.text).toContain(`The run: http://ui/w-${runId}`);
  });

  it('is told by mail to each recipient by itself: one who is refused is told later, and nobody twice', async () => {
    await receivers({ type: 'email', to: ['a@example.com', 'b@example.com'] });
    mail.refuse('b@example.com');
    await failedRun();
    expect(await deliver()).toMatchObject({ delivered: 1, failed: 1 });
    mail.refuse(null);
    await makeDue();
    expect(await deliver()).toMatchObject({ delivered: 1, failed: 0 });
    expect(mail.received.map(({ to }) => to)).toEqual([['a@example.com'], ['b@example.com']]);
  });

  it('by a workflow that somebody terminated is a problem', async () => {
    await receivers(webhook());
    await finishImportRun(database.db, await addRun(database.db, sourceId), 'canceled', lostRun);
    await finishImportRun(database.db, await addRun(database.db, sourceId), 'canceled', { ...why, code: 'canceled' });
    expect(await outbox()).toHaveLength(1);
  });

  it('is no problem of its own where it ends because the app was uninstalled, which is an alarm', async () => {
    await receivers(webhook());
    const refused = { ...why, code: 'credential_refused' };
    await replaceRefusal(database.db, sourceId, { code: 'app_uninstalled', message: 'gone' });
    await finishImportRun(database.db, await addRun(database.db, sourceId), 'failed', refused);
    expect(await outbox()).toHaveLength(0);
    await finishImportRun(database.db, await addRun(database.db, sourceId), 'failed', why);
    await clearRefusal(database.db, sourceId);
    await finishImportRun(database.db, await addRun(database.db, sourceId), 'failed', refused);
    expect(await outbox()).toHaveLength(2);
  });

  it('is told by the end of every job, once, and in the same transaction', async () => {
    await receivers(webhook());
    const ends = { finishImportRun, finishSendRunRow, finishCountedRun };
    for (const finish of Object.values(ends)) {
      const id = await addRun(database.db, sourceId);
      await finish(database.db, id, 'failed', why);
      await finish(database.db, id, 'failed', why);
    }
    expect(await outbox()).toHaveLength(3);
    const lost = await addRun(database.db, sourceId);
    await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`.execute(
      database.db,
    );
    await sql`create trigger refuse before update of finished_at on job_runs for each row execute function refuse()`.execute(
      database.db,
    );
    await expect(finishImportRun(database.db, lost, 'failed', why)).rejects.toThrow('no');
    expect(await outbox()).toHaveLength(3);
    await sql`drop trigger refuse on job_runs`.execute(database.db);
  });

  it('of sending tells of requests that wait and cannot be sent as they stand, each time there are more', async () => {
    await receivers(webhook());
    const bad = JSON.stringify([{ code: 'sku_not_found', ok: false, message: 'no' }]);
    const checked = (processing: string, checks: string) =>
      addAcknowledged(database.db, sourceId, { columns: { processing, checks, checked_at: new Date() } });
    const linesTold = async () => {
      const id = await addRun(database.db, sourceId, undefined, 'send');
      await finishSendRunRow(database.db, id, 'completed', null);
      return (await outbox()).map((row) => (row.notice as unknown as Notice).lines[1]);
    };
    await Promise.all([checked('processing', '[]'), checked('canceled', bad), checked('failed', bad)]);
    expect(await linesTold()).toEqual([]);
    await Promise.all([checked('processing', bad), checked('unprocessed', bad)]);
    const two = '2 waiting requests cannot be sent as they stand.';
    expect(await linesTold()).toEqual([two]);
    expect(await linesTold()).toEqual([two]);
    await checked('processing', bad);
    expect(await linesTold()).toEqual([two, '3 waiting requests cannot be sent as they stand.']);
    const found = await listRequests(database.db, { hasProblems: true }, { limit: 9 });
    expect(found).toHaveLength(3);
  });

  it('is told to those only who want it: always, on problems, never; and of their jobs', async () => {
    const to = (path: string, more: Record<string, unknown>) => webhook({ url: `${web.url}/${path}`, ...more });
    await receivers(
      ...[to('always', { on: 'always' }), to('problems', {}), to('never', { on: 'never' })],
      to('sends', { on: 'always', jobs: ['send'] }),
    );
    await finishImportRun(database.db, await addRun(database.db, sourceId), 'completed', null);
    await deliver();
    expect(web.received.map(({ path }) => path)).toEqual(['/always']);
    await failedRun();
    await deliver();
    expect(web.received.map(({ path }) => path).sort()).toEqual(['/always', '/always', '/problems']);
  });

  it('is told when it waits for a person, and again when it ends', async () => {
    await receivers(webhook({ on: 'always' }));
    const id = await addRun(database.db, sourceId);
    await askForDecision(database.db, id, why);
    await askForDecision(database.db, id, why);
    await finishImportRun(database.db, id, 'completed', null);
    const subjects = (await outbox()).map(({ subject }) => subject);
    expect(subjects).toEqual([`run:${id}:run.waiting`, `run:${id}:run.ended`]);
  });
});

describe('a message that is not taken', () => {
  it('is tried again with the same id, and is not sent twice while it is under way', async () => {
    await receivers(webhook({ secret: SECRET }));
    await failedRun();
    web.answers.push(500);
    const [first, second] = await Promise.all([deliver(), deliver()]);
    expect(first.failed + second.failed).toBe(1);
    await deliver();
    expect(web.received).toHaveLength(1);
    await makeDue();
    expect(await deliver()).toMatchObject({ delivered: 1, nextInMs: null });
    await makeDue();
    await deliver();
    const ids = web.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('is given up after two days, or at once where the receiver is gone', async () => {
    await receivers(webhook(), webhook({ url: `${web.url}/gone` }));
    await failedRun();
    web.answers.push(500, 410);
    await deliver();
    const states = (await outbox()).map((row) => [row.last_error, row.given_up_at !== null]);
    expect(states.sort()).toEqual([
      ['answered 410', true],
      ['answered 500', false],
    ]);
    const age = (hours: number) =>
      sql`update notification_outbox set created_at = now() - make_interval(hours => ${hours})`.execute(database.db);
    const failAgain = async () => {
      await makeDue();
      web.answers.push(500);
      await deliver();
    };
    await age(47);
    await failAgain();
    expect((await outbox()).map((row) => row.given_up_at !== null).sort()).toEqual([false, true]);
    await age(49);
    await failAgain();
    expect((await outbox()).every((row) => row.given_up_at !== null)).toBe(true);
    await makeDue();
    await deliver();
    expect(web.received).toHaveLength(4);
  });

  it('says in the words of fetch why an address is not asked at all', async () => {
    await receivers({ type: 'webhook', url: 'http://127.0.0.1:1/hook', on: 'always' });
    await failedRun();
    await deliver();
    expect((await outbox()).map((row) => row.last_error)).toEqual(['bad port']);
  });

  it('does not follow a redirect, and what is kept of an error names no address', async () => {
    const closed = await startReceiver();
    await closed.stop();
    await receivers(webhook(), { type: 'slack', url: `${closed.url}/services/very-secret` });
    await failedRun();
    web.answers.push(302);
    await deliver();
    expect(web.received.map(({ path }) => path)).toEqual(['/hook']);
    expect((await outbox()).map((row) => row.last_error).sort()).toEqual(['ECONNREFUSED', 'answered 302']);
  });
});

describe('the receivers of a source', () => {
  it('stand encrypted, and keep what they are still to be told when the file is applied again', async () => {
    const entry = webhook({ secret: SECRET });
    await receivers(entry, webhook({ url: `${web.url}/other` }));
    await enqueueNotice(database.db, { sourceId, subject: 'x', isProblem: true }, notice);
    await receivers({ ...entry, on: 'always' });
    const rows = await database.db.selectFrom('notification_targets').selectAll().execute();
    expect(rows).toMatchObject([{ notify_on: 'always', label: new URL(web.url).host }]);
    expect(JSON.stringify(rows)).not.toContain('/hook');
    expect(await outbox()).toHaveLength(1);
    await receivers({ type: 'email', to: ['a@example.com'] });
    expect(await outbox()).toHaveLength(0);
  });

  it('hear nothing of another source, neither of its runs nor of its alarms', async () => {
    const other = await addSource(database.db);
    await receivers(webhook({ url: `${web.url}/mine`, on: 'always' }));
    const theirs = notificationSchema.parse(webhook({ url: `${web.url}/theirs`, on: 'always' }));
    await saveTargets(database.db, secrets, other, [theirs]);
    await finishImportRun(database.db, await addRun(database.db, other), 'failed', why);
    await deliver();
    await enqueueNotice(database.db, { sourceId: other, subject: 'alarm:1:started', isProblem: true }, notice);
    await deliver();
    expect(web.received.map(({ path }) => path)).toEqual(['/theirs', '/theirs']);
  });

  it('get words of Slack that it cannot mistake for its own signs', async () => {
    await receivers({ type: 'slack', url: web.url, on: 'never' });
    await enqueueNotice(database.db, { sourceId, subject: 'test', toAll: true }, notice);
    await deliver();
    expect(JSON.parse(web.received[0]!.body)).toEqual({ text: '*T &lt;&amp;&gt;*\nL\n`bcsource x`' });
  });
});
