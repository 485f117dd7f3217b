import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table orders (
      id bigint generated always as identity primary key,
      number text collate "C" not null unique,
      document jsonb not null,
      digest text not null,
      state text not null default 'open' check (state in ('open', 'routed')),
      routing jsonb not null default '{}',
      routed_at timestamptz,
      tried_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index orders_open on orders (tried_at nulls first) where state = 'open'`.execute(db);
  await requests(db);
  await sending(db);
}

async function requests(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table fulfillment_requests (
      id bigint generated always as identity primary key,
      source_id integer not null references sources on delete cascade,
      number text collate "C" not null,
      order_id bigint references orders on delete set null,
      document jsonb not null,
      digest text not null,
      revision integer not null default 1,
      processing text not null default 'unprocessed'
        check (processing in ('unprocessed', 'processing', 'sending', 'acknowledged', 'failed', 'canceled')),
      shipping text not null default 'open' check (shipping in ('open', 'partially_shipped', 'shipped')),
      reason_code text,
      reason_message text,
      reason_hint text,
      explanation text not null default '',
      next_step_at timestamptz,
      released_at timestamptz,
      hold_until timestamptz,
      skips_waits boolean not null default false,
      is_ready boolean not null default false,
      cancel_requested_at timestamptz,
      checks jsonb not null default '[]',
      checked_at timestamptz,
      flags text[] not null default '{}',
      bigcommerce_order_id bigint,
      acknowledged_at timestamptz,
      canceled_at timestamptz,
      send_run_id text,
      sending_since timestamptz,
      looked_after_at timestamptz not null default '-infinity',
      created_at timestamptz not null default now(),
      changed_at timestamptz not null default now(),
      unique (source_id, number)
    )`.execute(db);
  await sql`create index fulfillment_requests_newest on fulfillment_requests (created_at desc, id desc)`.execute(db);
  await sql`
    create index fulfillment_requests_open on fulfillment_requests (looked_after_at)
    where processing not in ('acknowledged', 'canceled')`.execute(db);
  await sql`
    create index fulfillment_requests_processing on fulfillment_requests (source_id, processing)`.execute(db);
  await sql`
    create table fr_lines (
      fr_id bigint not null references fulfillment_requests on delete cascade,
      position integer not null,
      line_id text not null,
      sku text collate "C" not null,
      quantity integer not null check (quantity > 0),
      unit_price numeric,
      title text,
      product_id bigint,
      variant_id bigint,
      order_product_id bigint,
      shipped_quantity integer not null default 0,
      primary key (fr_id, position),
      unique (fr_id, line_id)
    )`.execute(db);
  await sql`create index fr_lines_sku on fr_lines (sku)`.execute(db);
  await sql`
    create table fr_events (
      id bigint generated always as identity primary key,
      fr_id bigint not null references fulfillment_requests on delete cascade,
      at timestamptz not null,
      event text not null,
      by text not null,
      detail text
    )`.execute(db);
  await sql`create index fr_events_fr on fr_events (fr_id, id)`.execute(db);
}

async function sending(db: Kysely<unknown>): Promise<void> {
  // The ledger of sending: a row stands here before anything is posted, and says afterwards what became of it.
  await sql`
    create table send_attempts (
      id bigint generated always as identity primary key,
      fr_id bigint not null references fulfillment_requests on delete cascade,
      external_order_id text collate "C" not null,
      begun_at timestamptz not null,
      posting_at timestamptz,
      ended_at timestamptz,
      outcome text check (outcome in ('unknown', 'created', 'adopted', 'refused', 'not_posted', 'absent')),
      sent_lines jsonb,
      order_id bigint,
      looks integer not null default 0,
      looked_at timestamptz,
      quiet_ms bigint not null default 0
    )`.execute(db);
  // At most one attempt of an FR has an outcome that nobody knows.
  await sql`
    create unique index send_attempts_open on send_attempts (fr_id)
    where outcome is null or outcome = 'unknown'`.execute(db);
  await sql`create index send_attempts_fr on send_attempts (fr_id, id)`.execute(db);
  await sql`
    create table connection_refusals (
      source_id integer primary key references sources on delete cascade,
      code text not null,
      message text not null,
      since timestamptz not null default now()
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table connection_refusals, send_attempts, fr_events, fr_lines, fulfillment_requests, orders`.execute(
    db,
  );
}
