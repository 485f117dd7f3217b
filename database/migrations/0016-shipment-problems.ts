import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // A constant default: no row is rewritten. What is flagged already is told when its package is read again.
  await sql`alter table shipments add column problems text[] not null default '{}'`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table shipments drop column problems`.execute(db);
}
