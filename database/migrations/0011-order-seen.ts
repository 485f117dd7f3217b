import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Nullable and without a default: no row is rewritten, whatever the size of the table.
  await sql`alter table fulfillment_requests add column order_seen_at timestamptz`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table fulfillment_requests drop column order_seen_at`.execute(db);
}
