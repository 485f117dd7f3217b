import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { SECOND_ORDER, tellSecondOrder } from './fr-changes.ts';
import { storable } from './texts.ts';

/** An order of the store that carries the number of a request. */
export interface NumberedOrder {
  orderId: number;
  externalOrderId: string;
  externalSource: string | null;
}

interface Query {
  sourceId: number;
  /** That of attempts which do not say theirs. */
  externalSource: string;
  /** What the source puts in front of the numbers of its requests. */
  prefix: string;
  orders: readonly NumberedOrder[];
  at: Date;
}

/**
 * Flags requests, in a transaction, that are sent, canceled or failed while another order that they tried to make is in the store: one whose
 * POST was performed after every look had shown none, or of which a restored database knows nothing. One whose outcome is still open is
 * looked for by its own workflow. Answers what no such look has told before, also where the sender
 * itself found its order to be the second. Safe to repeat.
 */
export async function flagLateOrders(
  trx: Executor,
  { sourceId, externalSource, prefix, orders, at }: Query,
): Promise<{ number: string; orderId: number }[]> {
  const { rows } = await sql<{ id: number; number: string; orderId: number }>`
    with late as (
      select f.id, f.number, o.id as order_id, 'BigCommerce order ' || o.id as detail
      from unnest(
        ${orders.map(({ orderId }) => orderId)}::bigint[],
        ${orders.map(({ externalOrderId }) => storable(externalOrderId))}::text[],
        ${orders.map(({ externalOrderId }) => storable(externalOrderId.slice(prefix.length)))}::text[],
        ${orders.map((order) => storable(order.externalSource))}::text[]
      ) as o (id, external_id, number, external_source)
      join fulfillment_requests f on f.source_id = ${sourceId} and f.number = o.number
      where f.processing in ('acknowledged', 'canceled', 'failed')
        and (exists (
          select from send_attempts a where a.fr_id = f.id and a.external_order_id = o.external_id
            and coalesce(a.external_source, ${externalSource}) = o.external_source)
          -- A restored database has lost the attempts since its backup.
          or (f.processing <> 'acknowledged' and o.external_source = ${externalSource}
            and o.external_id = ${prefix} || f.number))
        and not exists (
          select from send_attempts a where a.fr_id = f.id and (a.outcome is null or a.outcome = 'unknown'))
        and not exists (
          select from fulfillment_requests r where r.source_id = ${sourceId} and r.bigcommerce_order_id = o.id)),
    news as (
      select * from late where not exists (
        select from fr_events e where e.fr_id = late.id and e.event = ${SECOND_ORDER} and e.by = 'store'
          and e.detail = late.detail))
    select id, number, order_id as "orderId" from news order by order_id`.execute(trx);
  for (const { id, orderId } of rows) await tellSecondOrder(trx, id, { orderId, at, by: 'store' });
  return rows;
}
