import { sql } from 'kysely';
import type { Executor } from '../../database/connect.ts';

/** How many rows each table has, and a digest of all of them. */
export async function readContents(db: Executor): Promise<Record<string, string>> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema() order by tablename`.execute(db);
  const contents: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{ said: string }>`
      select count(*) || ' rows, ' || md5(coalesce(string_agg(t::text, '\n' order by t::text collate "C"), '')) as said
      from ${sql.table(name)} t`.execute(db);
    contents[name] = rows[0]!.said;
  }
  return contents;
}

/** What no later work changes, of each kind of row: who has lost one of these has lost something. */
const LASTING = {
  sources: 'select id, name, version, store_hash, created_at from sources',
  versions: 'select * from source_versions',
  credentials: 'select * from credentials',
  items: 'select id, source_id, sku, product_id, variant_id, created_at from inventory_items',
  runs: 'select id, source_id, job, workflow_id, started_at from job_runs',
  endedRuns: 'select * from job_runs where finished_at is not null',
  orders: 'select id, number, document, digest, created_at from orders',
  requests: 'select id, source_id, number, order_id, document, digest, created_at from fulfillment_requests',
  acknowledgements: `
    select id, bigcommerce_order_id, acknowledged_at from fulfillment_requests where processing = 'acknowledged'`,
  lines: 'select fr_id, position, line_id, sku, quantity from fr_lines',
  events: 'select * from fr_events',
  attempts: 'select id, fr_id, external_order_id, begun_at from send_attempts',
  endedAttempts: 'select id, posting_at, ended_at, outcome, order_id from send_attempts where ended_at is not null',
  shipments: 'select * from shipments',
  changesOfShipments: 'select * from shipment_changes',
};

export type Kind = keyof typeof LASTING;
export type Lasting = Record<Kind, Set<string>>;

/** The lasting part of every row, by its kind. */
export async function readLasting(db: Executor): Promise<Lasting> {
  const lasting: Partial<Lasting> = {};
  for (const [kind, query] of Object.entries(LASTING)) {
    const { rows } = await sql<{ row: string }>`select k::text as row from (${sql.raw(query)}) k`.execute(db);
    lasting[kind as Kind] = new Set(rows.map(({ row }) => row));
  }
  return lasting as Lasting;
}

/** The rows that were there and are not now, each with its kind. */
export function lostSince(before: Lasting, now: Lasting): string[] {
  const kinds = Object.keys(before) as Kind[];
  return kinds.flatMap((kind) =>
    [...before[kind]].filter((row) => !now[kind].has(row)).map((row) => `${kind}: ${row}`),
  );
}

/** Kinds of which there was no row: nothing is said about them. */
export function missingKinds(lasting: Lasting): string[] {
  return Object.entries(lasting).flatMap(([kind, rows]) => (rows.size === 0 ? [kind] : []));
}
