import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { checkRights } from '../../client/doctor/database-checks.ts';
import { forgetPersons } from '../../database/forget.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import { analyzeItems } from '../../database/items.ts';
import { schemaState } from '../../database/migrate.ts';
import { pruneOld } from '../../database/prune.ts';
import { grantRoles } from '../../database/roles.ts';
import { finishImportRun } from '../../database/runs.ts';
import { leapFeed } from '../../database/shipment-feed.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { retentionDefaults } from '../../domain/retention.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addSource, importFeed, makeItem } from './builders.ts';

const suffix = randomBytes(4).toString('hex');
const roles = { worker: `worker_${suffix}`, reader: `reader_${suffix}` };

let owner: TestDatabase;
let worker: Database;
let reader: Database;
beforeAll(async () => {
  owner = await createTestDatabase();
  for (const role of Object.values(roles)) {
    await sql`create role ${sql.id(role)} login password ${sql.lit(suffix)}`.execute(owner.db);
  }
  // As everywhere before Postgres 15, and in what was upgraded from there.
  await sql`grant create on schema public to public`.execute(owner.db);
  await sql`grant create on schema public to ${sql.id(roles.reader)}`.execute(owner.db);
  await grantRoles(owner.db, roles);
  await grantRoles(owner.db, roles);
  [worker, reader] = [roles.worker, roles.reader].map((role) => {
    const url = new URL(owner.url);
    [url.username, url.password] = [role, suffix];
    return connectDatabase(url.href, { poolSize: 2 });
  }) as [Database, Database];
});
afterAll(async () => {
  await Promise.all([worker.destroy(), reader.destroy()]);
  for (const role of Object.values(roles)) {
    await sql`drop owned by ${sql.id(role)}`.execute(owner.db);
    await sql`drop role ${sql.id(role)}`.execute(owner.db);
  }
  await owner.drop();
});

const tryAs = (db: Database, statement: string) =>
  sql
    .raw(statement)
    .execute(db)
    .then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
const DENIED = '42501';

describe('the role of workers', () => {
  it('may do what a worker and its commands do', async () => {
    expect(await schemaState(worker)).toBe('current');
    const sourceId = await addSource(worker, 'acme');
    const { scope } = await importFeed(worker, sourceId, [[makeItem(1), makeItem(2)]], true);
    await analyzeItems(worker);
    await finishImportRun(worker, scope.runId, 'completed', null);
    const content = { number: 'PO-1', source: 'acme', lines: [{ sku: 'SKU-1', quantity: 1 }] };
    const intake = { source: { id: sourceId }, document: frDocumentSchema.parse(content), autoSend: true };
    expect(await acceptFulfillmentRequest(worker, { ...intake, now: new Date() })).toMatchObject({
      outcome: 'accepted',
    });
    const now = new Date();
    await pruneOld(worker, { retention: retentionDefaults, now });
    await forgetPersons(worker, { before: now, now });
    await leapFeed(worker);
  });

  it('may change neither the schema nor what says which schema it is', async () => {
    const statements = [
      ...['create table mine (id integer)', 'drop table job_leases', 'truncate job_runs cascade'],
      ...['alter table orders add column mine integer', "insert into kysely_migration values ('9999-x', 'x')"],
      ...["update schema_compatibility set needs = 'x'", 'delete from kysely_migration'],
    ];
    for (const statement of statements) {
      expect({ statement, answer: await tryAs(worker, statement) }).toEqual({ statement, answer: DENIED });
    }
  });
});

describe('the role of workers', () => {
  it('may use what a later migration makes, also where nobody names it', async () => {
    await sql`create table later (id bigint generated always as identity, n serial)`.execute(owner.db);
    await grantRoles(owner.db, { worker: null, reader: null });
    expect(await tryAs(worker, 'insert into later default values')).toBe('done');
    expect(await tryAs(reader, 'select * from later')).toBe(DENIED);
    expect(await tryAs(worker, 'truncate later')).toBe(DENIED);
    await sql`drop table later`.execute(owner.db);
  });

  it('is told by the doctor where it lacks a right, or has too many', async () => {
    expect(await checkRights(worker)).toEqual([]);
    expect(await checkRights(owner.db)).toEqual([]);
    await sql`revoke update on failed_cancellations from ${sql.id(roles.worker)}`.execute(owner.db);
    expect(await checkRights(worker)).toMatchObject([
      { status: 'problem', message: `The role ${roles.worker} may not use failed_cancellations.` },
    ]);
    await grantRoles(owner.db, roles);
    await sql`grant create on schema public to public`.execute(owner.db);
    expect(await checkRights(worker)).toMatchObject([
      { status: 'warning', message: expect.stringContaining('can make') },
    ]);
    await grantRoles(owner.db, roles);
    expect(await checkRights(worker)).toEqual([]);
  });
});

describe('the role of readers', () => {
  it('makes nothing, and counts no sequence up', async () => {
    expect(await tryAs(reader, 'create table mine (id integer)')).toBe(DENIED);
    expect(await tryAs(reader, "create function mine() returns integer language sql as 'select 1'")).toBe(DENIED);
    expect(await tryAs(reader, "select nextval('fulfillment_requests_id_seq')")).toBe(DENIED);
  });

  it('reads the documented views, and no table', async () => {
    const tables = await owner.db.introspection.getTables({ withInternalKyselyTables: true });
    const answers: Record<string, unknown> = {};
    for (const { name } of tables) answers[name] = await tryAs(reader, `select * from ${name} limit 1`);
    const expected = tables.map(({ name, isView }) => [name, isView && name.startsWith('v_') ? 'done' : DENIED]);
    expect(answers).toEqual(Object.fromEntries(expected));
  });
});
