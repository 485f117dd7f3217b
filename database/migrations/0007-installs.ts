import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // What became of the app in each store, as BigCommerce's callbacks told it.
  await sql`
    create table installs (
      store_hash text primary key,
      status text not null check (status in ('installed', 'refused', 'uninstalled')),
      scopes text[] not null default '{}',
      reason_code text,
      reason text,
      installed_at timestamptz,
      changed_at timestamptz not null default clock_timestamp()
    )`.execute(db);
  // Digests of codes and ids of signed callbacks: each counts once.
  await sql`
    create table used_callbacks (
      digest text primary key,
      used_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index used_callbacks_age on used_callbacks (used_at)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table used_callbacks, installs`.execute(db);
}
