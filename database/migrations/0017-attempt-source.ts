import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Null where nobody knows: attempts of before, and those of a worker of the version before beside this one.
  await sql`alter table send_attempts add column external_source text collate "C"`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table send_attempts drop column external_source`.execute(db);
}
