import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Cancellations that the store has not carried out: few, and looked for every minute among all that was ever sent.
  await sql`
    create table failed_cancellations (
      fr_id bigint primary key references fulfillment_requests on delete cascade,
      by text not null,
      code text not null,
      tried_at timestamptz not null
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table failed_cancellations`.execute(db);
}
