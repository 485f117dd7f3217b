import type { z } from 'zod';
import type { Answer } from '../http/answers.ts';
import type { Call, Handler } from '../http/call.ts';
import { shippedQuantity, type StoredOrder } from '../orders/order.ts';
import { deleteShipment, ship, updateShipment } from '../orders/shipments.ts';
import { settleStatus } from '../orders/update-order.ts';
import { writeShipment } from '../orders/write-parts.ts';
import { ControlError, type ControlCall, type ControlEndpoints } from './endpoint.ts';
import { fieldsSchema, orderPatchSchema, shipSchema } from './schemas.ts';

const MANY = 20_000;

/** Control of orders, as the merchant's staff would work on them, and the ledgers of what clients did. */
export function ordersControl(endpoints: ControlEndpoints): void {
  endpoints.get('/orders', ({ store }) => ({ orders: store.orders.all() }));
  endpoints.get('/orders/:id', (call) => orderOf(call));
  endpoints.write('POST', '/orders/:id/ship', shipSchema, (call) => {
    const order = orderOf(call);
    const { items = itemsLeft(order), ...rest } = call.body;
    const made = ship(order, { order_address_id: order.addresses[0]?.id, ...rest, items }, call.store);
    if ('answer' in made) throw refusal(made.answer);
    return writeShipment(made.order, made.shipment);
  });
  endpoints.write('PATCH', '/orders/:id/shipments/:shipmentId', fieldsSchema, (call) => asClient(call, updateShipment));
  endpoints.delete('/orders/:id/shipments/:shipmentId', (call) => asClient(call, deleteShipment));
  endpoints.write('PATCH', '/orders/:id', orderPatchSchema, (call) => patch(orderOf(call), call));
  endpoints.write('PATCH', '/orders', orderPatchSchema, (call) => {
    const orders = call.store.orders.all();
    for (const order of orders) patch(order, call);
    return { patched: orders.length };
  });
  endpoints.get('/ledger/requests', ({ store, query }) => store.ledger.requests(Number(query['limit'] ?? MANY)));
  endpoints.get('/ledger/orders', ({ store }) => ({ orders: store.ledger.orders }));
  endpoints.delete('/ledger', ({ store }) => store.ledger.clear());
}

function patch(found: StoredOrder, { body, store }: ControlCall<z.infer<typeof orderPatchSchema>>): StoredOrder {
  const order = structuredClone(found);
  const before = order.fields.status_id;
  order.fields.status_id = body.status_id ?? before;
  settleStatus(order, before, store);
  order.isDeleted = body.isDeleted ?? order.isDeleted;
  order.createdAt = body.createdAt === undefined ? order.createdAt : Date.parse(body.createdAt);
  order.modifiedAt = body.modifiedAt === undefined ? store.now() : Date.parse(body.modifiedAt);
  store.saveOrder(order);
  return order;
}

function orderOf(call: ControlCall<unknown>): StoredOrder {
  const order = call.store.orders.get(Number(call.params['id']));
  if (order === undefined) throw new ControlError(404, `There is no order ${call.params['id']}.`);
  return order;
}

function itemsLeft(order: StoredOrder): { order_product_id: number; quantity: number }[] {
  return order.lines
    .map((line) => ({ order_product_id: line.id, quantity: line.quantity - shippedQuantity(order, line.id) }))
    .filter((item) => item.quantity > 0);
}

/** Does what the API would do for a client, without a token and outside the ledger. */
function asClient(call: ControlCall<unknown>, handler: Handler): unknown {
  const { id: orderId = '', shipmentId = '' } = call.params;
  const request: Call = {
    ...{ store: call.store, params: { orderId, shipmentId }, query: {}, body: call.body },
    ...{ clientId: 'control', requestId: 0 },
  };
  const answer = handler(request);
  if (answer.status >= 400) throw refusal(answer);
  return answer.body === undefined ? undefined : (JSON.parse(answer.body.toString()) as unknown);
}

function refusal(answer: Answer): ControlError {
  return new ControlError(answer.status, answer.body?.toString() ?? '');
}
