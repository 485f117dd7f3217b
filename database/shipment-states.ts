import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { isUnread } from './shipment-diff.ts';
import type { ShipmentDiff } from './shipment-diff.ts';
import { latestSecondOrder } from './fr-changes.ts';
import { storableJson } from './texts.ts';
import type { ReconciledRequest } from './shipment-rows.ts';
import type { Processing, Shipping } from '../domain/fulfillment/states.ts';
import type { Tables } from './tables.ts';
import { lostBy } from '../domain/shipments/flag-sentences.ts';
import { isEndedByStore } from '../domain/shipments/reconcile.ts';
import { eventsOf, explainShipping } from '../domain/shipments/story.ts';
import type { ShippingStory } from '../domain/shipments/story.ts';

/** A request as it stood when its row was locked. */
export interface StoredRequest {
  id: number;
  number: string;
  processing: Processing;
  shipping: Shipping;
  flags: string[];
  explanation: string;
  bigcommerce_order_id: number | null;
  reason_code: string | null;
  shipped_at: Date | null;
  /** When the store was last asked of it. */
  asked_at: Date | null;
}

/** What was found of a request, beside what is stored. */
export interface Outcome {
  request: ReconciledRequest;
  row: StoredRequest;
  flags: string[];
  diff: ShipmentDiff;
  /** A line's shipped quantity changed. */
  linesMoved: boolean;
}

type Trx = Transaction<Tables>;

const checkTypes = sql.raw(`id bigint, at timestamptz, next_check_at timestamptz, check_step integer,
  order_modified_at timestamptz, store_status_id integer, products_read boolean`);
/** Null says that nothing was read of it. */
const checkAssignments = sql.raw(`asked_at = u.at, next_check_at = u.next_check_at, check_step = u.check_step,
  order_modified_at = coalesce(u.order_modified_at, f.order_modified_at),
  order_seen_at = case when u.order_modified_at is null then f.order_seen_at
    when u.order_modified_at is distinct from f.order_modified_at or f.order_seen_at is null then u.at
    else f.order_seen_at end,
  store_status_id = coalesce(u.store_status_id, f.store_status_id), products_read = f.products_read or u.products_read`);

function checkOf({ request, row }: Outcome) {
  const { at, check, orderModifiedAt, storeStatusId } = request;
  // What somebody else's order says of itself is nothing of ours.
  const said = request.isForeign ? {} : { order_modified_at: orderModifiedAt, store_status_id: storeStatusId };
  const products_read = request.orderProducts.length > 0;
  return { id: row.id, at, products_read, next_check_at: check.nextCheckAt, check_step: check.step, ...said };
}

/** Notes of requests of which nothing changed that they were asked for, and when they are asked for again. */
export async function noteChecks(trx: Trx, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  await sql`
    update fulfillment_requests f set ${checkAssignments}
    from json_to_recordset(${storableJson(outcomes.map(checkOf))}::json) as u (${checkTypes})
    where f.id = u.id`.execute(trx);
}

/** Writes where requests that changed stand now, and their timelines. */
export async function writeRequests(trx: Trx, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  const totals = await readTotals(
    trx,
    outcomes.map(({ row }) => row.id),
  );
  const told = outcomes.map((outcome) => ({ outcome, story: storyOf(outcome, totals.get(outcome.row.id)) }));
  const rows = told.map(({ outcome, story }) => stateOf(outcome, story));
  await sql`
    update fulfillment_requests f set ${checkAssignments}, shipping = u.shipping, flags = u.flags,
      shipped_at = u.shipped_at, explanation = u.explanation, changed_at = now()
    from json_to_recordset(${storableJson(rows)}::json) as u (${checkTypes}, shipping text, flags text[],
      shipped_at timestamptz, explanation text)
    where f.id = u.id`.execute(trx);
  await cancelRequests(trx, told);
  await reinstateRequests(trx, told);
  await writeEvents(
    trx,
    told.flatMap(({ outcome: { request }, story }) =>
      eventsOf(story).map((event) => ({ fr_id: request.frId, at: request.at, ...event })),
    ),
  );
}

interface Totals {
  fr_id: number;
  shipped: number;
  total: number;
  packages: (string | null)[] | null;
  second_order: string | null;
}

