import { sql } from 'kysely';
import { differences, digest } from '../domain/fulfillment/digest.ts';
import type { Difference } from '../domain/fulfillment/digest.ts';
import type { OrderDocument } from '../domain/fulfillment/document.ts';
import { withoutPerson } from '../domain/fulfillment/forget.ts';
import type { Routing } from '../domain/fulfillment/routing.ts';
import type { Executor } from './connect.ts';

/**
 * Canceled: no request was made of it, or each that was made is canceled. The latter is not stored but read of its
 * requests, which are canceled one by one, and brought back by a store that reinstates its order.
 */
export type OrderState = 'open' | 'routed' | 'canceled';

/** An order as it was taken in, and how its last routing chose. */
export interface StoredOrder {
  id: number;
  number: string;
  document: OrderDocument;
  state: OrderState;
  /** Null before the first routing. */
  routing: Routing | null;
  routedAt: Date | null;
  triedAt: Date | null;
  canceledAt: Date | null;
  createdAt: Date;
}

export interface AcceptedOrder {
  /** `known`: the same content was there before; `conflict`: another content has this number. */
  outcome: 'accepted' | 'known' | 'conflict';
  order: StoredOrder;
  /** What a conflict is about; else empty. */
  differences: Difference[];
}

function selectOrders(db: Executor) {
  return db
    .selectFrom('orders')
    .select([
      'id',
      'number',
      'state',
      'routed_at as routedAt',
      'tried_at as triedAt',
      'canceled_at as canceledAt',
      'created_at as createdAt',
      sql<OrderDocument>`document`.as('document'),
      sql<Routing | null>`nullif(routing, '{}')`.as('routing'),
    ]);
}

/**
 * Stores an order as open, or finds the one that has its number, and locks it until the transaction ends. Safe to
 * repeat, and safe when several processes take in the same number at once: one of them accepts it.
 */
export async function acceptOrder(trx: Executor, document: OrderDocument, now: Date): Promise<AcceptedOrder> {
  const own = digest(document);
  const inserted = await trx
    .insertInto('orders')
    .values({
      number: document.number,
      document: JSON.stringify(document),
      digest: own,
      routing: '{}',
      routed_at: null,
      tried_at: null,
      canceled_at: null,
      created_at: now,
    })
    .onConflict((oc) => oc.column('number').doNothing())
    .returning('id')
    .executeTakeFirst();
  const {
    digest: stored,
    isForgotten,
    ...row
  } = await selectOrders(trx)
    .select(['digest', sql<boolean>`forgotten_at is not null`.as('isForgotten')])
    .where('number', '=', document.number)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (inserted) return { outcome: 'accepted', order: row, differences: [] };
  const order = await asItStands(trx, row);
  if (stored === own) return { outcome: 'known', order, differences: [] };
  // What was forgotten of a person is not known any more, so it cannot differ.
  const given = isForgotten ? withoutPerson(document) : document;
  return { outcome: 'conflict', order, differences: differences(order.document, given) };
}

/** Keeps what a routing chose, or why it could not. */
export async function saveRouting(db: Executor, orderId: number, routing: Routing, now: Date): Promise<void> {
  await db
    .updateTable('orders')
    .set({
      state: routing.routed ? 'routed' : 'open',
      routing: JSON.stringify(routing),
      tried_at: now,
      ...(routing.routed ? { routed_at: now } : {}),
    })
    .where('id', '=', orderId)
    .execute();
}

/** Cancels an order that no source has yet: it is never routed. False when it is not open. Safe to repeat. */
export async function cancelOpenOrder(db: Executor, orderId: number, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('orders')
    .set({ state: 'canceled', canceled_at: now })
    .where('id', '=', orderId)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** The order of this number; with `forUpdate` its row is locked until the transaction ends. */
export async function findOrder(
  db: Executor,
  number: string,
  options: { forUpdate?: boolean } = {},
): Promise<StoredOrder | undefined> {
  const query = selectOrders(db).where('number', '=', number);
  const order = await (options.forUpdate ? query.forUpdate() : query).executeTakeFirst();
  return order && asItStands(db, order);
}

/** The newest orders first. */
export async function listOrders(
  db: Executor,
  { state, limit }: { state?: OrderState | undefined; limit: number },
): Promise<StoredOrder[]> {
  const orders = await selectOrders(db)
    .$if(state !== undefined, (query) => query.where(inState(state!)))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return readRequests(db, orders);
}

/** Orders that have requests, and all of them are canceled. */
const withoutLivingRequest = sql`
  (select order_id, max(canceled_at) as "canceledAt" from fulfillment_requests where order_id is not null
  group by order_id having bool_and(processing = 'canceled'))`;

function inState(state: OrderState) {
  if (state === 'open') return sql<boolean>`state = 'open'`;
  const isCanceled = sql`state = 'routed' and id in (select order_id from ${withoutLivingRequest} as c)`;
  return sql<boolean>`case when ${isCanceled} then 'canceled' else state end = ${state}`;
}

async function asItStands(db: Executor, order: StoredOrder): Promise<StoredOrder> {
  return (await readRequests(db, [order]))[0]!;
}

/** Completes what is stored of orders by what has become of their requests. */
async function readRequests(db: Executor, orders: StoredOrder[]): Promise<StoredOrder[]> {
  const routed = orders.filter(({ state }) => state === 'routed').map(({ id }) => id);
  if (routed.length === 0) return orders;
  const { rows } = await sql<{ orderId: number; canceledAt: Date | null }>`
    select order_id as "orderId", "canceledAt" from ${withoutLivingRequest} as c
    where order_id = any (${routed}::bigint[])`.execute(db);
  const canceled = new Map(rows.map(({ orderId, canceledAt }) => [orderId, canceledAt]));
  return orders.map((order) =>
    canceled.has(order.id) ? { ...order, state: 'canceled', canceledAt: canceled.get(order.id) ?? null } : order,
  );
}

/** Numbers of open orders, those first that were tried longest ago. */
export async function ordersToTry(db: Executor, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('orders')
    .select('number')
    .where('state', '=', 'open')
    .orderBy(sql`tried_at nulls first`)
    .limit(limit)
    .execute();
  return rows.map(({ number }) => number);
}

/** The requests that an order was routed to, in the order of their numbers. */
export function listOrderRequests(db: Executor, orderId: number) {
  return db
    .selectFrom('fulfillment_requests as f')
    .innerJoin('sources as s', 's.id', 'f.source_id')
    .select([
      'f.id',
      'f.number',
      's.name as source',
      'f.processing',
      'f.shipping',
      'f.explanation',
      'f.reason_code as reasonCode',
      'f.bigcommerce_order_id as bigcommerceOrderId',
    ])
    .where('f.order_id', '=', orderId)
    .orderBy('f.id')
    .execute();
}
