import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notification_targets (
      id bigint generated always as identity primary key,
      source_id integer not null references sources on delete cascade,
      type text not null check (type in ('webhook', 'slack', 'email')),
      label text not null,
      notify_on text not null check (notify_on in ('always', 'problems', 'never')),
      jobs text[] not null default '{}',
      ciphertext text not null,
      key_id text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index notification_targets_source on notification_targets (source_id)`.execute(db);
  // One row a message and receiver. What happened is written with it, in one transaction, so that no crash loses it.
  await sql`
    create table notification_outbox (
      id text primary key,
      target_id bigint not null references notification_targets on delete cascade,
      subject text not null,
      notice jsonb not null,
      created_at timestamptz not null default now(),
      next_attempt_at timestamptz not null default now(),
      attempts integer not null default 0,
      last_error text,
      delivered_at timestamptz,
      given_up_at timestamptz,
      unique (target_id, subject)
    )`.execute(db);
  await sql`
    create index notification_outbox_due on notification_outbox (next_attempt_at)
    where delivered_at is null and given_up_at is null`.execute(db);
  await sql`
    create table alarms (
      id bigint generated always as identity primary key,
      source_id integer not null references sources on delete cascade,
      cause text not null,
      message text not null,
      hint text not null,
      details jsonb not null default '{}',
      started_at timestamptz not null,
      seen_at timestamptz not null,
      reminded_at timestamptz,
      acknowledged_at timestamptz,
      ended_at timestamptz
    )`.execute(db);
  await sql`create unique index alarms_open on alarms (source_id, cause) where ended_at is null`.execute(db);
  await sql`create index alarms_newest on alarms (started_at desc)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table alarms, notification_outbox, notification_targets`.execute(db);
}
