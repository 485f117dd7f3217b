import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { databaseTime } from './clock.ts';
import { perishableTransaction } from './connect.ts';
import type { Database } from './connect.ts';
import { retryDeadlocks } from './errors.ts';
import { diffShipments, flagsAfter, isUnread } from './shipment-diff.ts';
import type { ShipmentDiff, StoredRow } from './shipment-diff.ts';
import { writeOrderProducts } from './order-products.ts';
import { recordChanges } from './shipment-feed.ts';
import type { ChangeKind } from './shipment-feed.ts';
import { storableJson } from './texts.ts';
import type { ReconciledRequest, ShipmentDraft } from './shipment-rows.ts';
import { isReinstated, noteChecks, writeRequests } from './shipment-states.ts';
import type { Outcome, StoredRequest } from './shipment-states.ts';
import type { Tables } from './tables.ts';

export interface SavedCounts {
  /** Requests of which anything but the time of their next check changed. */
  changed: number;
  /** Shipments that are new, or back again. */
  shipments: number;
  /** Shipments that were edited or deleted in the store. */
  corrected: number;
  /** Items of new and edited shipments that match no line. */
  unmatched: number;
  /** Requests whose order is found deleted, or somebody else's, before everything has shipped; left out where 0. */
  deletedOrders?: number;
  foreignOrders?: number;
}

type Trx = Transaction<Tables>;

/**
 * Writes what reading the shipments of a batch of requests came to, in one transaction and in a fixed number of
 * statements. What did not change is not touched: of a request that was asked for in vain only the time of its next
 * check is written. Safe to repeat.
 */
export function saveReconciled(
  db: Database,
  batch: readonly ReconciledRequest[],
  saving: Saving = {},
): Promise<SavedCounts> {
  if (batch.length === 0) return Promise.resolve({ changed: 0, shipments: 0, corrected: 0, unmatched: 0 });
  return retryDeadlocks(() => perishableTransaction(db, (trx) => saveWithin(trx, batch, saving)));
}

export interface Saving {
  /** What was read longer ago than this is not written: its reader was frozen, and others have gone on. */
  notOlderThanMs?: number;
  /** Written with the batch or not at all. */
  alongside?: (trx: Trx, counts: SavedCounts) => Promise<void>;
}

async function saveWithin(trx: Trx, batch: readonly ReconciledRequest[], saving: Saving): Promise<SavedCounts> {
  const rows = await lockRequests(
    trx,
    batch.map(({ frId }) => frId),
  );
  const stored = await readStored(trx, [...rows.keys()]);
  const oldest = (await databaseTime(trx)).getTime() - (saving.notOlderThanMs ?? Infinity);
  const requests = batch.filter((request) => {
    const row = rows.get(request.frId);
    return row !== undefined && request.at.getTime() >= oldest && !isOvertaken(request, row);
  });
  const diffs = new Map(requests.map((each) => [each.frId, diffShipments(each, stored.get(each.frId) ?? [])]));
  const written = await writeShipments(trx, [...diffs.values()]);
  const removed = await removeShipments(trx, [...diffs.values()]);
  await writeOrderProducts(
    trx,
    requests.flatMap(({ frId, orderProducts }) => orderProducts.map((row) => ({ frId, ...row }))),
  );
  const moved = await writeLines(
    trx,
    requests.filter((each) => !isUnread(each)),
  );
  const outcomes = requests.map((request): Outcome => {
    const row = rows.get(request.frId)!;
    const reinstated = isReinstated(request, row) ? ['reinstated'] : [];
    const flags = [...new Set([...flagsAfter(row.flags, request), ...reinstated])];
    return { request, row, flags, diff: diffs.get(request.frId)!, linesMoved: moved.has(request.frId) };
  });
  const changed = outcomes.filter(isChanged);
  await noteChecks(
    trx,
    outcomes.filter((outcome) => !isChanged(outcome)),
  );
  await writeRequests(trx, changed);
  const counts = { ...countsOf(changed.length, [...diffs.values()]), ...lostOrders(changed) };
  await saving.alongside?.(trx, counts);
  // Last of all: from here until the commit every other writer of the feed waits.
  await recordChanges(trx, [...changesOf(diffs, written), ...removed], batch[0]!.at);
  return counts;
}

