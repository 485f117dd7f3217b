import { Migrator, sql } from 'kysely';
import type { Database } from './connect.ts';
import { UNDEFINED_TABLE, sqlState } from './errors.ts';
import { migrations } from './migrations/index.ts';

/**
 * Brings the schema up to this version and returns the names of the migrations that ran (none the second time).
 * Safe beside another migration: Kysely's Migrator takes a lock. Throws what Postgres says when one fails.
 */
export async function migrateToLatest(db: Database): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error instanceof Error ? error : new Error('A migration failed.', { cause: error });
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
}

export type SchemaState = 'current' | 'behind' | 'ahead';

/** Compares the schema with this version: `behind` asks for a migration, `ahead` for a newer program. */
export async function schemaState(db: Database): Promise<SchemaState> {
  const applied = await appliedMigrations(db);
  const known = Object.keys(migrations);
  if (applied.some((name) => !known.includes(name))) return 'ahead';
  return applied.length < known.length ? 'behind' : 'current';
}

/** The version of the server, e.g. 18 and "18.1". */
export async function serverVersion(db: Database): Promise<{ major: number; text: string }> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db);
  const text = rows[0]!.server_version;
  return { major: Number.parseInt(text, 10), text };
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
