import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // They are few, and alarms look for them each minute.
  await sql`
    create index fulfillment_requests_lost on fulfillment_requests (source_id)
    where flags && '{order_deleted,order_foreign,second_order}'`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index fulfillment_requests_lost`.execute(db);
}
