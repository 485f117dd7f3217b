import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { UNDEFINED_TABLE, sqlState } from './errors.ts';

/**
 * Said by a migration whose schema a program that does not know it cannot work with: such a program refuses from then on.
 * Without it, workers of the version before go on beside those of the new one.
 */
export async function declareBreaking(db: Kysely<unknown>, migration: string): Promise<void> {
  await sql`
    insert into schema_compatibility (needs) values (${migration})
    on conflict (only_row) do update set needs = excluded.needs`.execute(db);
}

/** The migration that a program has to know to work with this schema; undefined before there was such a rule. */
export async function neededMigration(db: Kysely<never>): Promise<string | undefined> {
  try {
    const { rows } = await sql<{ needs: string }>`select needs from schema_compatibility`.execute(db);
    return rows[0]?.needs;
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return undefined;
    throw error;
  }
}
