import { decimalText } from '../mapping/decimal.ts';
import { evaluateExpressions, runTemplate } from '../mapping/run.ts';
import type { FieldTrace } from '../mapping/run.ts';
import { instantOf } from './instant.ts';
import { shipmentLanguage } from './shipment-language.ts';
import type { CompiledShipmentTemplate } from './shipment-language.ts';
import { makeShipmentRecord } from './shipment-record.ts';
import type { ShipmentRow } from './shipment-record.ts';
import type { FetchedItem, FetchedShipment, ShipmentFields } from './shipment.ts';

/**
 * Maps a shipment from its raw values. Never rejects and never refuses the whole of it: a field that cannot be mapped is
 * null and told in `problems`, and a tracking number stays as the store has it. Safe to repeat.
 */
export async function mapShipment(template: CompiledShipmentTemplate, row: ShipmentRow): Promise<FetchedShipment> {
  const { results, traces } = await run(template, row);
  const problems = traces.flatMap(({ field, refusal }) => (refusal ? [`${field} ${refusal.reason}`] : []));
  const fields: ShipmentFields = { ...EMPTY, attributes: {} };
  const known = fields as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(results)) {
    if (shipmentLanguage.targets.has(name)) known[name] = value;
    else fields.attributes[name] = value;
  }
  const isRefused = traces.some(({ field, refusal }) => field === 'trackingNumber' && refusal !== null);
  if (isRefused) fields.trackingNumber = rawText(row['tracking_number']);
  if (fields.shippedAt !== null) {
    const instant = instantOf(fields.shippedAt.trim());
    if (instant === null) problems.push(`shippedAt is no instant: ${fields.shippedAt.slice(0, 60)}`);
    fields.shippedAt = instant;
  }
  const items = row['items'] ?? [];
  if (!Array.isArray(items)) problems.push('items is no list');
  return { id: row.id, fields, problems, items: Array.isArray(items) ? items.map(readItem) : [] };
}

/** Each step of each field of a shipment, for previews of the template. */
export async function traceShipment(template: CompiledShipmentTemplate, row: ShipmentRow): Promise<FieldTrace[]> {
  return (await run(template, row)).traces;
}

async function run(template: CompiledShipmentTemplate, row: ShipmentRow) {
  const record = makeShipmentRecord(row);
  const results: Record<string, unknown> = {};
  // With traces it goes on after a refusal: the other fields keep their values.
  const traces: FieldTrace[] = [];
  runTemplate(template, record, results, await evaluateExpressions(template, record), traces);
  return { results, traces };
}

const EMPTY: Omit<ShipmentFields, 'attributes'> = {
  trackingNumber: null,
  trackingLink: null,
  trackingCarrier: null,
  shippingProvider: null,
  shippingMethod: null,
  shippedAt: null,
  comments: null,
  cost: null,
};

/** What Postgres can hold of it; null where nothing is left. */
function rawText(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = Buffer.from(String(value).replaceAll('\0', ''), 'utf8').toString('utf8').trim();
  return text === '' ? null : text;
}

function readItem(raw: unknown): FetchedItem {
  const item = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  return {
    orderProductId: wholeNumber(item['order_product_id'], 1, Number.MAX_SAFE_INTEGER),
    productId: wholeNumber(item['product_id'], 1, Number.MAX_SAFE_INTEGER),
    quantity: wholeNumber(item['quantity'], 0, LARGEST_QUANTITY),
  };
}

/** Postgres `integer`, and BigCommerce's own limit. */
const LARGEST_QUANTITY = 2_147_483_647;

function wholeNumber(value: unknown, from: number, to: number): number | null {
  const number = Number(decimalText(value) ?? Number.NaN);
  return Number.isSafeInteger(number) && number >= from && number <= to ? number : null;
}
