import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { declareBreaking } from '../compatibility.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table schema_compatibility (
      only_row boolean primary key default true check (only_row),
      needs text not null
    )`.execute(db);
  await declareBreaking(db, '0010-compatibility');
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table schema_compatibility`.execute(db);
}
