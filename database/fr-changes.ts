import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { failureKinds, isFailureCode } from '../domain/failures.ts';
import { secondOrderSentence } from '../domain/fulfillment/explain.ts';
import { isFinal } from '../domain/fulfillment/states.ts';
import type { Processing } from '../domain/fulfillment/states.ts';
import type { Executor } from './connect.ts';
import { storable, storableJson } from './texts.ts';

/** What changes in a request; what is left out stays. */
export interface FrChange {
  processing?: Processing;
  /** Null takes the reason away. */
  reason?: { code: string; message: string; hint?: string | undefined } | null;
  explanation?: string;
  nextStepAt?: Date | null;
  releasedAt?: Date;
  holdUntil?: Date | null;
  skipsWaits?: boolean;
  isReady?: boolean;
  sendRunId?: string | null;
  sendingSince?: Date | null;
  checks?: { code: string; ok: boolean; message: string }[];
  checkedAt?: Date | null;
  bigcommerceOrderId?: number;
  acknowledgedAt?: Date;
  /** `external_order_id` of the order, as the store has it. */
  orderExternalId?: string;
  nextCheckAt?: Date;
  canceledAt?: Date;
  cancelRequestedAt?: Date;
}

export interface FrEvent {
  at: Date;
  event: string;
  by: string;
  detail?: string | null;
}

/**
 * Changes a request and writes what happened into its timeline; both belong into one transaction. A request that is
 * ended never becomes anything else again: a worker that was frozen meanwhile knows an older state; `onlyWhile` says which.
 * False when nothing was changed for that reason.
 */
export async function changeRequest(
  db: Executor,
  id: number,
  change: FrChange,
  event?: FrEvent,
  onlyWhile?: Processing,
): Promise<boolean> {
  const reopens = change.processing !== undefined && !isFinal(change.processing);
  const update = db
    .updateTable('fulfillment_requests')
    .set({ ...columnsOf(change), changed_at: sql`now()` })
    .where('id', '=', id)
    .$if(onlyWhile !== undefined, (query) => query.where('processing', '=', onlyWhile!))
    .$if(reopens, (query) => query.where('processing', 'not in', ['acknowledged', 'canceled']))
    .returning('id');
  if (!event) return (await update.execute()).length > 0;
  const { at, by } = event;
  // One statement: a request goes through here half a dozen times, and each way to the database costs as much as the work.
  const told = await db
    .with('changed', () => update)
    .insertInto('fr_events')
    .columns(['fr_id', 'at', 'event', 'by', 'detail'])
    .expression((eb) =>
      eb
        .selectFrom('changed')
        .select([
          'id',
          sql<Date>`${at}::timestamptz`.as('at'),
          sql<string>`${event.event}::text`.as('event'),
          sql<string>`${by}::text`.as('by'),
          sql<string | null>`${detailOf(event)}::text`.as('detail'),
        ]),
    )
    .returning('fr_id')
    .execute();
  return told.length > 0;
}

/** Says what a request that is being sent waits for; one that is not, or not any more, has another sentence. */
export async function tellWhileSending(
  db: Executor,
  id: number,
  told: { explanation: string; nextStepAt: Date },
): Promise<void> {
  await db
    .updateTable('fulfillment_requests')
    .set({ explanation: told.explanation, next_step_at: told.nextStepAt, changed_at: sql`now()` })
    .where('id', '=', id)
    .where('processing', '=', 'sending')
    .execute();
}

function detailOf({ detail }: FrEvent): string | null {
  return detail === undefined || detail === null ? null : storable(detail);
}

/** Adds a line to the timeline of a request. */
export async function addEvent(db: Executor, frId: number, event: FrEvent): Promise<void> {
  const { at, by } = event;
  await db
    .insertInto('fr_events')
    .values({ fr_id: frId, at, event: event.event, by, detail: detailOf(event) })
    .execute();
}

