/** A row of `GET /v2/orders/{id}/shipments`; who reads it makes sure of the id, nothing else. */
export interface ShipmentRow {
  readonly id: number;
  readonly [field: string]: unknown;
}

/** What the paths of a shipments template read from. */
export interface ShipmentRecord {
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The fields of a shipment that templates see (orders.v2, orderShipment). The addresses are not among them: the order has
 * them, and what is stored of a shipment goes on to other systems.
 */
export const SHIPMENT_FIELDS = [
  'id',
  'order_id',
  'customer_id',
  'order_address_id',
  'date_created',
  'tracking_number',
  'tracking_link',
  'generated_tracking_link',
  'tracking_carrier',
  'shipping_provider',
  'shipping_provider_display_name',
  'shipping_method',
  'merchant_shipping_cost',
  'comments',
  'items',
] as const;

/**
 * The record of a shipment for its source's template; a new one each time, for expressions may write on it. Texts lose
 * their outer blanks (numbers are typed and pasted by hand), and the method "None" means that there is none.
 */
export function makeShipmentRecord(row: ShipmentRow): ShipmentRecord {
  const values: Record<string, unknown> = {};
  for (const field of SHIPMENT_FIELDS) values[field] = plain(row[field]);
  if (String(values['shipping_method']).toLowerCase() === 'none') values['shipping_method'] = null;
  // bigcommerce-facts.md 12: the store generates a link only where none was typed.
  values['link'] = firstText(values, ['tracking_link', 'generated_tracking_link']);
  values['carrier'] = firstText(values, [
    'tracking_carrier',
    'shipping_provider',
    'shipping_provider_display_name',
    'shipping_method',
  ]);
  return { values };
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'object' && value !== null ? structuredClone(value) : (value ?? null);
}

function firstText(values: Readonly<Record<string, unknown>>, fields: readonly string[]): string | null {
  const texts = fields.map((field) => values[field]);
  return texts.find((value): value is string => typeof value === 'string' && value !== '') ?? null;
}
