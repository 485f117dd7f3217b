import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { requireRoles } from '../../database/role-checks.ts';
import { grantRoles } from '../../database/roles.ts';
import type { Roles } from '../../database/roles.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const suffix = randomBytes(4).toString('hex');
const [worker, reader, other] = ['svc@w.', 'Lese Rolle ', 'other_'].map((name) => `${name}${suffix}`) as [
  string,
  string,
  string,
];

let database: TestDatabase;
let owner: string;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const role of [worker, reader, other])
    await sql`create role ${sql.id(role)} login password ${sql.lit(suffix)}`.execute(database.db);
  const { rows } = await sql<{ owner: string }>`select current_user::text as owner`.execute(database.db);
  owner = rows[0]!.owner;
});
afterAll(async () => {
  for (const role of [worker, reader, other]) {
    await sql`drop owned by ${sql.id(role)}`.execute(database.db);
    await sql`drop role ${sql.id(role)}`.execute(database.db);
  }
  await database.drop();
});

function urlOf(databaseUrl: string, role: string): string {
  const url = new URL(databaseUrl);
  [url.username, url.password] = [encodeURIComponent(role), suffix];
  return url.href;
}

/** What is refused, as sentences; none where rights were given. */
const problemsOf = (work: Promise<void>): Promise<string[]> =>
  work.then(
    () => [],
    (error: { problems?: string[] }) => error.problems ?? [String(error)],
  );
const required = (roles: Roles, db: Database = database.db) => problemsOf(requireRoles(db, roles));
const granted = (roles: Roles) => problemsOf(grantRoles(database.db, roles));

const mayRead = async (role: string) => {
  const { rows } = await sql<{
    may: boolean;
  }>`select has_table_privilege(${role}, 'credentials', 'select') as may`.execute(database.db);
  return rows[0]!.may;
};

it('roles of any name that Postgres takes get their rights', async () => {
  expect(await required({ worker, reader })).toEqual([]);
  expect(await granted({ worker, reader })).toEqual([]);
  expect([await mayRead(worker), await mayRead(reader)]).toEqual([true, false]);
});

it('a login of any name may name them before there is a table', async () => {
  const fresh = await createTestDatabase({ empty: true });
  const login = connectDatabase(urlOf(fresh.url, worker), { poolSize: 1 });
  expect(await required({ worker: other, reader }, login)).toEqual([]);
  await login.destroy();
  await fresh.drop();
});

it('roles that are not there, or must not be given rights, are all named', async () => {
  const make = 'a role that Postgres does not have: make it with `create role ... login`';
  expect(await required({ worker: 'public', reader: 'nobody' })).toEqual([
    `BCSOURCE_WORKER_ROLE is public, ${make}`,
    `BCSOURCE_READER_ROLE is nobody, ${make}`,
  ]);
  expect(await required({ worker: owner, reader: 'pg_monitor' })).toEqual([
    `BCSOURCE_WORKER_ROLE is ${owner}, the owner, who would lose its rights`,
    'BCSOURCE_READER_ROLE is pg_monitor, a role of Postgres itself',
  ]);
  expect(await required({ worker, reader: worker })).toEqual([
    'BCSOURCE_READER_ROLE is the same role as BCSOURCE_WORKER_ROLE',
  ]);
  expect(await required({ worker: null, reader: null })).toEqual([]);
});

it('a login that does not own the tables is refused: Postgres would only warn that it gave nothing', async () => {
  await granted({ worker, reader });
  const asWorker = connectDatabase(urlOf(database.url, worker), { poolSize: 1 });
  expect(await required({ worker: other, reader: null }, asWorker)).toEqual([
    `DATABASE_URL logs in as ${worker}, and only ${owner}, who owns the tables, gives rights`,
  ]);
  await asWorker.destroy();
});

it('a role that could do more by another one is refused, and nothing is changed', async () => {
  await sql`grant ${sql.id(worker)} to ${sql.id(other)}`.execute(database.db);
  const found = await granted({ worker, reader: other });
  expect(found).toEqual([
    expect.stringMatching(
      /^BCSOURCE_READER_ROLE is other_\w+, which may use alarms, \w+, \w+ and \d+ more by another role/,
    ),
  ]);
  const { rows } = await sql`
    select from pg_class, aclexplode(relacl) where grantee = ${other}::text::regrole`.execute(database.db);
  expect(rows).toEqual([]);
  await sql`revoke ${sql.id(worker)} from ${sql.id(other)}`.execute(database.db);
});

it('what everybody may do is taken back', async () => {
  await sql`grant all on all tables in schema public to public`.execute(database.db);
  expect(await mayRead(other)).toBe(true);
  expect(await granted({ worker, reader })).toEqual([]);
  expect([await mayRead(other), await mayRead(worker)]).toEqual([false, true]);
});