/** No look at an order takes so long; whoever asked so much later has a clock that is wrong. */
const LONGEST_LOOK_MS = 5 * 60_000;

/** Somebody who asked the store later, e.g. for a webhook, has written already: this view of the order is the older one. */
function isOvertaken({ at }: ReconciledRequest, { asked_at }: StoredRequest): boolean {
  const lateMs = (asked_at?.getTime() ?? 0) - at.getTime();
  return lateMs > 0 && lateMs < LONGEST_LOOK_MS;
}

/** In one order for everybody, so that two batches that share requests wait for each other and not in a circle. */
async function lockRequests(trx: Trx, frIds: readonly number[]): Promise<Map<number, StoredRequest>> {
  const { rows } = await sql<StoredRequest>`
    select id, number, processing, shipping, flags, explanation, bigcommerce_order_id, reason_code, shipped_at, asked_at
    from fulfillment_requests where id = any (${[...frIds]}::bigint[]) order by id for no key update`.execute(trx);
  return new Map(rows.map((row) => [row.id, row]));
}

async function readStored(trx: Trx, frIds: readonly number[]): Promise<Map<number, StoredRow[]>> {
  const { rows } = await sql<StoredRow>`
    select id, fr_id, bigcommerce_shipment_id, fingerprint, removed_at is not null as is_removed
    from shipments where fr_id = any (${[...frIds]}::bigint[])`.execute(trx);
  const byRequest = new Map<number, StoredRow[]>();
  for (const row of rows) byRequest.set(row.fr_id, [...(byRequest.get(row.fr_id) ?? []), row]);
  return byRequest;
}

interface WrittenRow {
  id: number;
  fr_id: number;
  bigcommerce_shipment_id: number;
}

const COLUMNS = {
  fr_id: 'bigint',
  bigcommerce_shipment_id: 'bigint',
  tracking_number: 'text',
  tracking_link: 'text',
  tracking_carrier: 'text',
  shipping_provider: 'text',
  shipping_method: 'text',
  shipped_at: 'timestamptz',
  comments: 'text',
  cost: 'numeric',
  attributes: 'jsonb',
  flags: 'text[]',
  items: 'jsonb',
  problems: 'text[]',
  fingerprint: 'text',
} satisfies Record<keyof ShipmentDraft, string>;
const names = Object.keys(COLUMNS);
const columns = sql.raw(names.join(', '));
/** Of a request that was forgotten, texts of the store are not taken in again. */
const values = sql.raw(
  names
    .map((name) => {
      if (name === 'comments') return 'case when f.forgotten_at is null then u.comments end';
      const mayQuote = name === 'attributes' || name === 'problems';
      return mayQuote ? `case when f.forgotten_at is null then u.${name} else '{}' end` : `u.${name}`;
    })
    .join(', '),
);
const types = sql.raw(names.map((name) => `${name} ${COLUMNS[name as keyof ShipmentDraft]}`).join(', '));
const assignments = sql.raw(
  names
    .slice(2)
    .map((name) => `${name} = excluded.${name}`)
    .join(', '),
);

async function writeShipments(trx: Trx, diffs: readonly ShipmentDiff[]): Promise<WrittenRow[]> {
  const drafts = diffs.flatMap((diff) => diff.drafts);
  if (drafts.length === 0) return [];
  const { rows } = await sql<WrittenRow>`
    insert into shipments (${columns})
    select ${values} from json_to_recordset(${storableJson(drafts)}::json) as u (${types})
    join fulfillment_requests f on f.id = u.fr_id
    order by u.fr_id, u.bigcommerce_shipment_id
    on conflict (fr_id, bigcommerce_shipment_id)
    do update set ${assignments}, removed_at = null, changed_at = now()
    returning id, fr_id, bigcommerce_shipment_id`.execute(trx);
  return rows;
}

