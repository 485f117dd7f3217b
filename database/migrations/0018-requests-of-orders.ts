import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { buildIndex } from '../indexes.ts';

export const isBesideWriters = true;

export async function up(db: Kysely<unknown>): Promise<void> {
  // Requests that came without an order are not in it: most have none, and no write of theirs has to touch it.
  await buildIndex(
    db,
    'fulfillment_requests_of_order',
    'on fulfillment_requests (order_id) where order_id is not null',
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index fulfillment_requests_of_order`.execute(db);
}
