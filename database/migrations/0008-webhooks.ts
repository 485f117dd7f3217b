import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table job_runs drop constraint job_runs_job_check`.execute(db);
  await sql`
    alter table job_runs add constraint job_runs_job_check
    check (job in ('inventory', 'refresh', 'send', 'shipments'))`.execute(db);
  await partialReads(db);
  await webhooks(db);
  // What each worker sees of a store's quota, for the overview and for the alarm of those that wait for it.
  await sql`
    create table store_quota (
      store_hash text not null,
      worker text not null,
      quota_limit integer,
      quota_left integer,
      window_ms integer,
      waiting_since timestamptz,
      seen_at timestamptz not null default now(),
      primary key (store_hash, worker)
    )`.execute(db);
  await sql`
    create table heartbeats (
      name text primary key,
      beaten_at timestamptz not null
    )`.execute(db);
}

async function partialReads(db: Kysely<unknown>): Promise<void> {
  // How far the quick rhythm has looked, by the store's clock, and how many items partial reads took stock from since
  // the last whole feed.
  await sql`
    create table inventory_refresh (
      source_id integer primary key references sources on delete cascade,
      looked_at timestamptz,
      taken integer not null default 0
    )`.execute(db);
  // When an item was last read apart from a whole feed: what requests had taken before then is in its quantity.
  await sql`
    create table item_reads (
      source_id integer not null references sources on delete cascade,
      sku text collate "C" not null,
      read_at timestamptz not null,
      primary key (source_id, sku)
    )`.execute(db);
}

async function webhooks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table webhook_receivers (
      source_id integer primary key references sources on delete cascade,
      destination text not null,
      ciphertext text not null,
      key_id text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table webhooks (
      source_id integer not null references webhook_receivers on delete cascade,
      scope text not null,
      hook_id bigint not null,
      is_active boolean not null,
      registered_at timestamptz not null default now(),
      checked_at timestamptz not null default now(),
      primary key (source_id, scope)
    )`.execute(db);
  await sql`
    create table webhook_events (
      id bigint generated always as identity primary key,
      source_id integer not null references sources on delete cascade,
      webhook_id text not null,
      hash text not null,
      scope text not null,
      resource_id bigint,
      event_at timestamptz not null,
      received_at timestamptz not null default now(),
      unique (source_id, webhook_id)
    )`.execute(db);
  await sql`create index webhook_events_newest on webhook_events (source_id, received_at desc)`.execute(db);
  // What is to be asked for: one row however often it was hinted at.
  await sql`
    create table hints (
      source_id integer not null references sources on delete cascade,
      kind text not null check (kind in ('order', 'product')),
      resource_id bigint not null,
      version integer not null default 1,
      hinted_at timestamptz not null default now(),
      due_at timestamptz not null default now(),
      primary key (source_id, kind, resource_id)
    )`.execute(db);
  await sql`create index hints_due on hints (due_at)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table heartbeats, store_quota, hints, webhook_events, webhooks, webhook_receivers, item_reads,
      inventory_refresh`.execute(db);
  await sql`delete from job_runs where job = 'refresh'`.execute(db);
  await sql`alter table job_runs drop constraint job_runs_job_check`.execute(db);
  await sql`
    alter table job_runs add constraint job_runs_job_check
    check (job in ('inventory', 'send', 'shipments'))`.execute(db);
}
