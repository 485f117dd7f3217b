import { CamelCasePlugin } from 'kysely';
import type { Database, Executor } from './connect.ts';

type Row = Record<string, unknown>;

/** Names of columns as names of keys; what a document of somebody else says inside a column stays as it is. */
const CAMEL_CASE = new CamelCasePlugin({ maintainNestedObjectKeys: true });

/**
 * Everything that is stored of a request, and of the order that it is a part of, as of one instant: for the person whom
 * it is about. Instants are `Date`s, money is text. Undefined when there is no such request.
 */
export function exportRequest(database: Database, frId: number): Promise<Row | undefined> {
  const readOnly = database.transaction().setAccessMode('read only').setIsolationLevel('repeatable read');
  return readOnly.execute(async (trx) => {
    const db = trx.withPlugin(CAMEL_CASE);
    const found = await db
      .selectFrom('fulfillment_requests as f')
      .innerJoin('sources as s', 's.id', 'f.source_id')
      .selectAll('f')
      .select('s.name as source')
      .where('f.id', '=', frId)
      .executeTakeFirst();
    if (!found) return undefined;
    const { sourceId: _, ...request } = found as Row;
    return {
      request,
      order: await orderOf(db, request['orderId'] as number | null),
      lines: await rowsOf(db, frId, 'fr_lines', 'position'),
      timeline: await rowsOf(db, frId, 'fr_events', 'id'),
      sendAttempts: await rowsOf(db, frId, 'send_attempts', 'id'),
      orderProducts: await rowsOf(db, frId, 'order_products', 'order_product_id'),
      failedCancellations: await rowsOf(db, frId, 'failed_cancellations', 'fr_id'),
      unreadOrders: await rowsOf(db, frId, 'unread_orders', 'fr_id'),
      shipments: await rowsOf(db, frId, 'shipments', 'id'),
      shipmentChanges: await changesOf(db, frId),
    };
  });
}

async function orderOf(db: Executor, orderId: number | null): Promise<Row | null> {
  if (orderId === null) return null;
  const order = await db.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirst();
  return order ?? null;
}

type OfRequests =
  | 'fr_lines'
  | 'fr_events'
  | 'send_attempts'
  | 'order_products'
  | 'failed_cancellations'
  | 'unread_orders'
  | 'shipments';

async function rowsOf(db: Executor, frId: number, table: OfRequests, order: string): Promise<Row[]> {
  const rows: Row[] = await db
    .selectFrom(table)
    .selectAll()
    .where('fr_id', '=', frId)
    .orderBy(db.dynamic.ref(order))
    .execute();
  return rows.map(({ frId: _, ...row }) => row);
}

function changesOf(db: Executor, frId: number): Promise<Row[]> {
  return db
    .selectFrom('shipment_changes as c')
    .innerJoin('shipments as h', 'h.id', 'c.shipment_id')
    .selectAll('c')
    .where('h.fr_id', '=', frId)
    .orderBy('c.cursor')
    .execute();
}
