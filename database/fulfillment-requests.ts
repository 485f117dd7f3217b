import { sql } from 'kysely';
import type { FrDocument } from '../domain/fulfillment/document.ts';
import type { Executor } from './connect.ts';
import type { Processing, Shipping } from '../domain/fulfillment/states.ts';

/** A fulfillment request as workflows, activities and commands work with it. */
export interface FulfillmentRequest {
  id: number;
  sourceId: number;
  source: string;
  number: string;
  orderId: number | null;
  document: FrDocument;
  revision: number;
  processing: Processing;
  shipping: Shipping;
  reasonCode: string | null;
  reasonMessage: string | null;
  reasonHint: string | null;
  explanation: string;
  nextStepAt: Date | null;
  releasedAt: Date | null;
  holdUntil: Date | null;
  skipsWaits: boolean;
  isReady: boolean;
  checks: { code: string; ok: boolean; message: string }[];
  checkedAt: Date | null;
  flags: string[];
  bigcommerceOrderId: number | null;
  acknowledgedAt: Date | null;
  /** Somebody wants it canceled as soon as the outcome of a POST is known. */
  cancelRequestedAt: Date | null;
  /** The number that its order carries in the store. */
  orderExternalId: string | null;
  canceledAt: Date | null;
  sendingSince: Date | null;
  sendRunId: string | null;
  /** When what it told of a person was blanked. */
  forgottenAt: Date | null;
  createdAt: Date;
  changedAt: Date;
}

export function selectRequests(db: Executor) {
  return db
    .selectFrom('fulfillment_requests as f')
    .innerJoin('sources as s', 's.id', 'f.source_id')
    .select([
      'f.id',
      'f.source_id as sourceId',
      's.name as source',
      'f.number',
      'f.order_id as orderId',
      'f.revision',
      'f.processing',
      'f.shipping',
      'f.reason_code as reasonCode',
      'f.reason_message as reasonMessage',
      'f.reason_hint as reasonHint',
      'f.explanation',
      'f.next_step_at as nextStepAt',
      'f.released_at as releasedAt',
      'f.hold_until as holdUntil',
      'f.skips_waits as skipsWaits',
      'f.is_ready as isReady',
      'f.checks',
      'f.checked_at as checkedAt',
      'f.flags',
      'f.bigcommerce_order_id as bigcommerceOrderId',
      'f.acknowledged_at as acknowledgedAt',
      'f.cancel_requested_at as cancelRequestedAt',
      'f.order_external_id as orderExternalId',
      'f.canceled_at as canceledAt',
      'f.sending_since as sendingSince',
      'f.send_run_id as sendRunId',
      'f.forgotten_at as forgottenAt',
      'f.created_at as createdAt',
      'f.changed_at as changedAt',
    ])
    .select(sql<FrDocument>`f.document`.as('document'));
}

/** A request by its row number; with `forUpdate` its row is locked until the transaction ends. */
export async function loadRequest(
  db: Executor,
  id: number,
  options: { forUpdate?: boolean } = {},
): Promise<FulfillmentRequest> {
  const query = selectRequests(db).where('f.id', '=', id);
  const row = await (options.forUpdate ? query.forUpdate('f') : query).executeTakeFirst();
  if (!row) throw new RequestGone(id);
  return row;
}

/** Where a request stands, without what it says. */
export type RequestStanding = Pick<
  FulfillmentRequest,
  'processing' | 'explanation' | 'nextStepAt' | 'bigcommerceOrderId' | 'checkedAt' | 'cancelRequestedAt'
> & {
  /** An attempt was begun whose outcome is not known (send-attempts.ts has it). */
  hasOpenAttempt: boolean;
  /** The lines of its order were read back and compared with its own. */
  productsRead: boolean;
};

/** A look, not a lock: whoever acts on `hasOpenAttempt` is stopped by the ledger's own index where it has changed since. */
const hasOpenAttempt = sql<boolean>`exists (
  select from send_attempts a where a.fr_id = f.id and (a.outcome is null or a.outcome = 'unknown'))`;
/** A run of Get Shipments may have asked for the lines since, and compares nothing. */
const isReadBack = sql<boolean>`f.products_read and not exists (select from unread_orders u where u.fr_id = f.id)`;