function columnsOf(change: FrChange) {
  const { reason, checks } = change;
  const all = {
    processing: change.processing,
    ...(reason === undefined ? {} : reasonColumns(reason)),
    explanation: change.explanation === undefined ? undefined : storable(change.explanation),
    next_step_at: change.nextStepAt,
    released_at: change.releasedAt,
    hold_until: change.holdUntil,
    skips_waits: change.skipsWaits,
    is_ready: change.isReady,
    send_run_id: change.sendRunId,
    sending_since: change.sendingSince,
    checks: checks && storableJson(checks),
    checked_at: change.checkedAt,
    bigcommerce_order_id: change.bigcommerceOrderId,
    acknowledged_at: change.acknowledgedAt,
    order_external_id: change.orderExternalId,
    next_check_at: change.nextCheckAt,
    canceled_at: change.canceledAt,
    cancel_requested_at: change.cancelRequestedAt,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function reasonColumns(reason: (FrChange['reason'] & {}) | null) {
  if (reason === null) return { reason_code: null, reason_message: null, reason_hint: null };
  const hint = reason.hint ?? (isFailureCode(reason.code) ? failureKinds[reason.code].hint : '');
  return { reason_code: reason.code, reason_message: storable(reason.message), reason_hint: hint };
}

/** Marks what somebody should look at; a flag that is there already stays one. */
export async function addFlag(db: Executor, id: number, flag: string): Promise<void> {
  await sql`
    update fulfillment_requests set flags = array_append(flags, ${flag}), changed_at = now()
    where id = ${id} and not (${flag} = any (flags))`.execute(db);
}

/** Takes a mark away; one that is not there is none. */
export async function removeFlag(db: Executor, id: number, flag: string): Promise<void> {
  await sql`
    update fulfillment_requests set flags = array_remove(flags, ${flag}), changed_at = now()
    where id = ${id} and ${flag} = any (flags)`.execute(db);
}

/**
 * Flags a request of which the store has another order than its own, and says so in its timeline and its sentence. Whoever
 * repeats it tells it again.
 */
export async function tellSecondOrder(
  trx: Executor,
  id: number,
  { orderId, at, by }: { orderId: number; at: Date; by: string },
): Promise<void> {
  const order = `BigCommerce order ${orderId}`;
  await addFlag(trx, id, 'second_order');
  await addEvent(trx, id, { at, by, event: SECOND_ORDER, detail: order });
  for (const processing of ['acknowledged', 'canceled', 'failed'] as const) {
    const sentence = secondOrderSentence(order, processing);
    await sql`
      update fulfillment_requests set explanation = explanation || ${` ${sentence}`}
      where id = ${id} and processing = ${processing} and position(${sentence} in explanation) = 0`.execute(trx);
  }
}

/** The order that was found last beside that of a request, as SQL; null where none was. */
export function latestSecondOrder(frId: RawBuilder<unknown>): RawBuilder<string | null> {
  // Found while it had failed, it may have become its own since.
  return sql`(select e.detail from fr_events e join fulfillment_requests r on r.id = e.fr_id
    where e.fr_id = ${frId} and e.event = ${SECOND_ORDER}
      and e.detail is distinct from 'BigCommerce order ' || r.bigcommerce_order_id
    order by e.id desc limit 1)`;
}

/** The same of one request. */
export async function findSecondOrder(db: Executor, frId: number): Promise<string | null> {
  const { rows } = await sql<{ detail: string | null }>`
    select ${latestSecondOrder(sql`${frId}`)} as detail`.execute(db);
  return rows[0]!.detail;
}

/** In the timeline, with the flag `second_order`: the store has an order of a request that is not the one it has. */
export const SECOND_ORDER = 'a second order exists';

/** Remembers what the SKU of a line was found to be. */
export async function saveLineVariants(
  db: Executor,
  frId: number,
  lines: readonly { lineId: string; productId: number; variantId: number }[],
): Promise<void> {
  if (lines.length === 0) return;
  await sql`
    update fr_lines l set product_id = v.product_id, variant_id = v.variant_id
    from unnest(${lines.map((line) => line.lineId)}::text[], ${lines.map((line) => line.productId)}::bigint[],
      ${lines.map((line) => line.variantId)}::bigint[]) as v (line_id, product_id, variant_id)
    where l.fr_id = ${frId} and l.line_id = v.line_id
      and (l.product_id, l.variant_id) is distinct from (v.product_id, v.variant_id)`.execute(db);
}

/** Remembers which line of the BigCommerce order a line became; shipments name those. */
export async function saveOrderProducts(
  db: Executor,
  frId: number,
  lines: readonly { lineId: string; orderProductId: number }[],
): Promise<void> {
  if (lines.length === 0) return;
  await sql`
    update fr_lines l set order_product_id = v.order_product_id
    from unnest(${lines.map((line) => line.lineId)}::text[], ${lines.map((line) => line.orderProductId)}::bigint[])
      as v (line_id, order_product_id)
    where l.fr_id = ${frId} and l.line_id = v.line_id`.execute(db);
}
