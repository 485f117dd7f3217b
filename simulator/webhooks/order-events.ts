import type { Shipment, StoredOrder } from '../orders/order.ts';
import type { StoreEvent } from './catalogue-events.ts';

/** What a changed order is told as: that it was made or changed, its status, its archiving, and its shipments. */
export function orderEvents(order: StoredOrder, before: StoredOrder | undefined): StoreEvent[] {
  const data = { type: 'order', id: order.id };
  if (before === undefined) return [{ scope: 'store/order/created', data }];
  const events: StoreEvent[] = [{ scope: 'store/order/updated', data }];
  const [previous, next] = [before.fields.status_id, order.fields.status_id];
  if (previous !== next) {
    const status = { previous_status_id: previous, new_status_id: next };
    events.push({ scope: 'store/order/statusUpdated', data: { ...data, status } });
  }
  if (order.isDeleted && !before.isDeleted) events.push({ scope: 'store/order/archived', data });
  return [...events, ...shipmentEvents(order, before)];
}

function shipmentEvents(order: StoredOrder, before: StoredOrder): StoreEvent[] {
  const known = new Map(before.shipments.map((shipment) => [shipment.id, shipment]));
  const present = new Set(order.shipments.map(({ id }) => id));
  const told = (what: string, id: number): StoreEvent => ({
    ...{ scope: `store/shipment/${what}`, data: { type: 'shipment', id, orderId: order.id } },
  });
  return [
    ...order.shipments.filter(({ id }) => !known.has(id)).map(({ id }) => told('created', id)),
    ...order.shipments
      .filter((shipment) => isChanged(known.get(shipment.id), shipment))
      .map(({ id }) => told('updated', id)),
    ...before.shipments.filter(({ id }) => !present.has(id)).map(({ id }) => told('deleted', id)),
  ];
}

function isChanged(before: Shipment | undefined, shipment: Shipment): boolean {
  return before !== undefined && JSON.stringify(before) !== JSON.stringify(shipment);
}
