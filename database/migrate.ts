import { setTimeout as pause } from 'node:timers/promises';
import { Migrator, sql } from 'kysely';
import type { Migration, MigrationResult } from 'kysely';
import { neededMigration } from './compatibility.ts';
import type { Database } from './connect.ts';
import { LOCK_NOT_AVAILABLE, UNDEFINED_TABLE, sqlState } from './errors.ts';
import { alone } from './migration-lock.ts';
import type { Waits } from './migration-waits.ts';
import { migrations } from './migrations/index.ts';
import { describeRefusal, isBusy } from './unreachable.ts';

/** Longer than any statement of ours takes, and short enough for nobody who waits behind a migration to be missed. */
const LOCK_WITHIN = '3s';
const PAUSE_MS = 1_000;
/** Some ten minutes: then somebody holds a table for longer than a migration should wait. */
const MOST_ATTEMPTS = 150;

/** The schema was changed by a later program in a way that this one cannot work with. */
export class SchemaAhead extends Error {
  readonly code = 'schema_mismatch';

  constructor() {
    super('The database schema is newer than this program. Use the version that made it, or a later one.');
  }
}

/** Postgres refused what a migration asks for; of it, and of those in one transaction with it, nothing stays. */
export class MigrationFailed extends Error {
  readonly code = 'migration_failed';

  constructor(
    name: string,
    override readonly cause: Error,
  ) {
    super(`The migration ${name} failed: ${cause.message}. Nothing of it stays.`);
  }

  get hint(): string {
    if (sqlState(this.cause)?.startsWith('42') !== true) return 'Mend what Postgres says, then migrate again.';
    return 'The database holds something that is not ours, or was changed by hand: give DATABASE_URL a database of its own, or put back what was changed.';
  }
}

/**
 * Brings the schema up to this version and returns the names of the migrations that ran (none the second time).
 * Safe beside another migration: one goes at a time. Gives way to those who work: a table that is held is waited for
 * some seconds, in which others queue behind, and then asked for again. Throws SchemaAhead, MigrationFailed, or what
 * Postgres says where it takes nothing now; then nothing of that migration stays, nor of those in one transaction with it.
 */
export function migrateToLatest(db: Database, { upTo, ...waits }: Waits & { upTo?: string } = {}): Promise<string[]> {
  const migrate = async (connection: Database): Promise<string[]> => {
    const state = await schemaState(connection);
    if (state === 'ahead') throw new SchemaAhead();
    if (state === 'newer') return [];
    const pending = await pendingMigrations(connection, upTo);
    for (const last of stretchEnds(pending)) await runTo(connection, last);
    return pending;
  };
  return alone(db, migrate, waits);
}

async function pendingMigrations(db: Database, upTo: string | undefined): Promise<string[]> {
  const known = Object.keys(migrations);
  const wanted = upTo === undefined ? known : known.slice(0, known.indexOf(upTo) + 1);
  const applied = await appliedMigrations(db);
  return wanted.filter((name) => !applied.includes(name));
}

/** The last migration of each transaction: one that goes beside writers has none, and stands alone. */
function stretchEnds(pending: string[]): string[] {
  const isAlone = (name: string | undefined) => name !== undefined && migrations[name]!.isBesideWriters === true;
  return pending.filter((name, index) => isAlone(name) || isAlone(pending[index + 1]) || index === pending.length - 1);
}

async function runTo(db: Database, last: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { error, results = [] } = await migratorTo(db, last).migrateTo(last);
    if (!error) return;
    if (sqlState(error) !== LOCK_NOT_AVAILABLE || attempt === MOST_ATTEMPTS) throw failureOf(error, results);
    await pause(PAUSE_MS);
  }
}

/** What is to be tried again later, or with another login, is no failure of the migration. */
function failureOf(error: unknown, results: readonly MigrationResult[]): Error {
  const cause = error instanceof Error ? error : new Error('A migration failed.', { cause: error });
  const name = results.find(({ status }) => status === 'Error')?.migrationName;
  const isOurs = name !== undefined && sqlState(cause) !== undefined && !describeRefusal(cause) && !isBusy(cause);
  return isOurs ? new MigrationFailed(name, cause) : cause;
}

function migratorTo(db: Database, last: string): Migrator {
  const { isBesideWriters = false } = migrations[last]!;
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(isBesideWriters ? migrations : givingWay()) },
    // Two branches may each bring one; what is missing is run, whatever its number.
    allowUnorderedMigrations: true,
    disableTransactions: isBesideWriters,
  });
}

/** All migrations, each with the limit on locks. They share one transaction, which ends the limit too. */
function givingWay(): Record<string, Migration> {
  const limited = Object.entries(migrations).map(([name, { up }]): [string, Migration] => [
    name,
    {
      async up(db) {
        await sql`set local lock_timeout = ${sql.lit(LOCK_WITHIN)}`.execute(db);
        await up(db);
      },
    },
  ]);
  return Object.fromEntries(limited);
}

/** `newer`: a later program has changed it, and this one can work with it all the same. */
export type SchemaState = 'current' | 'behind' | 'newer' | 'ahead';

/** Compares the schema with this version: `behind` asks for a migration, `ahead` for a newer program. */
export async function schemaState(db: Database): Promise<SchemaState> {
  const applied = await appliedMigrations(db);
  const known = Object.keys(migrations);
  const isComplete = known.every((name) => applied.includes(name));
  if (applied.every((name) => known.includes(name))) return isComplete ? 'current' : 'behind';
  const needs = await neededMigration(db as never);
  return isComplete && needs !== undefined && known.includes(needs) ? 'newer' : 'ahead';
}

/** The version of the server, e.g. 18 and "18.1". */
export async function serverVersion(db: Database): Promise<{ major: number; text: string }> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db);
  const text = rows[0]!.server_version;
  return { major: Number.parseInt(text, 10), text };
}

/** Whether this server lets anything be written, as a standby does not. */
export async function takesWrites(db: Database): Promise<boolean> {
  const { rows } = await sql<{ transaction_read_only: string }>`show transaction_read_only`.execute(db);
  return rows[0]!.transaction_read_only === 'off';
}

async function appliedMigrations(db: Database): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    return rows.map((row) => row.name);
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return [];
    throw error;
  }
}