async function readTotals(trx: Trx, frIds: readonly number[]): Promise<Map<number, Totals>> {
  const { rows } = await sql<Totals>`
    select l.fr_id, sum(least(l.shipped_quantity, l.quantity))::int as shipped, sum(l.quantity)::int as total,
      (select json_agg(h.tracking_number order by h.bigcommerce_shipment_id) from shipments h
        where h.fr_id = l.fr_id and h.removed_at is null) as packages,
      ${latestSecondOrder(sql.ref('l.fr_id'))} as second_order
    from fr_lines l where l.fr_id = any (${[...frIds]}::bigint[]) group by l.fr_id`.execute(trx);
  return new Map(rows.map((row) => [row.fr_id, row]));
}

function storyOf({ request, row, flags, diff }: Outcome, totals: Totals | undefined): ShippingStory {
  const isRead = !isUnread(request);
  const { canceled, shipping } = request.reconciled;
  const after = isRead ? shipping : row.shipping;
  return {
    number: row.number,
    bigcommerceOrderId: row.bigcommerce_order_id,
    before: row.shipping,
    after,
    // An order that is put away after all of it has shipped asks for nobody.
    lost: after === 'shipped' ? null : lostBy(flags),
    wasLost: row.shipping === 'shipped' ? null : lostBy(row.flags),
    flags,
    secondOrder: flags.includes('second_order') ? (totals?.second_order ?? null) : null,
    itemsShipped: totals?.shipped ?? 0,
    itemsTotal: totals?.total ?? 0,
    packages: totals?.packages ?? [],
    created: diff.created,
    corrected: diff.corrected,
    removed: diff.removed.map((removed) => removed.bigcommerce_shipment_id),
    canceled: isRead && row.processing === 'acknowledged' ? canceled : null,
    isReinstated: isReinstated(request, row),
  };
}

function stateOf(outcome: Outcome, story: ShippingStory) {
  const { row, flags, request } = outcome;
  // Whoever canceled it meanwhile has said so.
  const isToTell = story.isReinstated || row.processing === 'acknowledged';
  return {
    ...checkOf(outcome),
    shipping: story.after,
    flags,
    shipped_at: story.after === 'shipped' ? (row.shipped_at ?? request.at) : null,
    explanation: isToTell ? explainShipping(story) : row.explanation,
  };
}

interface Told {
  outcome: Outcome;
  story: ShippingStory;
}

/** Only an acknowledged request: what is on its way to the store is its workflow's business. */
async function cancelRequests(trx: Trx, told: readonly Told[]): Promise<void> {
  const rows = told.flatMap(({ outcome, story: { canceled } }) =>
    canceled ? [{ id: outcome.row.id, at: outcome.request.at, ...canceled }] : [],
  );
  if (rows.length === 0) return;
  await sql`
    update fulfillment_requests f set processing = 'canceled', canceled_at = u.at, next_step_at = null,
      reason_code = u.code, reason_message = u.message, reason_hint = u.hint
    from json_to_recordset(${storableJson(rows)}::json) as u (id bigint, at timestamptz, code text, message text, hint text)
    where f.id = u.id and f.processing = 'acknowledged'`.execute(trx);
}

/** Whether the store had canceled its order and has it active again. */
export function isReinstated(request: ReconciledRequest, row: StoredRequest): boolean {
  const isCanceledByStore = row.processing === 'canceled' && isEndedByStore(row.reason_code);
  return isCanceledByStore && !isUnread(request) && request.reconciled.isActive;
}

async function reinstateRequests(trx: Trx, told: readonly Told[]): Promise<void> {
  const ids = told.filter(({ story }) => story.isReinstated).map(({ outcome }) => outcome.row.id);
  if (ids.length === 0) return;
  await sql`
    update fulfillment_requests set processing = 'acknowledged', canceled_at = null,
      reason_code = null, reason_message = null, reason_hint = null
    where id = any (${ids}::bigint[]) and processing = 'canceled'`.execute(trx);
}

async function writeEvents(
  trx: Trx,
  events: readonly { fr_id: number; at: Date; event: string; detail: string | null }[],
): Promise<void> {
  if (events.length === 0) return;
  await sql`
    insert into fr_events (fr_id, at, event, by, detail)
    select fr_id, at, event, 'store', detail
    from json_to_recordset(${storableJson(events)}::json) as u (fr_id bigint, at timestamptz, event text, detail text)`.execute(
    trx,
  );
}
