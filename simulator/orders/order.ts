import type { OrderEntry } from '../http/ledger.ts';

/** An address as V2 writes it. */
export interface Address {
  first_name: string;
  last_name: string;
  company: string;
  street_1: string;
  street_2: string;
  city: string;
  state: string;
  zip: string;
  country: string;
  country_iso2: string;
  phone: string;
  email: string;
  form_fields: { name: string; value: unknown }[];
}

export interface ShippingAddress extends Address {
  id: number;
  order_id: number;
  shipping_method: string;
}

export interface OrderProductOption {
  id: number;
  option_id: number;
  product_option_id: number;
  display_name: string;
  display_value: string;
  value: string;
  type: string;
}

/** A line of an order. Its `id` is the order_product_id that shipments name. */
export interface OrderLine {
  id: number;
  productId: number;
  variantId: number;
  name: string;
  sku: string;
  upc: string;
  type: 'physical' | 'digital';
  priceExTax: number;
  priceIncTax: number;
  costPrice: number;
  weight: number;
  width: number;
  height: number;
  depth: number;
  brand: string;
  quantity: number;
  options: OrderProductOption[];
  /** Whether this line has taken stock that a cancellation may give back. */
  hasTakenStock: boolean;
}

export interface Shipment {
  id: number;
  order_id: number;
  customer_id: number;
  order_address_id: number;
  date_created: string;
  tracking_number: string;
  merchant_shipping_cost: string;
  shipping_method: string;
  comments: string;
  shipping_provider: string;
  tracking_carrier: string;
  tracking_link: string;
  items: { order_product_id: number; product_id: number; quantity: number }[];
}

/** The fields of an order that a client may set and that are shown as they were set. */
export interface OrderFields {
  customer_id: number;
  status_id: number;
  channel_id: number;
  payment_method: string;
  staff_notes: string;
  customer_message: string;
  external_order_id: string;
  external_source: string | null;
  external_merchant_id: string | null;
  ip_address: string;
  discount_amount: string;
  [other: string]: unknown;
}

/** Amounts that the client gave instead of letting the store compute them, by the name before `_ex_tax`. */
export type Overrides = Record<string, { exTax: number; incTax: number }>;

/** An order as the simulator keeps it: one document with everything that belongs to it. */
export interface StoredOrder {
  id: number;
  createdAt: number;
  modifiedAt: number;
  shippedAt: number | null;
  isDeleted: boolean;
  fields: OrderFields;
  overrides: Overrides;
  billing: Address;
  addresses: ShippingAddress[];
  lines: OrderLine[];
  shipments: Shipment[];
  /** The currency in which its amounts are. */
  currency: string;
  createdByRequest: number;
  /** From when on lists show it. */
  visibleAt: number;
}

/** How many of a line's items are in shipments. */
export function shippedQuantity(order: StoredOrder, lineId: number): number {
  let shipped = 0;
  for (const shipment of order.shipments) {
    for (const item of shipment.items) if (item.order_product_id === lineId) shipped += item.quantity;
  }
  return shipped;
}

/** What the ledger says about an order. */
export function ledgerEntry(order: StoredOrder): OrderEntry {
  return {
    orderId: order.id,
    externalOrderId: order.fields.external_order_id,
    externalSource: order.fields.external_source,
    requestId: order.createdByRequest,
    at: new Date(order.createdAt).toISOString(),
  };
}
