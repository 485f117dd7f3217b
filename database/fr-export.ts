import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/**
 * Everything that is stored of a request, and of the order that it is a part of, as it is stored: for the person whom it
 * is about. Undefined when there is no such request.
 */
export async function exportRequest(db: Executor, frId: number): Promise<Record<string, unknown> | undefined> {
  const { rows } = await sql<{ document: Record<string, unknown> }>`
    select jsonb_build_object(
      'request', to_jsonb(f) - 'source_id' || jsonb_build_object('source', s.name),
      'order', (select to_jsonb(o) from orders o where o.id = f.order_id),
      'lines', ${rowsOf('fr_lines', 'position')},
      'timeline', ${rowsOf('fr_events', 'id')},
      'sendAttempts', ${rowsOf('send_attempts', 'id')},
      'orderProducts', ${rowsOf('order_products', 'order_product_id')},
      'failedCancellations', ${rowsOf('failed_cancellations', 'fr_id')},
      'unreadOrders', ${rowsOf('unread_orders', 'fr_id')},
      'shipments', ${rowsOf('shipments', 'id')},
      'shipmentChanges', (select coalesce(jsonb_agg(to_jsonb(c) order by c.cursor), '[]') from shipment_changes c
        join shipments h on h.id = c.shipment_id where h.fr_id = f.id)) as document
    from fulfillment_requests f join sources s on s.id = f.source_id where f.id = ${frId}`.execute(db);
  return rows[0]?.document;
}

function rowsOf(table: string, order: string) {
  return sql`(select coalesce(jsonb_agg(to_jsonb(t) - 'fr_id' order by t.${sql.ref(order)}), '[]')
    from ${sql.table(table)} t where t.fr_id = f.id)`;
}
