import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Orders whose lines were not read back yet: few, and looked for every minute among all that was ever sent. A table of
  // its own, because an index on the requests would hold up whoever writes them while it is made.
  await sql`
    create table unread_orders (
      fr_id bigint primary key references fulfillment_requests on delete cascade,
      noted_at timestamptz not null default now(),
      looked_after_at timestamptz not null default now()
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table unread_orders`.execute(db);
}
