import { sql } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { storedItems } from '../feed.ts';
import type { CompletedImport, StoredRequest, StoredRun } from './checker.ts';

/** What Postgres knows of a source. */
export async function storedOf(db: Database, name: string) {
  const { rows: requests } = await sql<StoredRequest>`
    select r.number, r.processing, r.shipping, r.bigcommerce_order_id::int as "orderId", r.reason_code as reason, r.flags
    from fulfillment_requests r join sources s on s.id = r.source_id
    where s.name = ${name} order by r.id`.execute(db);
  const { rows: parcels } = await sql<{ text: string }>`
    select concat_ws(' ', r.bigcommerce_order_id, p.bigcommerce_shipment_id, p.tracking_number) as text
    from shipments p join fulfillment_requests r on r.id = p.fr_id join sources s on s.id = r.source_id
    where s.name = ${name} and p.removed_at is null`.execute(db);
  const { rows: archivings } = await sql<{ run: string; archived: number }>`
    select r.id as run, (r.counts ->> 'archived')::int as archived from job_runs r join sources s on s.id = r.source_id
    where s.name = ${name} and (r.counts ->> 'archived')::int > 0`.execute(db);
  const { rows: written } = await sql<{ sku: string; at: Date }>`
    select i.sku, i.changed_at as at from inventory_items i join sources s on s.id = i.source_id
    where s.name = ${name}`.execute(db);
  return {
    ...{ requests, archivings, parcels: parcels.map(({ text }) => text), items: await storedItems(db, name) },
    writtenAt: new Map(written.map(({ sku, at }) => [sku, at])),
    imports: await importsOf(db, name),
  };
}

async function importsOf(db: Database, name: string): Promise<CompletedImport[]> {
  const { rows } = await sql<CompletedImport>`
    select r.id as run, r.started_at as "startedAt", r.finished_at as "finishedAt"
    from job_runs r join sources s on s.id = r.source_id
    where s.name = ${name} and r.job = 'inventory' and r.status = 'completed'`.execute(db);
  return rows;
}

/** The runs of all jobs, and who holds a lease. */
export async function runsIn(db: Database): Promise<{ runs: StoredRun[]; leases: string[] }> {
  const { rows: runs } = await sql<StoredRun>`
    select id, workflow_id as workflow, status, reason_code as reason from job_runs`.execute(db);
  const { rows: leases } = await sql<{ workflow: string }>`select workflow_id as workflow from job_leases`.execute(db);
  return { runs, leases: leases.map(({ workflow }) => workflow) };
}

/** The ids of all events that were kept. */
export async function eventsIn(db: Database): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`select webhook_id as id from webhook_events`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
