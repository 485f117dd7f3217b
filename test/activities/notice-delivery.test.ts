import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { saveTargets } from '../../database/notification-targets.ts';
import { enqueueNotice } from '../../database/outbox.ts';
import { finishImportRun } from '../../database/runs.ts';
import type { Notice } from '../../domain/notices/notice.ts';
import { notificationSchema } from '../../domain/source/notifications.ts';
import { addRun, addSource } from '../database/builders.ts';
import { startReceiver } from '../helpers/receivers.ts';
import { SECRET, secrets, useReceivers, why } from './notice-receivers.ts';

const scene = useReceivers();
const { deliver, receivers, webhook, outbox, makeDue, failedRun } = scene;

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

describe('a message that is not taken', () => {
  it('is tried again with the same id, and is not sent twice while it is under way', async () => {
    await receivers(webhook({ secret: SECRET }));
    await failedRun();
    scene.web.answers.push(500);
    const [first, second] = await Promise.all([deliver(), deliver()]);
    expect(first.failed + second.failed).toBe(1);
    await deliver();
    expect(scene.web.received).toHaveLength(1);
    await makeDue();
    expect(await deliver()).toMatchObject({ delivered: 1, nextInMs: null });
    await makeDue();
    await deliver();
    const ids = scene.web.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('is given up after two days, or at once where the receiver is gone', async () => {
    await receivers(webhook(), webhook({ url: `${scene.web.url}/gone` }));
    await failedRun();
    scene.web.answers.push(500, 410);
    await deliver();
    const states = (await outbox()).map((row) => [row.last_error, row.given_up_at !== null]);
    expect(states.sort()).toEqual([
      ['answered 410', true],
      ['answered 500', false],
    ]);
    const age = (hours: number) =>
      sql`update notification_outbox set created_at = now() - make_interval(hours => ${hours})`.execute(scene.db);
    const failAgain = async () => {
      await makeDue();
      scene.web.answers.push(500);
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
    expect(scene.web.received).toHaveLength(4);
  });

  it('says why an address is not asked at all', async () => {
    await receivers({ type: 'webhook', url: 'http://127.0.0.1:1/hook', on: 'always' });
    await failedRun();
    await deliver();
    expect((await outbox()).map((row) => row.last_error)).toEqual(['has a port to which nothing is sent (bad port)']);
  });

  it('does not follow a redirect, and what is kept of an error names no address', async () => {
    const closed = await startReceiver();
    await closed.stop();
    await receivers(webhook(), { type: 'slack', url: `${closed.url}/services/very-secret` });
    await failedRun();
    scene.web.answers.push(302);
    await deliver();
    expect(scene.web.received.map(({ path }) => path)).toEqual(['/hook']);
    expect((await outbox()).map((row) => row.last_error).sort()).toEqual([
      'answered 302',
      'refused the connection (ECONNREFUSED)',
    ]);
  });
});

describe('the receivers of a source', () => {
  it('stand encrypted, and keep what they are still to be told when the file is applied again', async () => {
    const entry = webhook({ secret: SECRET });
    await receivers(entry, webhook({ url: `${scene.web.url}/other` }));
    await enqueueNotice(scene.db, { sourceId: scene.sourceId, subject: 'x', isProblem: true }, notice);
    await receivers({ ...entry, on: 'always' });
    const rows = await scene.db.selectFrom('notification_targets').selectAll().execute();
    expect(rows).toMatchObject([{ notify_on: 'always', label: new URL(scene.web.url).host }]);
    expect(JSON.stringify(rows)).not.toContain('/hook');
    expect(await outbox()).toHaveLength(1);
    await receivers({ type: 'email', to: ['a@example.com'] });
    expect(await outbox()).toHaveLength(0);
  });

  it('hear nothing of another source, neither of its runs nor of its alarms', async () => {
    const other = await addSource(scene.db);
    await receivers(webhook({ url: `${scene.web.url}/mine`, on: 'always' }));
    const theirs = notificationSchema.parse(webhook({ url: `${scene.web.url}/theirs`, on: 'always' }));
    await saveTargets(scene.db, secrets, other, [theirs]);
    await finishImportRun(scene.db, await addRun(scene.db, other), 'failed', why);
    await deliver();
    await enqueueNotice(scene.db, { sourceId: other, subject: 'alarm:1:started', isProblem: true }, notice);
    await deliver();
    expect(scene.web.received.map(({ path }) => path)).toEqual(['/theirs', '/theirs']);
  });

  it('get words of Slack that it cannot mistake for its own signs', async () => {
    await receivers({ type: 'slack', url: scene.web.url, on: 'never' });
    await enqueueNotice(scene.db, { sourceId: scene.sourceId, subject: 'test', toAll: true }, notice);
    await deliver();
    expect(JSON.parse(scene.web.received[0]!.body)).toEqual({ text: '*T &lt;&amp;&gt;*\nL\n`bcsource x`' });
  });
});
