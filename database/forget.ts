import { sql } from 'kysely';
import type { FrDocument, OrderDocument } from '../domain/fulfillment/document.ts';
import { withoutPerson } from '../domain/fulfillment/forget.ts';
import type { Database, Executor } from './connect.ts';
import { SECOND_ORDER } from './fr-changes.ts';

export interface ForgetScope {
  /** Requests and orders that were taken in before. */
  before: Date;
  now: Date;
  /** Requests of this source alone; orders then stay. */
  sourceId?: number | undefined;
}

export interface Forgotten {
  requests: number;
  orders: number;
}

/** A transaction a batch: a sync that wants one of its rows waits a moment. */
const BATCH = 200;

/** Details of these hold ids, quantities and instants of ours; what a store or a check said may quote an address. */
const KEPT_DETAILS = [
  ...['sending', 'acknowledged', 'held', 'processed', 'released', 'let go by the run', 'attempt lost', 'amended'],
  ...[SECOND_ORDER, 'watched', 'expired', 'reopened', 'reinstated by the store', 'shipped', 'partially shipped'],
  ...['shipment corrected', 'shipment removed', 'shipment not matched', 'order lost', 'order found again'],
];

/**
 * Finished: canceled, or sent and either shipped or out of the lookback period of its source, so that nobody asks the
 * store for it any more. `f` is the request.
 */
const isFinished = sql`(f.processing = 'canceled' or (f.processing = 'acknowledged'
  and (f.watched_until > now()) is not true
  and (f.shipping = 'shipped' or f.created_at < now() - interval '1 day' * coalesce((
    select (v.settings #>> '{shipments,lookbackDays}')::float8 from source_versions v
    join sources s on s.id = v.source_id and s.version = v.version where s.id = f.source_id), 90))))`;

function requestsToForget({ before, sourceId }: ForgetScope) {
  const ofSource = sourceId === undefined ? sql`true` : sql`f.source_id = ${sourceId}`;
  return sql`f.forgotten_at is null and f.created_at < ${before} and ${ofSource} and ${isFinished}`;
}

/** An order is finished with its last request; `o` is the order. */
function ordersToForget({ before, sourceId }: ForgetScope) {
  return sql`o.forgotten_at is null and o.created_at < ${before} and ${sourceId === undefined}::boolean
    and o.state <> 'open'
    and not exists (select 1 from fulfillment_requests f where f.order_id = o.id and not ${isFinished})`;
}

/** How many {@link forgetPersons} would blank now. */
export async function countToForget(db: Executor, scope: ForgetScope): Promise<Forgotten> {
  const { rows } = await sql<Forgotten>`
    select (select count(*) from fulfillment_requests f where ${requestsToForget(scope)})::float8 as requests,
      (select count(*) from orders o where ${ordersToForget(scope)})::float8 as orders`.execute(db);
  return rows[0]!;
}

/**
 * Blanks names, addresses, e-mails, phones and free texts of finished requests and orders; figures, ids and tracking
 * stay, and so does the digest, by which equal content is still known. In batches, until nothing is left or `goOn` says
 * no. Safe to repeat.
 */
export async function forgetPersons(
  db: Database,
  scope: ForgetScope,
  goOn: () => boolean = () => true,
): Promise<Forgotten & { isDone: boolean }> {
  const done = { requests: 0, orders: 0 };
  for (const [kind, forgetSome] of [['requests', forgetRequests] as const, ['orders', forgetOrders] as const]) {
    // From one row number to the next: what was blanked before is not looked through again for every batch.
    for (let ids: number[] = [0]; ids.length > 0; done[kind] += ids.length) {
      if (!goOn()) return { ...done, isDone: false };
      const after = ids.at(-1)!;
      ids = await db.transaction().execute((trx) => forgetSome(trx, scope, after));
    }
  }
  return { ...done, isDone: true };
}

async function forgetRequests(trx: Executor, scope: ForgetScope, after: number): Promise<number[]> {
  const { rows } = await sql<{ id: number; document: FrDocument }>`
    select f.id, f.document from fulfillment_requests f where f.id > ${after} and ${requestsToForget(scope)}
    order by f.id limit ${BATCH} for update`.execute(trx);
  const ids = rows.map(({ id }) => id);
  await sql`
    update fulfillment_requests f set document = u.document, forgotten_at = ${scope.now}, reason_message = null,
      checks = (select coalesce(jsonb_agg(c || '{"message": ""}'), '[]') from jsonb_array_elements(f.checks) as c)
    from unnest(${ids}::bigint[], ${rows.map(({ document }) => JSON.stringify(withoutPerson(document)))}::jsonb[])
      as u (id, document)
    where f.id = u.id`.execute(trx);
  await sql`
    update fr_events set detail = null
    where fr_id = any (${ids}::bigint[]) and detail is not null and event <> all (${KEPT_DETAILS}::text[])`.execute(
    trx,
  );
  // What a template takes from an order, and what somebody in the store wrote about a package.
  await sql`update shipments set comments = null, attributes = '{}', problems = '{}' where fr_id = any (${ids}::bigint[])`.execute(
    trx,
  );
  await sql`
    update shipment_changes c set document = c.document || '{"comments": null, "attributes": {}, "problems": []}'
    from shipments h where h.id = c.shipment_id and h.fr_id = any (${ids}::bigint[])`.execute(trx);
  return ids;
}

async function forgetOrders(trx: Executor, scope: ForgetScope, after: number): Promise<number[]> {
  const { rows } = await sql<{ id: number; document: OrderDocument }>`
    select o.id, o.document from orders o where o.id > ${after} and ${ordersToForget(scope)}
    order by o.id limit ${BATCH} for update`.execute(trx);
  const ids = rows.map(({ id }) => id);
  await sql`
    update orders o set document = u.document, forgotten_at = ${scope.now}
    from unnest(${ids}::bigint[],
      ${rows.map(({ document }) => JSON.stringify(withoutPerson(document)))}::jsonb[]) as u (id, document)
    where o.id = u.id`.execute(trx);
  return ids;
}
