import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * Builds an index while others write its table. Where an earlier build was broken off, Postgres kept an index that is
 * written and never read: it is dropped, and built anew. `definition` is what follows its name, e.g. `on orders (number)`.
 */
export async function buildIndex(db: Kysely<unknown>, name: string, definition: string): Promise<void> {
  const { rows } = await sql`select from pg_index where indexrelid = to_regclass(${name}) and not indisvalid`.execute(
    db,
  );
  if (rows.length > 0) await sql`drop index concurrently ${sql.id(name)}`.execute(db);
  await sql`create index concurrently if not exists ${sql.id(name)} ${sql.raw(definition)}`.execute(db);
}
