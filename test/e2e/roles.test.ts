import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { frWorkflowId } from '../../workflows/ids.ts';
import { releaseSignal } from '../../workflows/messages.ts';
import { asOwner } from '../helpers/database.ts';
import { acknowledged, plentifulSkus, requestFor, submit } from '../helpers/sending.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { jsonCommands } from './fr-support.ts';
import { closeSession, sessionOf } from './support.ts';
import type { ErrorDocument, RunDocument } from './support.ts';

const DENIED = '42501';
const password = randomBytes(8).toString('hex');

let system: TestSystem;
let owners: Record<string, string>;
let roles: { BCSOURCE_WORKER_ROLE: string; BCSOURCE_READER_ROLE: string };
beforeAll(async () => {
  system = await startSystem(['--preset', 'bulk', '--products', '3']);
  await system.worker.stop();
  const { db, url } = system.database;
  // A role belongs to the whole server, where other test files have theirs.
  const name = new URL(url).pathname.slice(1);
  roles = { BCSOURCE_WORKER_ROLE: `${name}_worker`, BCSOURCE_READER_ROLE: `${name}_reader` };
  for (const role of Object.values(roles))
    await sql`create role ${sql.id(role)} login password ${sql.lit(password)}`.execute(db);
  // As everywhere before Postgres 15: that nobody makes tables has to come from us.
  await sql`grant create on schema public to public`.execute(db);
  owners = { DATABASE_URL: url, ...roles };
  const set = await system.cli(['setup', '--json'], undefined, owners);
  if (set.exitCode !== 0) throw new Error(set.stdout + set.stderr);
  Object.assign(system.environment, { DATABASE_URL: urlAs(roles.BCSOURCE_WORKER_ROLE) });
  await system.startWorker();
});
afterAll(async () => {
  await closeSession();
  await system.stop();
  await asOwner(async (owner) => {
    for (const role of Object.values(roles)) await sql`drop role ${sql.id(role)}`.execute(owner);
  });
});

const { run } = jsonCommands(() => system);

function urlAs(role: string): string {
  const url = new URL(system.database.url);
  [url.username, url.password] = [role, password];
  return url.href;
}

/** What becomes of statements with the login of a role: done, or the code of the error. */
async function answersTo(role: string, statements: string[]): Promise<string[]> {
  const db = connectDatabase(urlAs(role), { poolSize: 1 });
  const answer = (statement: string) => answerOf(db, statement);
  try {
    return await Promise.all(statements.map(answer));
  } finally {
    await db.destroy();
  }
}

const answerOf = (db: Database, statement: string): Promise<string> =>
  sql
    .raw(statement)
    .execute(db)
    .then(
      () => 'done',
      (error: { code?: string }) => error.code ?? 'no code',
    );

const SOURCE = `name: acme
connection: { type: api_token, storeHash: demo, accessToken: demo-token }
inventory: { archiveMissing: true }
fulfillment: { autoSend: true }
shipments: {}
`;