/** A request as `loadRequest` gives it, and where it stands. Throws RequestGone. */
export async function loadRequestAndAttempt(db: Executor, id: number): Promise<FulfillmentRequest & RequestStanding> {
  const row = await selectRequests(db)
    .select([hasOpenAttempt.as('hasOpenAttempt'), isReadBack.as('productsRead')])
    .where('f.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new RequestGone(id);
  return row;
}

/** Where a request stands. Throws RequestGone. */
export async function loadStanding(db: Executor, id: number): Promise<RequestStanding> {
  const row = await db
    .selectFrom('fulfillment_requests as f')
    .select([
      'f.processing',
      'f.explanation',
      'f.next_step_at as nextStepAt',
      'f.bigcommerce_order_id as bigcommerceOrderId',
      'f.checked_at as checkedAt',
      'f.cancel_requested_at as cancelRequestedAt',
      isReadBack.as('productsRead'),
      hasOpenAttempt.as('hasOpenAttempt'),
    ])
    .where('f.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new RequestGone(id);
  return row;
}

/** The request was removed together with its source. */
export class RequestGone extends Error {
  readonly code = 'not_found';

  constructor(id: number) {
    super(`Fulfillment request ${id} does not exist any more.`);
  }
}

/** Requests of this number: one a source, so a number alone can name several. */
export function findRequests(db: Executor, number: string, source?: string): Promise<FulfillmentRequest[]> {
  const query = selectRequests(db).where('f.number', '=', number);
  return (source === undefined ? query : query.where('s.name', '=', source)).orderBy('f.id').execute();
}

/** Another request that has this order of the same store, of whichever source; undefined where there is none. */
export async function findOtherOwner(
  db: Executor,
  frId: number,
  orderId: number,
): Promise<{ source: string; number: string } | undefined> {
  const { rows } = await sql<{ source: string; number: string }>`
    select s.name as source, f.number
    from fulfillment_requests me join sources mine on mine.id = me.source_id
    join sources s on s.store_hash = mine.store_hash
    join fulfillment_requests f on f.source_id = s.id and f.bigcommerce_order_id = ${orderId} and f.id <> me.id
    where me.id = ${frId}`.execute(db);
  return rows[0];
}

export interface RequestLine {
  position: number;
  lineId: string;
  sku: string;
  quantity: number;
  unitPrice: string | null;
  title: string | null;
  productId: number | null;
  variantId: number | null;
  orderProductId: number | null;
  shippedQuantity: number;
}

/** The lines of a request in the order of its document. */
export function listLines(db: Executor, frId: number): Promise<RequestLine[]> {
  return db
    .selectFrom('fr_lines')
    .select([
      'position',
      'line_id as lineId',
      'sku',
      'quantity',
      'unit_price as unitPrice',
      'title',
      'product_id as productId',
      'variant_id as variantId',
      'order_product_id as orderProductId',
      'shipped_quantity as shippedQuantity',
    ])
    .where('fr_id', '=', frId)
    .orderBy('position')
    .execute();
}

/** What happened to a request, oldest first. */
export function listEvents(db: Executor, frId: number) {
  return db
    .selectFrom('fr_events')
    .select(['at', 'event', 'by', 'detail'])
    .where('fr_id', '=', frId)
    .orderBy('id')
    .execute();
}

/** Whether a request `f` waits and its checks found what has to be mended before it goes out. */
export const hasProblems = sql<boolean>`(f.processing in ('unprocessed', 'processing') and f.checks @> '[{"ok": false}]')`;

export interface RequestFilter {
  source?: string | undefined;
  numbers?: readonly string[] | undefined;
  processing?: readonly Processing[] | undefined;
  shipping?: readonly Shipping[] | undefined;
  code?: string | undefined;
  flag?: string | undefined;
  /** Only those that wait and that their checks would not let out. */
  hasProblems?: true | undefined;
  /** Created before this instant. */
  olderThan?: Date | undefined;
  /** A part of the number, of a SKU, of the reason or of the order id. */
  text?: string | undefined;
}

/** Requests, newest first; `before` is the row number after which the page goes on. */
export async function listRequests(
  db: Executor,
  filter: RequestFilter,
  page: { limit: number; before?: number | undefined },
): Promise<FulfillmentRequest[]> {
  const query = narrow(selectRequests(db), filter).orderBy('f.id', 'desc').limit(page.limit);
  return (page.before === undefined ? query : query.where('f.id', '<', page.before)).execute();
}

/** How many requests a filter names. */
export async function countRequests(db: Executor, filter: RequestFilter): Promise<number> {
  const counted = db.selectFrom(narrow(selectRequests(db), filter).as('found'));
  return Number((await counted.select(sql<string>`count(*)`.as('count')).executeTakeFirstOrThrow()).count);
}

function narrow(requests: ReturnType<typeof selectRequests>, filter: RequestFilter) {
  let query = requests;
  if (filter.source !== undefined) query = query.where('s.name', '=', filter.source);
  if (filter.numbers) query = query.where('f.number', 'in', filter.numbers);
  if (filter.processing) query = query.where('f.processing', 'in', filter.processing);
  if (filter.shipping) query = query.where('f.shipping', 'in', filter.shipping);
  if (filter.code !== undefined) query = query.where('f.reason_code', '=', filter.code);
  if (filter.flag !== undefined) query = query.where(sql<boolean>`${filter.flag} = any (f.flags)`);
  if (filter.hasProblems) query = query.where(hasProblems);
  if (filter.olderThan) query = query.where('f.created_at', '<', filter.olderThan);
  if (filter.text !== undefined) query = query.where(matchesText(filter.text));
  return query;
}

function matchesText(text: string) {
  const pattern = `%${text.replace(/[%_\\]/g, '\\$&')}%`;
  return sql<boolean>`(f.number ilike ${pattern} or f.reason_message ilike ${pattern}
    or f.bigcommerce_order_id::text = ${text}
    or exists (select 1 from fr_lines l where l.fr_id = f.id and l.sku ilike ${pattern}))`;
}
