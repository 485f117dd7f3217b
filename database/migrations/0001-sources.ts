import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sources (
      id integer generated always as identity primary key,
      name text not null unique,
      version integer not null,
      connection_type text not null check (connection_type in ('api_token', 'oauth')),
      store_hash text,
      created_at timestamptz not null default now(),
      removed_at timestamptz
    )`.execute(db);
  await sql`
    create table source_versions (
      source_id integer not null references sources on delete cascade,
      version integer not null,
      document text not null,
      settings jsonb not null,
      applied_at timestamptz not null default now(),
      primary key (source_id, version)
    )`.execute(db);
  await sql`
    create table credentials (
      source_id integer primary key references sources on delete cascade,
      ciphertext text not null,
      key_id text not null,
      updated_at timestamptz not null default now()
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table credentials, source_versions, sources`.execute(db);
}
