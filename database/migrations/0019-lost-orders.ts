import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { buildIndex } from '../indexes.ts';

export const isBesideWriters = true;

export async function up(db: Kysely<unknown>): Promise<void> {
  // They are few, and alarms look for them each minute.
  await buildIndex(
    db,
    'fulfillment_requests_lost',
    `on fulfillment_requests (source_id) where flags && '{order_deleted,order_foreign,second_order}'`,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index fulfillment_requests_lost`.execute(db);
}
