import { mappingSetsSchema, templateSchema } from '../../../domain/mapping/template.ts';
import { mapShipment } from '../../../domain/shipments/map-shipment.ts';
import { reconcile } from '../../../domain/shipments/reconcile.ts';
import type { ReconcileInput, Reconciled } from '../../../domain/shipments/reconcile.ts';
import { compileShipmentTemplate } from '../../../domain/shipments/shipment-language.ts';
import type { CompiledShipmentTemplate } from '../../../domain/shipments/shipment-language.ts';
import type { FetchedItem, FetchedShipment, OrderLine, RequestLine } from '../../../domain/shipments/shipment.ts';

type Fields = Record<string, unknown>;

/** A shipment as `GET /v2/orders/{id}/shipments` answers (orders.v2, orderShipment). */
export function makeRow(fields: Fields = {}): Fields & { id: number } {
  return {
    ...{ id: 7, order_id: 120, customer_id: 5, order_address_id: 20, date_created: 'Mon, 11 Mar 2019 17:22:08 +0000' },
    ...{ tracking_number: '1Z999AA10123456784', tracking_carrier: '', tracking_link: '' },
    ...{ generated_tracking_link: 'https://www.aftership.com/track/ups/1Z', shipping_provider: 'ups' },
    ...{ shipping_provider_display_name: 'UPS', shipping_method: 'UPS® Ground', merchant_shipping_cost: '4.5000' },
    ...{ comments: '', items: [{ order_product_id: 1, product_id: 0, quantity: 2 }] },
    ...fields,
  };
}

export function compile(mapping: unknown = {}, sets: unknown = {}): CompiledShipmentTemplate {
  const result = compileShipmentTemplate(templateSchema.parse(mapping), mappingSetsSchema.parse(sets));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.template;
}

/** `path reason` of each problem of a template. */
export function problemsOf(mapping: unknown, sets: unknown = {}): string[] {
  const result = compileShipmentTemplate(templateSchema.parse(mapping), mappingSetsSchema.parse(sets));
  return result.ok ? [] : result.problems.map(({ path, reason }) => `${path.join('/')} ${reason}`);
}

export function map(row: Fields = {}, mapping: unknown = {}, sets: unknown = {}): Promise<FetchedShipment> {
  return mapShipment(compile(mapping, sets), makeRow(row));
}

export function makeLine(lineId: string, quantity: number, fields: Partial<RequestLine> = {}): RequestLine {
  return { lineId, sku: `SKU-${lineId}`, quantity, productId: null, variantId: null, orderProductId: null, ...fields };
}

export function makeProduct(orderProductId: number, sku: string, fields: Partial<OrderLine> = {}): OrderLine {
  return { orderProductId, productId: 0, variantId: null, sku, quantity: 1, ...fields };
}

export function makeItem(orderProductId: number | null, quantity: number | null, productId: number | null = null) {
  return { orderProductId, productId, quantity } satisfies FetchedItem;
}

const TRACKED = {
  ...{ trackingNumber: '1Z', trackingLink: null, trackingCarrier: 'UPS', shippingProvider: null, shippingMethod: null },
  ...{ shippedAt: '2026-03-11T17:22:08.000Z', comments: null, cost: null, attributes: {} },
};

/** A shipment of these items: `[order product, quantity]`. */
export function makeShipment(
  id: number,
  items: (FetchedItem | [number, number])[],
  fields: Partial<FetchedShipment['fields']> = {},
): FetchedShipment {
  const read = items.map((item) => (Array.isArray(item) ? makeItem(...item) : item));
  return { id, fields: { ...TRACKED, ...fields }, problems: [], items: read };
}

export function run(input: Partial<ReconcileInput>): Reconciled {
  return reconcile({
    ...{ lines: [], orderProducts: [], shipments: [], orderStatusId: 11, isDeleted: false, shippingBefore: 'open' },
    hadPackages: false,
    ...input,
  });
}

/** What was shipped of each line, as an object. */
export function shippedOf({ shippedByLine }: Reconciled): Record<string, number> {
  return Object.fromEntries(shippedByLine);
}
