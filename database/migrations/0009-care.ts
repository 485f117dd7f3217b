import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Tables whose rows come and go: a fifth of dead rows, Postgres' own measure, would be most of what they ever hold. */
const CHURNING = [
  ...['import_pages', 'import_ranges', 'import_held', 'import_missing', 'import_findings'],
  ...['job_runs', 'job_leases', 'notification_outbox'],
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of CHURNING) {
    await sql`
      alter table ${sql.table(table)} set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200)
    `.execute(db);
  }
  await sql`create index job_runs_finished on job_runs (finished_at)`.execute(db);
  await sql`
    create index notification_outbox_done on notification_outbox (coalesce(delivered_at, given_up_at))
    where delivered_at is not null or given_up_at is not null`.execute(db);
  // When a person's data was blanked; equal content is still known by its digest.
  for (const table of ['fulfillment_requests', 'orders']) {
    await sql`alter table ${sql.table(table)} add column forgotten_at timestamptz`.execute(db);
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['fulfillment_requests', 'orders']) {
    await sql`alter table ${sql.table(table)} drop column forgotten_at`.execute(db);
  }
  await sql`drop index notification_outbox_done, job_runs_finished`.execute(db);
  for (const table of CHURNING) {
    await sql`
      alter table ${sql.table(table)} reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)
    `.execute(db);
  }
}
