import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table job_runs (
      id text primary key,
      source_id integer not null references sources on delete cascade,
      job text not null check (job in ('inventory', 'send', 'shipments')),
      workflow_id text not null,
      trigger text not null check (trigger in ('manual', 'schedule')),
      source_version integer not null,
      status text not null check (status in ('running', 'waiting_for_approval', 'completed', 'failed', 'canceled')),
      reason_code text,
      reason text,
      hint text,
      counts jsonb not null default '{}',
      context jsonb not null default '{}',
      requests integer not null default 0,
      started_at timestamptz not null default now(),
      finished_at timestamptz
    )`.execute(db);
  await sql`create index job_runs_newest on job_runs (source_id, started_at desc)`.execute(db);
  await sql`
    create table job_leases (
      source_id integer not null references sources on delete cascade,
      job text not null,
      run_id text not null,
      workflow_id text not null,
      taken_at timestamptz not null default now(),
      primary key (source_id, job)
    )`.execute(db);
  await importTables(db);
}

async function importTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table import_ranges (
      run_id text not null references job_runs on delete cascade,
      range_no integer not null,
      after_id bigint not null,
      up_to_id bigint,
      page_size integer not null,
      complete boolean not null default false,
      primary key (run_id, range_no)
    )`.execute(db);
  // One row a page instead of one a seen item: a tenth of the write-ahead log. Logged, because a crash must not
  // make what was seen look missing.
  await sql`
    create table import_pages (
      run_id text not null references job_runs on delete cascade,
      range_no integer not null,
      after_id bigint not null,
      last_id bigint not null,
      item_ids bigint[] not null,
      refused_product_ids bigint[] not null default '{}',
      refused_variant_ids bigint[] not null default '{}',
      skipped_ids bigint[] not null default '{}',
      skipped_reasons text[] not null default '{}',
      products integer not null,
      items integer not null,
      created integer not null,
      updated integer not null,
      unchanged integer not null,
      restored integer not null,
      skipped integer not null,
      rejected integer not null,
      unreadable integer not null default 0,
      read_ms integer not null default 0,
      primary key (run_id, range_no, after_id)
    )`.execute(db);
  await sql`
    create table import_findings (
      id bigint generated always as identity primary key,
      run_id text not null references job_runs on delete cascade,
      kind text not null check (kind in ('rejected', 'warning', 'skipped')),
      product_id bigint,
      variant_id bigint,
      sku text,
      code text not null,
      message text not null
    )`.execute(db);
  await sql`create index import_findings_run on import_findings (run_id, id)`.execute(db);
  // json, not jsonb: the order of keys is part of an item's fingerprint and must come back as it was.
  await sql`
    create table import_held (
      run_id text not null references job_runs on delete cascade,
      kind text not null check (kind in ('contested', 'zero')),
      variant_id bigint not null,
      product_id bigint not null,
      sku text collate "C" not null,
      item json not null,
      primary key (run_id, kind, variant_id)
    )`.execute(db);
  await sql`
    create table import_missing (
      run_id text not null references job_runs on delete cascade,
      sku text collate "C" not null,
      product_id bigint not null,
      primary key (run_id, sku)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop table import_missing, import_held, import_findings, import_pages, import_ranges, job_leases, job_runs
  `.execute(db);
}
