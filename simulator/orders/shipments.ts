import { toRfc2822 } from '../dates.ts';
import { json, noContent, v2Error, type Answer } from '../http/answers.ts';
import { idParam, isRecord, type Call } from '../http/call.ts';
import { v2List } from '../http/paging.ts';
import type { Store } from '../store.ts';
import { invalidField } from './address.ts';
import { shippedQuantity, type Shipment, type StoredOrder } from './order.ts';
import { PARTIALLY_SHIPPED, SHIPPED } from './statuses.ts';
import { findOrder, isRefusal, settleStatus } from './update-order.ts';
import { writeShipment } from './write-parts.ts';

const TEXTS = [
  'tracking_number',
  'shipping_method',
  'comments',
  'shipping_provider',
  'tracking_carrier',
  'tracking_link',
] as const;
const LONGEST: Readonly<Record<string, number>> = { tracking_number: 50, comments: 65_535 };
const PROVIDER = /^(|auspost|canadapost|endicia|usps|fedex|ups|upsready|upsonline|shipperhq|royalmail|carrier_\d+)$/;

/** GET /v2/orders/{id}/shipments: 204 when there is none. */
export function listShipments(call: Call): Answer {
  const order = findOrder(call);
  if (isRefusal(order)) return order;
  return v2List(call.query, order.shipments, (shipment) => writeShipment(order, shipment));
}

/** GET /v2/orders/{id}/shipments/count. */
export function countShipments(call: Call): Answer {
  const order = findOrder(call);
  return isRefusal(order) ? order : json({ count: order.shipments.length });
}

/** GET /v2/orders/{id}/shipments/{id}. */
export function getShipment(call: Call): Answer {
  const order = findOrder(call);
  if (isRefusal(order)) return order;
  const shipment = order.shipments.find((candidate) => candidate.id === idParam(call, 'shipmentId'));
  return shipment === undefined ? notFound() : json(writeShipment(order, shipment));
}

/** POST /v2/orders/{id}/shipments. */
export function createShipment(call: Call): Answer {
  const found = findOrder(call);
  if (isRefusal(found)) return found;
  const made = ship(found, call.body, call.store);
  return 'answer' in made ? made.answer : json(writeShipment(made.order, made.shipment), 201);
}

/** Ships lines of an order and moves its status; also what the control interface calls. */
export function ship(
  found: StoredOrder,
  body: unknown,
  store: Store,
): { answer: Answer } | { order: StoredOrder; shipment: Shipment } {
  const order = structuredClone(found);
  if (!isRecord(body)) return { answer: v2Error(400, 'The request body is not a JSON object.') };
  const refused = refuseTexts(body) ?? refuseAddress(body, order);
  if (refused !== undefined) return { answer: refused };
  const items = readItems(body['items'], order);
  if ('status' in items) return { answer: items };
  const shipment: Shipment = {
    ...{ id: store.nextPartId(), order_id: order.id, customer_id: order.fields.customer_id },
    ...{ order_address_id: Number(body['order_address_id']), date_created: toRfc2822(store.now()) },
    ...{ merchant_shipping_cost: Number(body['merchant_shipping_cost'] ?? 0).toFixed(4) },
    ...{ tracking_number: '', shipping_method: 'None', comments: '', shipping_provider: '' },
    ...{ tracking_carrier: '', tracking_link: '', ...pickTexts(body), items },
  };
  order.shipments.push(shipment);
  const before = order.fields.status_id;
  order.fields.status_id = isShipped(order) ? SHIPPED : PARTIALLY_SHIPPED;
  settleStatus(order, before, store);
  save(order, store);
  return { order, shipment };
}

/** PUT /v2/orders/{id}/shipments/{id}. Shipments have no date_modified: a change shows only to who reads again. */
export function updateShipment(call: Call): Answer {
  const found = findOrder(call);
  if (isRefusal(found)) return found;
  const order = structuredClone(found);
  const shipment = order.shipments.find((candidate) => candidate.id === idParam(call, 'shipmentId'));
  if (shipment === undefined) return notFound();
  if (!isRecord(call.body)) return v2Error(400, 'The request body is not a JSON object.');
  const refused = refuseTexts(call.body);
  if (refused !== undefined) return refused;
  if (call.body['items'] !== undefined) {
    const others = { ...order, shipments: order.shipments.filter((candidate) => candidate !== shipment) };
    const items = readItems(call.body['items'], others);
    if ('status' in items) return items;
    shipment.items = items;
  }
  Object.assign(shipment, pickTexts(call.body));
  save(order, call.store);
  return json(writeShipment(order, shipment));
}

/** DELETE /v2/orders/{id}/shipments/{id}. The order stays Shipped, as on a live store. */
export function deleteShipment(call: Call): Answer {
  const found = findOrder(call);
  if (isRefusal(found)) return found;
  const id = idParam(call, 'shipmentId');
  if (!found.shipments.some((shipment) => shipment.id === id)) return notFound();
  save({ ...found, shipments: found.shipments.filter((shipment) => shipment.id !== id) }, call.store);
  return noContent();
}

/** DELETE /v2/orders/{id}/shipments: all of them. */
export function deleteShipments(call: Call): Answer {
  const found = findOrder(call);
  if (isRefusal(found)) return found;
  save({ ...found, shipments: [] }, call.store);
  return noContent();
}

function notFound(): Answer {
  return v2Error(404, 'The requested resource was not found.');
}

function save(order: StoredOrder, store: Store): void {
  store.saveOrder(store.settings.shipmentTouchesOrder ? { ...order, modifiedAt: store.now() } : order);
}

function isShipped(order: StoredOrder): boolean {
  return order.lines.every((line) => line.type === 'digital' || shippedQuantity(order, line.id) >= line.quantity);
}

function pickTexts(body: Record<string, unknown>): Partial<Shipment> {
  return Object.fromEntries(TEXTS.filter((name) => body[name] !== undefined).map((name) => [name, String(body[name])]));
}

function refuseTexts(body: Record<string, unknown>): Answer | undefined {
  for (const name of TEXTS) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.length > (LONGEST[name] ?? 1000)) return invalidField(name);
  }
  const provider = body['shipping_provider'];
  return provider !== undefined && !PROVIDER.test(String(provider)) ? invalidField('shipping_provider') : undefined;
}

function refuseAddress(body: Record<string, unknown>, order: StoredOrder): Answer | undefined {
  if (body['order_address_id'] === undefined)
    return v2Error(400, "The required field 'order_address_id' was not supplied.");
  const isKnown = order.addresses.some((address) => address.id === body['order_address_id']);
  return isKnown ? undefined : invalidField('order_address_id');
}

function readItems(raw: unknown, order: StoredOrder): Shipment['items'] | Answer {
  if (!Array.isArray(raw) || raw.length === 0) return v2Error(400, "The required field 'items' was not supplied.");
  const items: Shipment['items'] = [];
  for (const entry of raw) {
    const line = isRecord(entry)
      ? order.lines.find((candidate) => candidate.id === entry['order_product_id'])
      : undefined;
    if (!isRecord(entry) || line === undefined) return invalidField('items.order_product_id');
    const quantity = Number(entry['quantity']);
    const already = items
      .filter((item) => item.order_product_id === line.id)
      .reduce((sum, item) => sum + item.quantity, 0);
    const left = line.quantity - shippedQuantity(order, line.id) - already;
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > left)
      return invalidField('items.quantity', `${left} left to ship.`);
    // The live API answers product_id 0 here more often than not: readers have to join on order_product_id.
    items.push({ order_product_id: line.id, product_id: 0, quantity });
  }
  return items;
}
