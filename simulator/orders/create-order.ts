import { json, v2Error, type Answer } from '../http/answers.ts';
import { isRecord, type Call } from '../http/call.ts';
import type { Store } from '../store.ts';
import { invalidField, readAddress } from './address.ts';
import { readLines, type NewLine } from './lines.ts';
import { ledgerEntry, type Address, type OrderLine, type ShippingAddress, type StoredOrder } from './order.ts';
import { defaultFields, readFields } from './read-fields.ts';
import { INCOMPLETE } from './statuses.ts';
import { checkStock, takeStock } from './stock.ts';
import { writeOrder } from './write-order.ts';

/**
 * POST /v2/orders. There is no idempotency key and `external_order_id` is not unique: sent twice, it makes two orders,
 * as on a live store. A 400 or 409 makes none.
 */
export function createOrder(call: Call): Answer {
  const { store, body } = call;
  if (!isRecord(body)) return v2Error(400, 'The request body is not a JSON object.');
  const read = readFields(body, store);
  if ('status' in read) return read;
  const parts = readParts(body, store);
  if ('status' in parts) return parts;
  const conflict = checkStock(parts.lines, store);
  if (conflict !== undefined) return conflict;
  const now = store.now();
  const id = store.orders.nextId();
  const fields = { ...defaultFields(), ...read.fields };
  const order: StoredOrder = {
    ...{ id, createdAt: read.createdAt ?? now, modifiedAt: now, shippedAt: null, isDeleted: false },
    ...{ fields, overrides: read.overrides, billing: parts.billing, shipments: [] },
    addresses: parts.shipping.map((address) => ({ ...address, id: store.nextPartId(), order_id: id })),
    lines: parts.lines.map((line) => numberLine(line, store)),
    currency: store.information.currency,
    createdByRequest: call.requestId,
    visibleAt: now + store.settings.ordersVisibleAfterMs,
  };
  if (store.settings.stockBehavior === 'order_placed' && fields.status_id !== INCOMPLETE) takeStock(order.lines, store);
  store.saveOrder(order);
  store.ledger.orders.push(ledgerEntry(order));
  return json(writeOrder(order, store), 201);
}

/** Gives a line and its options their ids. */
export function numberLine(line: NewLine, store: Store): OrderLine {
  const options = line.options.map((option) => ({ ...option, id: store.nextPartId() }));
  return { ...line, options, id: store.nextPartId() };
}

/** Reads one shipping address with its method. */
export function readShippingAddress(raw: unknown): Omit<ShippingAddress, 'id' | 'order_id'> | Answer {
  const address = readAddress(raw, 'shipping_addresses', false);
  if ('status' in address) return address;
  const method = isRecord(raw) ? raw['shipping_method'] : undefined;
  return { ...address, shipping_method: typeof method === 'string' && method !== '' ? method : 'None' };
}

interface Parts {
  readonly billing: Address;
  readonly shipping: Omit<ShippingAddress, 'id' | 'order_id'>[];
  readonly lines: NewLine[];
}

function readParts(body: Record<string, unknown>, store: Store): Parts | Answer {
  for (const field of ['products', 'billing_address']) {
    if (body[field] === undefined) return v2Error(400, `The required field '${field}' was not supplied.`);
  }
  // Consignments are for pickup only, which the simulator does not have.
  if (body['consignments'] !== undefined) return invalidField('consignments', 'This store has no pickup.');
  const billing = readAddress(body['billing_address'], 'billing_address', false);
  if ('status' in billing) return billing;
  const raw = body['shipping_addresses'] ?? [];
  if (!Array.isArray(raw)) return invalidField('shipping_addresses');
  const shipping: Omit<ShippingAddress, 'id' | 'order_id'>[] = [];
  for (const entry of raw) {
    const address = readShippingAddress(entry);
    if ('status' in address) return address;
    shipping.push(address);
  }
  const lines = readLines(body['products'], store);
  if ('status' in lines) return lines;
  // Without a shipping address the order goes to the billing address.
  return { billing, shipping: shipping.length > 0 ? shipping : [{ ...billing, shipping_method: 'None' }], lines };
}
