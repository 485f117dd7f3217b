import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { serverVersion } from './migrate.ts';
import { refuseWiderRights } from './role-checks.ts';

/** Roles of Postgres that do not own the schema. They exist already; who may log in as what is not our business. */
export interface Roles {
  /** Workers and commands: reads and writes rows, and changes no schema. */
  worker: string | null;
  /** Other programs: reads the documented views and nothing else. */
  reader: string | null;
}

/** Since then there is a right to analyze what one does not own. */
const MAINTAIN_SINCE = 17;
/** Who may write here could make a program believe that a migration has run. */
const OWNERS = ['kysely_migration', 'kysely_migration_lock', 'schema_compatibility'];

/**
 * Gives these roles what they need and takes everything else from them, also on tables that are new. Run by the owner of
 * the schema after each migration. A worker's role that is not named gets its rights on new tables all the same: without
 * them its workers would stand still. Safe to repeat. Throws RolesRefused where a role can do more all the same; then
 * nothing was changed.
 */
export async function grantRoles(db: Database, { worker, reader }: Roles): Promise<void> {
  const { major } = await serverVersion(db);
  await db.transaction().execute(async (trx) => {
    if (worker !== null || reader !== null) await takeFromEverybody(trx);
    const workers = await findWorkers(trx);
    if (worker !== null) await takeAll(trx, worker);
    for (const name of new Set(worker === null ? workers : [...workers, worker])) await grantWorker(trx, name, major);
    if (reader !== null) await grantReader(trx, reader);
    await refuseWiderRights(trx, { worker, reader });
  });
}

/** Before Postgres 15, and in clusters that were upgraded from there, everybody may make tables in the schema. */
async function takeFromEverybody(trx: Executor): Promise<void> {
  await sql`revoke create on schema public from public`.execute(trx);
  for (const kind of ['tables', 'sequences'])
    await sql`revoke all on all ${sql.raw(kind)} in schema public from public`.execute(trx);
}

/** Roles that an earlier version gave the rights of a worker; none where somebody else than the owner asks. */
async function findWorkers(trx: Executor): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select r.rolname::text as name
    from pg_class c cross join aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
    where c.oid = any (array['public.sources', 'public.send_attempts', 'public.job_leases']::regclass[])
      and a.privilege_type = 'INSERT' and a.grantee <> c.relowner and pg_has_role(c.relowner, 'usage')
    group by r.rolname having count(distinct c.oid) = 3`.execute(trx);
  return rows.map(({ name }) => name);
}

async function grantWorker(trx: Executor, name: string, major: number): Promise<void> {
  const role = sql.id(name);
  await sql`grant usage on schema public to ${role}`.execute(trx);
  await sql`grant select, insert, update, delete on all tables in schema public to ${role}`.execute(trx);
  await sql`grant usage, select, update on all sequences in schema public to ${role}`.execute(trx);
  for (const table of OWNERS) {
    await sql`revoke insert, update, delete on ${sql.table(table)} from ${role}`.execute(trx);
  }
  if (major >= MAINTAIN_SINCE) await sql`grant maintain on inventory_items to ${role}`.execute(trx);
}

async function grantReader(trx: Executor, name: string): Promise<void> {
  const role = sql.id(name);
  await takeAll(trx, name);
  await sql`grant usage on schema public to ${role}`.execute(trx);
  const { rows } = await sql<{ view: string }>`
    select viewname as view from pg_views where schemaname = 'public' and viewname like 'v\\_%'`.execute(trx);
  for (const { view } of rows) await sql`grant select on ${sql.table(view)} to ${role}`.execute(trx);
}

async function takeAll(trx: Executor, name: string): Promise<void> {
  const role = sql.id(name);
  await sql`revoke create on schema public from ${role}`.execute(trx);
  for (const kind of ['tables', 'sequences', 'functions'])
    await sql`revoke all on all ${sql.raw(kind)} in schema public from ${role}`.execute(trx);
}

/** What the rights of a role lack, or hold too much of. */
export interface RightsFound {
  role: string;
  /** Tables on which it may not do what a worker does. */
  missing: string[];
  /** It can make tables and functions of its own in the schema, and does not own it. */
  mayCreate: boolean;
}

/** Looks at the rights of whoever is logged in here, as those of a worker. */
export async function findRights(db: Executor): Promise<RightsFound> {
  const { rows } = await sql<RightsFound>`
    select current_user::text as role, array(
        select c.relname::text from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
          and c.relowner = (select relowner from pg_class where oid = 'public.sources'::regclass)
          and not (has_table_privilege(c.oid, 'select') and (c.relname = any (${OWNERS}::text[])
            or (has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update')
              and has_table_privilege(c.oid, 'delete'))))
        order by 1) as missing,
      has_schema_privilege('public', 'create') and not (
        select pg_has_role(relowner, 'usage') from pg_class where oid = 'public.sources'::regclass) as "mayCreate"`.execute(
    db,
  );
  return rows[0]!;
}