async function removeShipments(trx: Trx, diffs: readonly ShipmentDiff[]) {
  const ids = diffs.flatMap((diff) => diff.removed.map((row) => row.id));
  if (ids.length === 0) return [];
  await sql`
    update shipments set removed_at = now(), changed_at = now() where id = any (${ids}::bigint[])`.execute(trx);
  return ids.map((shipmentId) => ({ shipmentId, kind: 'removed' as ChangeKind }));
}

/** In the order of the batch, a request's packages by their ids, so that the feed reads as things happened. */
function changesOf(diffs: ReadonlyMap<number, ShipmentDiff>, written: readonly WrittenRow[]) {
  const place = new Map([...diffs.keys()].map((frId, index) => [frId, index]));
  const sorted = [...written].sort(
    (a, b) => place.get(a.fr_id)! - place.get(b.fr_id)! || a.bigcommerce_shipment_id - b.bigcommerce_shipment_id,
  );
  return sorted.map((row) => {
    const isNew = diffs.get(row.fr_id)!.created.includes(row.bigcommerce_shipment_id);
    return { shipmentId: row.id, kind: (isNew ? 'created' : 'corrected') as ChangeKind };
  });
}

/** Answers the requests of which a line's shipped quantity changed; a line that nothing was said of has 0. */
async function writeLines(trx: Trx, requests: readonly ReconciledRequest[]): Promise<Set<number>> {
  const lines = requests.flatMap(({ frId, reconciled }) =>
    [...reconciled.shippedByLine].map(([lineId, quantity]) => ({ frId, lineId, quantity })),
  );
  const { rows } = await sql<{ fr_id: number }>`
    update fr_lines l set shipped_quantity = w.quantity
    from (
      select k.fr_id, k.position, coalesce(u.quantity, 0) as quantity
      from fr_lines k
      left join unnest(${lines.map((line) => line.frId)}::bigint[], ${lines.map((line) => line.lineId)}::text[],
        ${lines.map((line) => line.quantity)}::integer[]) as u (fr_id, line_id, quantity)
        on u.fr_id = k.fr_id and u.line_id = k.line_id
      where k.fr_id = any (${requests.map(({ frId }) => frId)}::bigint[])
        and k.shipped_quantity <> coalesce(u.quantity, 0)) w
    where l.fr_id = w.fr_id and l.position = w.position
    returning l.fr_id`.execute(trx);
  return new Set(rows.map((row) => row.fr_id));
}

function isChanged({ request, row, flags, diff, linesMoved }: Outcome): boolean {
  if (linesMoved || diff.drafts.length > 0 || diff.removed.length > 0) return true;
  if (flags.length !== row.flags.length || flags.some((flag) => !row.flags.includes(flag))) return true;
  if (isUnread(request)) return false;
  const { shipping, canceled } = request.reconciled;
  const isCanceled = canceled !== null && row.processing === 'acknowledged';
  return shipping !== row.shipping || isCanceled || isReinstated(request, row);
}

/** Each counted once: when its flag is new. An order that is put away after all of it has shipped asks for nobody. */
function lostOrders(changed: readonly Outcome[]): Pick<SavedCounts, 'deletedOrders' | 'foreignOrders'> {
  const open = changed.filter(({ row, request }) => {
    const shipping = isUnread(request) ? row.shipping : request.reconciled.shipping;
    return row.processing === 'acknowledged' && shipping !== 'shipped';
  });
  const newly = (flag: string) => open.filter(({ row, flags }) => flags.includes(flag) && !row.flags.includes(flag));
  const [deleted, foreign] = [newly('order_deleted').length, newly('order_foreign').length];
  return { ...(deleted > 0 && { deletedOrders: deleted }), ...(foreign > 0 && { foreignOrders: foreign }) };
}

function countsOf(changed: number, diffs: readonly ShipmentDiff[]): SavedCounts {
  const sum = (of: (diff: ShipmentDiff) => number) => diffs.reduce((total, diff) => total + of(diff), 0);
  return {
    changed,
    shipments: sum((diff) => diff.created.length),
    corrected: sum((diff) => diff.corrected.length + diff.removed.length),
    unmatched: sum((diff) => diff.unmatched),
  };
}