describe('after a setup that names two roles', () => {
  it('worker and commands do the three jobs with the login of workers', async () => {
    expect(await system.cli(['source', 'apply', '-'], SOURCE)).toMatchObject({ exitCode: 0 });
    const imported = await run<RunDocument>(['inventory', 'import', 'acme', '--wait']);
    expect(imported).toMatchObject({ exitCode: 0, document: { status: 'completed', counts: { products: 3 } } });
    const [sku] = await plentifulSkus(system.simulator, 1);
    await submit(system.cli, [requestFor('acme', 'PO-1', sku!)]);
    const [sent] = await acknowledged(system.database.db, 'PO-1');
    await system.simulator.control('POST', `orders/${sent!.orderId}/ship`, { tracking_number: '1Z' });
    const synced = await run<RunDocument>(['shipments', 'sync', 'acme', '--wait']);
    expect(synced).toMatchObject({ exitCode: 0, document: { status: 'completed', counts: { shipments: 1 } } });
    expect((await run(['fr', 'show', 'PO-1'])).document).toMatchObject({ shipping: 'shipped' });
    expect(await run(['prune', '--dry-run'])).toMatchObject({ exitCode: 0, document: { dryRun: true } });
  }, 120_000);

  it('the doctor finds nothing with that login', async () => {
    // On a busy machine a look may be late; what is amiss stays so.
    await waitFor('the doctor to find nothing', async () => {
      const { document } = await run<{ checks: { status: string }[] }>(['doctor']);
      return document.checks.every(({ status }) => status === 'ok');
    });
  });

  it('a setup that names roles which are not there names both, and has changed nothing', async () => {
    const { db } = system.database;
    const last = "delete from kysely_migration where name = '0018-requests-of-orders' returning timestamp";
    const { rows } = await sql.raw<{ timestamp: string }>(last).execute(db);
    const wrong = { ...owners, BCSOURCE_WORKER_ROLE: 'none-1', BCSOURCE_READER_ROLE: 'none-2' };
    const refused = await system.cli(['setup', '--json'], undefined, wrong);
    expect(refused.exitCode).toBe(2);
    expect(refused.json<ErrorDocument>().error).toMatchObject({
      code: 'settings_missing',
      problems: [expect.stringContaining('none-1'), expect.stringContaining('none-2')],
    });
    await sql`insert into kysely_migration values ('0018-requests-of-orders', ${rows[0]!.timestamp})`.execute(db);
  });

  it('that login makes no table, and that of readers reads the views alone', async () => {
    const mine = ['create table mine (id integer)'];
    expect(await answersTo(roles.BCSOURCE_WORKER_ROLE, mine)).toEqual([DENIED]);
    expect(await answersTo(roles.BCSOURCE_READER_ROLE, mine)).toEqual([DENIED]);
    const tables = await system.database.db.introspection.getTables();
    const [views, others] = [true, false].map((isView) => tables.filter((table) => table.isView === isView));
    expect(views!.map(({ name }) => name).sort()).toEqual(['v_fulfillment_requests', 'v_inventory', 'v_shipments']);
    const reads = (of: typeof tables) =>
      answersTo(
        roles.BCSOURCE_READER_ROLE,
        of.map(({ name }) => `select * from ${name} limit 1`),
      );
    expect(new Set(await reads(views!))).toEqual(new Set(['done']));
    expect(new Set(await reads(others!))).toEqual(new Set([DENIED]));
  });

  it('a migrate that names them gives back what they lack', async () => {
    const look = ['select * from v_shipments', 'update orders set number = number'];
    const ofBoth = async () => [
      ...(await answersTo(roles.BCSOURCE_READER_ROLE, look.slice(0, 1))),
      ...(await answersTo(roles.BCSOURCE_WORKER_ROLE, look.slice(1))),
    ];
    const [worker, reader] = [roles.BCSOURCE_WORKER_ROLE, roles.BCSOURCE_READER_ROLE];
    await sql`revoke update on orders from ${sql.id(worker)}`.execute(system.database.db);
    await sql`revoke select on v_shipments from ${sql.id(reader)}`.execute(system.database.db);
    expect(await ofBoth()).toEqual([DENIED, DENIED]);
    expect(await system.cli(['migrate', '--json'], undefined, owners)).toMatchObject({ exitCode: 0 });
    expect(await ofBoth()).toEqual(['done', 'done']);
  });

  it('a worker opens as many connections as it is told to', async () => {
    // More than two workers have that are told nothing.
    const wanted = 33;
    await system.worker.stop();
    Object.assign(system.environment, { BCSOURCE_WORKER_DATABASE_CONNECTIONS: `${wanted}` });
    await system.startWorker();
    const held = SOURCE.replace('autoSend: true', 'autoSend: true, holdHours: 1');
    expect(await system.cli(['source', 'apply', '-'], held)).toMatchObject({ exitCode: 0 });
    const [sku] = await plentifulSkus(system.simulator, 1);
    const numbers = Array.from({ length: 38 }, (_, index) => `HELD-${index}`);
    await submit(
      system.cli,
      numbers.map((number) => requestFor('acme', number, sku!)),
    );
    const { db } = system.database;
    const { workflow } = await (await sessionOf(system)).temporal();
    const waiting = sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where usename = ${roles.BCSOURCE_WORKER_ROLE} and wait_event_type = 'Lock'`;
    await db.transaction().execute(async (trx) => {
      await sql`lock table fulfillment_requests in access exclusive mode`.execute(trx);
      for (const number of numbers) await workflow.getHandle(frWorkflowId('acme', number)).signal(releaseSignal);
      const all = async () => (await waiting.execute(db)).rows[0]!.count >= wanted;
      await waitFor(`${wanted} connections to wait for a table`, all);
    });
  });
});
