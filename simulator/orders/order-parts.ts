import { json, noContent, v2Error, v3Error, type Answer } from '../http/answers.ts';
import { idParam, isRecord, type Call } from '../http/call.ts';
import { v2List, v3List } from '../http/paging.ts';
import { invalidField, mergeAddress, readAddress } from './address.ts';
import { ORDER_STATUSES, writeStatus } from './statuses.ts';
import { findOrder, isRefusal } from './update-order.ts';
import { writeLine, writeShippingAddress } from './write-parts.ts';

/** GET /v2/orders/{id}/products: fifty a page unless asked for more. */
export function listOrderProducts(call: Call): Answer {
  const order = findOrder(call);
  if (isRefusal(order)) return order;
  return v2List(call.query, order.lines, (line) => writeLine(order, line));
}

/** GET /v2/orders/{id}/products/{id}. */
export function getOrderProduct(call: Call): Answer {
  const order = findOrder(call);
  if (isRefusal(order)) return order;
  const line = order.lines.find((candidate) => candidate.id === idParam(call, 'lineId'));
  return line === undefined ? v2Error(404, 'The requested resource was not found.') : json(writeLine(order, line));
}

/** GET /v2/orders/{id}/shipping_addresses. */
export function listShippingAddresses(call: Call): Answer {
  const order = findOrder(call);
  if (isRefusal(order)) return order;
  return v2List(call.query, order.addresses, (address) => writeShippingAddress(order, address, call.store));
}

/** GET /v2/orders/{id}/shipping_addresses/{id}. */
export function getShippingAddress(call: Call): Answer {
  const order = findOrder(call);
  if (isRefusal(order)) return order;
  const address = order.addresses.find((candidate) => candidate.id === idParam(call, 'addressId'));
  if (address === undefined) return v2Error(404, 'The requested resource was not found.');
  return json(writeShippingAddress(order, address, call.store));
}

/** PUT /v2/orders/{id}/shipping_addresses/{id}: the only place that takes `form_fields` of a shipping address. */
export function updateShippingAddress(call: Call): Answer {
  const { store, body } = call;
  const found = findOrder(call);
  if (isRefusal(found)) return found;
  const order = structuredClone(found);
  const address = order.addresses.find((candidate) => candidate.id === idParam(call, 'addressId'));
  if (address === undefined) return v2Error(404, 'The requested resource was not found.');
  if (!isRecord(body)) return invalidField('shipping_addresses');
  const { id: _id, order_id: _orderId, ...present } = address;
  const read = readAddress(mergeAddress(present, body), 'shipping_addresses', true);
  if ('status' in read) return read;
  const method = body['shipping_method'];
  Object.assign(address, read, typeof method === 'string' ? { shipping_method: method } : {});
  store.saveOrder({ ...order, modifiedAt: store.now() });
  return json(writeShippingAddress(order, address, store));
}

/** GET /v2/order_statuses. */
export function listOrderStatuses(): Answer {
  return json(ORDER_STATUSES.map((row) => ({ ...writeStatus(row), order: row.order })));
}

/** GET /v2/order_statuses/{id}. */
export function getOrderStatus(call: Call): Answer {
  const row = ORDER_STATUSES.find((candidate) => candidate.id === idParam(call, 'statusId'));
  return row === undefined
    ? v2Error(404, 'The requested resource was not found.')
    : json({ ...writeStatus(row), order: row.order });
}

/** GET /v2/orders/{id}/{coupons|taxes|messages}: never any. */
export function listNothing(call: Call): Answer {
  const order = findOrder(call);
  return isRefusal(order) ? order : noContent();
}

/** GET /v3/orders/{id}/transactions: V2 orders take no payment, so there are none. */
export function listTransactions(call: Call): Answer {
  const order = findOrder(call);
  return isRefusal(order) ? v3Error(404, 'The requested resource was not found.') : v3List(call.query, []);
}
