import { json, noContent, v2Error, type Answer } from '../http/answers.ts';
import { idParam, isRecord, type Call } from '../http/call.ts';
import { listOf } from '../http/fields.ts';
import type { Store } from '../store.ts';
import { invalidField, mergeAddress, readAddress } from './address.ts';
import { numberLine, readShippingAddress } from './create-order.ts';
import { readLines, refuseAmounts } from './lines.ts';
import { included } from './list-orders.ts';
import type { OrderLine, StoredOrder } from './order.ts';
import { readFields } from './read-fields.ts';
import { CANCELLED, COMPLETED, SHIPPED } from './statuses.ts';
import { checkStock, giveStockBack, moveStock, takeStock } from './stock.ts';
import { writeOrder } from './write-order.ts';

/** The order that a path names, or V2's 404. */
export function findOrder(call: Call): StoredOrder | Answer {
  return call.store.orders.get(idParam(call, 'orderId')) ?? v2Error(404, 'The requested resource was not found.');
}

/** Tells an order from an answer. */
export function isRefusal(value: StoredOrder | Answer): value is Answer {
  return 'status' in value;
}

/** GET /v2/orders/{id}. */
export function getOrder(call: Call): Answer {
  const order = findOrder(call);
  if (isRefusal(order)) return order;
  return json({ ...writeOrder(order, call.store), ...included(order, new Set(listOf(call.query['include']))) });
}

/** DELETE /v2/orders/{id}: archives, and changes nothing else. */
export function archiveOrder(call: Call): Answer {
  const order = findOrder(call);
  if (isRefusal(order)) return order;
  call.store.saveOrder({ ...order, isDeleted: true, modifiedAt: call.store.now() });
  return noContent();
}

/**
 * PUT /v2/orders/{id}. A line without an id is added, so that a repeated PUT adds it again; quantity 0 removes a line.
 */
export function updateOrder(call: Call): Answer {
  const { store, body } = call;
  const found = findOrder(call);
  if (isRefusal(found)) return found;
  if (!isRecord(body)) return v2Error(400, 'The request body is not a JSON object.');
  // Writable on POST only (bigcommerce/docs orders.v2.oas2.yml).
  if (body['external_merchant_id'] !== undefined) return invalidField('external_merchant_id');
  const read = readFields(body, store);
  if ('status' in read) return read;
  const order = structuredClone(found);
  const refused = updateAddresses(order, body, store) ?? updateLines(order, body['products'], store);
  if (refused !== undefined) return refused;
  Object.assign(order.fields, read.fields);
  Object.assign(order.overrides, read.overrides);
  order.createdAt = read.createdAt ?? order.createdAt;
  settleStatus(order, found.fields.status_id, store);
  order.modifiedAt = store.now();
  store.saveOrder(order);
  return json(writeOrder(order, store));
}

/** What a change of the status brings with it: the shipping date and, by the store's settings, stock. */
export function settleStatus(order: StoredOrder, before: number, store: Store): void {
  const { status_id: status } = order.fields;
  if (status === before) return;
  if ((status === SHIPPED || status === COMPLETED) && order.shippedAt === null) order.shippedAt = store.now();
  if (store.settings.stockBehavior === 'order_completed_or_shipped' && (status === SHIPPED || status === COMPLETED)) {
    takeStock(order.lines, store);
  }
  if (status === CANCELLED && store.settings.restockOnCancel) giveStockBack(order.lines, store);
}

function updateAddresses(order: StoredOrder, body: Record<string, unknown>, store: Store): Answer | undefined {
  if (body['billing_address'] !== undefined) {
    const billing = readAddress(mergeAddress(order.billing, body['billing_address']), 'billing_address', true);
    if ('status' in billing) return billing;
    order.billing = billing;
  }
  const raw = body['shipping_addresses'];
  if (raw === undefined) return undefined;
  const address = readShippingAddress(Array.isArray(raw) ? raw[0] : undefined);
  if ('status' in address) return address;
  order.addresses = [{ ...address, id: order.addresses[0]?.id ?? store.nextPartId(), order_id: order.id }];
  return undefined;
}

function updateLines(order: StoredOrder, raw: unknown, store: Store): Answer | undefined {
  if (raw === undefined) return undefined;
  const entries = Array.isArray(raw) ? raw.filter(isRecord) : [];
  const added = entries.filter((entry) => entry['id'] === undefined);
  const changed = entries.filter((entry) => entry['id'] !== undefined);
  for (const entry of changed) {
    const refused = changeLine(order, entry, store);
    if (refused !== undefined) return refused;
  }
  if (added.length === 0) return undefined;
  const lines = readLines(added, store);
  if ('status' in lines) return lines;
  const conflict = checkStock(lines, store);
  if (conflict !== undefined) return conflict;
  const numbered = lines.map((line) => numberLine(line, store));
  if (store.settings.stockBehavior === 'order_placed') takeStock(numbered, store);
  order.lines.push(...numbered);
  return undefined;
}

function changeLine(order: StoredOrder, entry: Record<string, unknown>, store: Store): Answer | undefined {
  const line = order.lines.find((candidate) => candidate.id === entry['id']);
  if (line === undefined) return invalidField('products.id');
  if (entry['quantity'] === 0) {
    giveStockBack([line], store);
    order.lines = order.lines.filter((candidate) => candidate !== line);
    return undefined;
  }
  const refused = refuseAmounts({ quantity: line.quantity, ...entry });
  if (refused !== undefined) return refused;
  return changeQuantity(line, entry, store);
}

function changeQuantity(line: OrderLine, entry: Record<string, unknown>, store: Store): Answer | undefined {
  const more = Number(entry['quantity'] ?? line.quantity) - line.quantity;
  if (more > 0 && line.hasTakenStock) {
    const conflict = checkStock([{ ...line, quantity: more }], store);
    if (conflict !== undefined) return conflict;
  }
  if (line.hasTakenStock && more !== 0) moveStock(line, -more, store);
  line.quantity += more;
  if (entry['price_ex_tax'] !== undefined) line.priceExTax = Number(entry['price_ex_tax']);
  if (entry['price_inc_tax'] !== undefined) line.priceIncTax = Number(entry['price_inc_tax']);
  return undefined;
}
