import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { serverVersion } from './migrate.ts';

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
 * the schema after each migration. Safe to repeat.
 */
export async function grantRoles(db: Database, roles: Roles): Promise<void> {
  const { major } = await serverVersion(db);
  await db.transaction().execute(async (trx) => {
    if (roles.worker !== null) await grantWorker(trx, roles.worker, major);
    if (roles.reader !== null) await grantReader(trx, roles.reader);
  });
}

async function grantWorker(trx: Executor, name: string, major: number): Promise<void> {
  const role = sql.id(name);
  await sql`revoke all on all tables in schema public from ${role}`.execute(trx);
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
  await sql`revoke all on all tables in schema public from ${role}`.execute(trx);
  await sql`grant usage on schema public to ${role}`.execute(trx);
  const { rows } = await sql<{ view: string }>`
    select viewname as view from pg_views where schemaname = 'public' and viewname like 'v\\_%'`.execute(trx);
  for (const { view } of rows) await sql`grant select on ${sql.table(view)} to ${role}`.execute(trx);
}
