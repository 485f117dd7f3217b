import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { lostRun } from '../../activities/lost-runs.ts';
import { clearRefusal, replaceRefusal } from '../../database/connection-refusals.ts';
import { finishCountedRun } from '../../database/counted-runs.ts';
import { listRequests } from '../../database/fulfillment-requests.ts';
import { askForDecision } from '../../database/run-decision.ts';
import { finishImportRun } from '../../database/runs.ts';
import { finishSendRunRow } from '../../database/send-runs.ts';
import type { Notice } from '../../domain/notices/notice.ts';
import { addRun } from '../database/builders.ts';
import { addAcknowledged } from '../database/shipping.ts';
import { SECRET, useReceivers, why } from './notice-receivers.ts';

const scene = useReceivers();
const { deliver, receivers, webhook, outbox, makeDue, failedRun } = scene;

describe('a run that ends', () => {
  it('is told to each receiver by its kind, signed, with counts, reason, command and link', async () => {
    await receivers(
      webhook({ secret: SECRET }),
      { type: 'slack', url: `${scene.web.url}/slack` },
      {
        ...{ type: 'email', to: ['a@example.com', 'b@example.com'] },
      },
    );
    const runId = await failedRun();
    expect(await deliver()).toEqual({ delivered: 4, failed: 0, nextInMs: null });
    const [hook, slack] = ['/hook', '/slack'].map((path) => scene.web.received.find((post) => post.path === path)!);
    const body = new Webhook(SECRET).verify(hook!.body, hook!.headers as Record<string, string>);
    expect(body).toMatchObject({ type: 'run.ended', data: { runId, status: 'failed', url: `http://ui/w-${runId}` } });
    expect((JSON.parse(slack!.body) as { text: string }).text).toContain(`<http://ui/w-${runId}|The run>`);
    expect(scene.mail.received.map(({ to }) => to).sort()).toEqual([['a@example.com'], ['b@example.com']]);
    expect(scene.mail.received[0]!.text).toContain('The store did not answer.');
    expect(scene.mail.received[0]!.text).toContain(`bcsource runs show ${runId}`);
    expect(scene.mail.received[0]!.text).toContain(`The run: http://ui/w-${runId}`);
  });

  it('is told by mail to each recipient by itself: one who is refused is told later, and nobody twice', async () => {
    await receivers({ type: 'email', to: ['a@example.com', 'b@example.com'] });
    scene.mail.refuse('b@example.com');
    await failedRun();
    expect(await deliver()).toMatchObject({ delivered: 1, failed: 1 });
    scene.mail.refuse(null);
    await makeDue();
    expect(await deliver()).toMatchObject({ delivered: 1, failed: 0 });
    expect(scene.mail.received.map(({ to }) => to)).toEqual([['a@example.com'], ['b@example.com']]);
  });

  it('by a workflow that somebody terminated is a problem', async () => {
    await receivers(webhook());
    await finishImportRun(scene.db, await addRun(scene.db, scene.sourceId), 'canceled', lostRun);
    await finishImportRun(scene.db, await addRun(scene.db, scene.sourceId), 'canceled', { ...why, code: 'canceled' });
    expect(await outbox()).toHaveLength(1);
  });

  it('is no problem of its own where it ends because the app was uninstalled, which is an alarm', async () => {
    await receivers(webhook());
    const refused = { ...why, code: 'credential_refused' };
    await replaceRefusal(scene.db, scene.sourceId, { code: 'app_uninstalled', message: 'gone' });
    await finishImportRun(scene.db, await addRun(scene.db, scene.sourceId), 'failed', refused);
    expect(await outbox()).toHaveLength(0);
    await finishImportRun(scene.db, await addRun(scene.db, scene.sourceId), 'failed', why);
    await clearRefusal(scene.db, scene.sourceId);
    await finishImportRun(scene.db, await addRun(scene.db, scene.sourceId), 'failed', refused);
    expect(await outbox()).toHaveLength(2);
  });

  it('is told by the end of every job, once, and in the same transaction', async () => {
    await receivers(webhook());
    const ends = { finishImportRun, finishSendRunRow, finishCountedRun };
    for (const finish of Object.values(ends)) {
      const id = await addRun(scene.db, scene.sourceId);
      await finish(scene.db, id, 'failed', why);
      await finish(scene.db, id, 'failed', why);
    }
    expect(await outbox()).toHaveLength(3);
    const lost = await addRun(scene.db, scene.sourceId);
    await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`.execute(
      scene.db,
    );
    await sql`create trigger refuse before update of finished_at on job_runs for each row execute function refuse()`.execute(
      scene.db,
    );
    await expect(finishImportRun(scene.db, lost, 'failed', why)).rejects.toThrow('no');
    expect(await outbox()).toHaveLength(3);
    await sql`drop trigger refuse on job_runs`.execute(scene.db);
  });

  it('of sending tells of requests that wait and cannot be sent as they stand, each time there are more', async () => {
    await receivers(webhook());
    const bad = JSON.stringify([{ code: 'sku_not_found', ok: false, message: 'no' }]);
    const checked = (processing: string, checks: string) =>
      addAcknowledged(scene.db, scene.sourceId, { columns: { processing, checks, checked_at: new Date() } });
    const linesTold = async () => {
      const id = await addRun(scene.db, scene.sourceId, undefined, 'send');
      await finishSendRunRow(scene.db, id, 'completed', null);
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
    const found = await listRequests(scene.db, { hasProblems: true }, { limit: 9 });
    expect(found).toHaveLength(3);
  });

  it('is told to those only who want it: always, on problems, never; and of their jobs', async () => {
    const to = (path: string, more: Record<string, unknown>) => webhook({ url: `${scene.web.url}/${path}`, ...more });
    await receivers(
      ...[to('problems', {}), to('never', { on: 'never' })],
      { type: 'slack', url: `${scene.web.url}/always` },
      to('sends', { on: 'always', jobs: ['send'] }),
    );
    await finishImportRun(scene.db, await addRun(scene.db, scene.sourceId), 'completed', null);
    await deliver();
    expect(scene.web.received.map(({ path }) => path)).toEqual(['/always']);
    await failedRun();
    await deliver();
    expect(scene.web.received.map(({ path }) => path).sort()).toEqual(['/always', '/always', '/problems']);
  });

  it('is told when it waits for a person, and again when it ends', async () => {
    await receivers(webhook({ on: 'always' }));
    const id = await addRun(scene.db, scene.sourceId);
    await askForDecision(scene.db, id, why);
    await askForDecision(scene.db, id, why);
    await finishImportRun(scene.db, id, 'completed', null);
    const subjects = (await outbox()).map(({ subject }) => subject);
    expect(subjects).toEqual([`run:${id}:run.waiting`, `run:${id}:run.ended`]);
  });
});
