import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { addAcknowledged } from '../database/shipping.ts';
import { itInLong } from '../helpers/it-in-long.ts';
import { startProcess } from '../helpers/processes.ts';
import { startMailServer, startReceiver } from '../helpers/receivers.ts';
import { requestFor } from '../helpers/sending.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { askForSweep } from './alarms.ts';
import { stopSystem } from './support.ts';

const DAY_MS = 86_400_000;
let web: Awaited<ReturnType<typeof startReceiver>>;
let mail: Awaited<ReturnType<typeof startMailServer>>;
let system: TestSystem;

beforeAll(async () => {
  [web, mail] = await Promise.all([startReceiver(), startMailServer()]);
  Object.assign(process.env, { SMTP_URL: mail.url, SMTP_FROM: 'bcsource@example.com' });
  system = await startSystem(['--products', '5']);
});
afterAll(async () => {
  await stopSystem(system);
  await Promise.all([web.stop(), mail.stop()]);
});

it('a run and an alarm are told by every way, and the overview shows what is left to do', async () => {
  const file = `name: loud
connection: { type: api_token, storeHash: demo, accessToken: demo-token }
inventory: { untrackedQuantity: 0, schedule: { cron: "0 3 29 2 *" } }
fulfillment: { autoSend: false }
alarms: { inventoryMaxAgeHours: 1, off: [requests_failed] }
notifications:
  - { type: webhook, url: "${web.url}/hook", on: always }
  - { type: email, to: [ops@example.com], on: problems }
`;
  expect(await system.cli(['source', 'apply', '-'], file)).toMatchObject({ exitCode: 0 });
  const tested = await system.cli(['alerts', 'test', 'loud', '--json']);
  expect(tested.json()).toMatchObject({ ok: true, receivers: [{ state: 'delivered' }, { state: 'delivered' }] });
  expect(mail.received).toHaveLength(1);

  await system.cli(['inventory', 'import', 'loud', '--wait']);
  await waitFor('the run to be told', () => web.isTold('run.ended'));

  // As if the import had been long ago; the sweep of the next minute is asked for now.
  const { db } = system.database;
  await sql`update job_runs set finished_at = finished_at - interval '3 hours'`.execute(db);
  await askForSweep(system);
  await waitFor('the alarm to be told', () => web.isTold('alarm.started'));
  const listed = await system.cli(['alerts', 'list', '--json']);
  expect(listed.json()).toMatchObject([{ source: 'loud', cause: 'inventory_stale', state: 'open' }]);
  const [{ id }] = listed.json<[{ id: number }]>();
  expect((await system.cli(['alerts', 'show', String(id), '--json'])).json()).toMatchObject({ id, state: 'open' });
  expect((await system.cli(['alerts', 'show', '999999', '--json'])).exitCode).toBe(3);
  expect((await system.cli(['alerts', 'ack', String(id), '--json'])).json()).toMatchObject({ state: 'acknowledged' });
  const seen = await system.cli(['overview', '--json']);
  expect(seen).toMatchObject({ exitCode: 0 });
  expect(seen.json()).toMatchObject({ waitsForPerson: false, sources: [{ source: 'loud', alarms: [{ id }] }] });
  // Its source sends nothing by itself.
  const waiting = JSON.stringify(requestFor('loud', 'W-1', 'any'));
  expect(await system.cli(['fr', 'submit', '-'], waiting)).toMatchObject({ exitCode: 0 });
  await failOne();
  // Seen later than whatever the worker of this test says meanwhile.
  await sql`
    insert into store_quota (store_hash, worker, quota_limit, quota_left, seen_at)
    values ('demo', 'another', 450, 7, now() + interval '1 hour')`.execute(db);
  const due = await system.cli(['overview']);
  expect(due).toMatchObject({ exitCode: 6, stdout: expect.stringContaining('1 to be processed') });
  const shown = [
    ...['loud', 'inventory  completed', 'stock      3 h old', `alarm ${id}`, 'quota      7 of 450 left'],
    ...['requests   1 unprocessed', 'requests   1 failed (sku_not_found)', 'to do      1 failed: bcsource fr list'],
  ];
  for (const part of shown) expect(due.stdout).toContain(part);
  // The next run is on some 29 February.
  expect(due.stdout).toMatch(/inventory {2}completed .* ago; next in \d+ d\n/);
  expect((await system.cli(['overview', '--json'])).json()).toMatchObject({
    waitsForPerson: true,
    sources: [{ jobs: [{ nextRunAt: expect.stringMatching(/-02-29T03:00:00.000Z$/) }, {}], quota: { left: 7 } }],
  });

  await sql`update job_runs set finished_at = now()`.execute(db);
  await askForSweep(system);
  await waitFor('its end to be told', () => web.isTold('alarm.ended'));
  expect(web.told().filter(({ type }) => type.startsWith('alarm'))).toHaveLength(2);
});

it('a test that no receiver takes says why, in the same words for people and for programs', async () => {
  const file = `name: mute
connection: { type: api_token, storeHash: demo, accessToken: demo-token }
inventory: { untrackedQuantity: 0 }
notifications: [{ type: webhook, url: "http://127.0.0.1:1/hook" }]
`;
  expect(await system.cli(['source', 'apply', '-'], file)).toMatchObject({ exitCode: 0 });
  const why = 'has a port to which nothing is sent (bad port)';
  const tested = await system.cli(['alerts', 'test', 'mute', '--json']);
  expect(tested).toMatchObject({ exitCode: 1 });
  expect(tested.json()).toMatchObject({ ok: false, receivers: [{ state: 'given_up', error: why }] });
  expect((await system.cli(['alerts', 'test', 'mute'])).stdout).toContain(`\tgiven up\t${why}\n`);
});

/** A request that failed, of which no workflow and no sweep knows. */
async function failOne() {
  const { db } = system.database;
  const { id } = await db.selectFrom('sources').select('id').where('name', '=', 'loud').executeTakeFirstOrThrow();
  const columns = {
    processing: 'failed',
    reason_code: 'sku_not_found',
    looked_after_at: new Date(Date.now() + DAY_MS),
  };
  await addAcknowledged(db, id, { columns });
}

itInLong('the overview that is watched shows what changes meanwhile, until Ctrl-C', async () => {
  const watched = await startProcess('client/cli/main.js', ['overview', '--watch'], system.environment, /1 to be proc/);
  const one = JSON.stringify(requestFor('loud', 'W-2', 'any'));
  expect(await system.cli(['fr', 'submit', '-'], one)).toMatchObject({ exitCode: 0 });
  await waitFor('the next drawing', () => watched.output().includes('2 to be processed'));
  await watched.stop('SIGINT');
  expect(watched.child.exitCode).toBe(130);
});
