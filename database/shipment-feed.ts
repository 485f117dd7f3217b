import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { shipmentDocument } from './shipment-rows.ts';
import type { ShippedItem, ShipmentChangesTable } from './fulfillment-tables.ts';
import type { Tables } from './tables.ts';

/** A shipment as other programs read it. */
export interface ShipmentDocument {
  source: string;
  number: string;
  bigcommerceOrderId: number | null;
  bigcommerceShipmentId: number;
  trackingNumber: string | null;
  trackingLink: string | null;
  trackingCarrier: string | null;
  shippingProvider: string | null;
  shippingMethod: string | null;
  /** ISO 8601 UTC. */
  shippedAt: string | null;
  comments: string | null;
  /** A decimal string. */
  cost: string | null;
  attributes: Record<string, unknown>;
  items: ShippedItem[];
  flags: string[];
  /** What could not be mapped, a sentence each. */
  problems: string[];
  removed: boolean;
}

export type ChangeKind = ShipmentChangesTable['kind'];

export interface ShipmentChange {
  cursor: number;
  kind: ChangeKind;
  at: Date;
  /** As it was right after the change. */
  shipment: ShipmentDocument;
}

/** One lock for all writers of the feed; the number is of no meaning. */
const FEED_LOCK = 5_410_001;

/**
 * Writes changes into the feed. Writers take turns until they commit: numbers are drawn before they are seen, so
 * without it a reader could see 8, go on from there, and never see the 7 that commits later. Call it as the last
 * statement of the transaction, when it holds every other lock that it needs.
 */
export async function recordChanges(
  trx: Transaction<Tables>,
  changes: readonly { shipmentId: number; kind: ChangeKind }[],
  at: Date,
): Promise<void> {
  if (changes.length === 0) return;
  await sql`select pg_advisory_xact_lock(${FEED_LOCK})`.execute(trx);
  await sql`
    insert into shipment_changes (shipment_id, kind, at, document)
    select h.id, u.kind, ${at}, ${shipmentDocument}
    from unnest(${changes.map((change) => change.shipmentId)}::bigint[], ${changes.map((change) => change.kind)}::text[])
      with ordinality as u (shipment_id, kind, place)
    join shipments h on h.id = u.shipment_id
    join fulfillment_requests f on f.id = h.fr_id
    join sources s on s.id = f.source_id
    order by u.place`.execute(trx);
}

/**
 * What changed behind a cursor (0 for everything), in the order of commits: a reader that goes on from the last cursor
 * that it has dealt with misses nothing and sees nothing twice.
 */
export async function listShipmentChanges(
  db: Executor,
  { since, sourceId, limit }: { since: number; sourceId?: number | undefined; limit: number },
): Promise<ShipmentChange[]> {
  const ofSource =
    sourceId === undefined
      ? sql`true`
      : sql`exists (select 1 from shipments h join fulfillment_requests f on f.id = h.fr_id
          where h.id = c.shipment_id and f.source_id = ${sourceId})`;
  const { rows } = await sql<ShipmentChange>`
    select c.cursor, c.kind, c.at, c.document as shipment from shipment_changes c
    where c.cursor > ${since} and ${ofSource} order by c.cursor limit ${limit}`.execute(db);
  return rows;
}

/**
 * Has the feed go on above every number that it may have given after a backup was made: a reader that was ahead of the
 * backup would otherwise miss what is new. The time in milliseconds is such a number, also when a backup is restored a
 * second time: nothing changes a thousand times a second for long. Answers the number behind which it goes on.
 */
export async function leapFeed(db: Database): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${FEED_LOCK})`.execute(trx);
    const { rows } = await sql<{ cursor: number }>`
      select setval(pg_get_serial_sequence('shipment_changes', 'cursor'),
        greatest(coalesce(max(cursor), 0), (extract(epoch from now()) * 1000)::bigint)) as cursor
      from shipment_changes`.execute(trx);
    return rows[0]!.cursor;
  });
}

export interface ShipmentFilter {
  source?: string | undefined;
  number?: string | undefined;
  frId?: number | undefined;
  flag?: string | undefined;
  /** Left out: those that the store still has. */
  removed?: boolean | 'both' | undefined;
  /** The row number behind which the page goes on. */
  before?: number | undefined;
}

export interface ShipmentRow {
  id: number;
  createdAt: Date;
  changedAt: Date;
  shipment: ShipmentDocument;
}

/** Shipments as they stand, those first that were seen last. */
export async function listShipmentRows(db: Executor, filter: ShipmentFilter, limit: number): Promise<ShipmentRow[]> {
  const { removed = false } = filter;
  const tests = [
    ...(filter.source === undefined ? [] : [sql`s.name = ${filter.source}`]),
    ...(filter.number === undefined ? [] : [sql`f.number = ${filter.number}`]),
    ...(filter.frId === undefined ? [] : [sql`h.fr_id = ${filter.frId}`]),
    ...(filter.flag === undefined ? [] : [sql`${filter.flag} = any (h.flags)`]),
    ...(filter.before === undefined ? [] : [sql`h.id < ${filter.before}`]),
    ...(removed === 'both' ? [] : [sql`(h.removed_at is not null) = ${removed}`]),
  ];
  const { rows } = await sql<ShipmentRow>`
    select h.id, h.created_at as "createdAt", h.changed_at as "changedAt", ${shipmentDocument} as shipment
    from shipments h
    join fulfillment_requests f on f.id = h.fr_id
    join sources s on s.id = f.source_id
    where ${tests.length === 0 ? sql`true` : sql.join(tests, sql` and `)}
    order by h.id desc limit ${limit}`.execute(db);
  return rows;
}
