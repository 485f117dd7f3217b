import { toRfc2822 } from '../dates.ts';
import type { Store } from '../store.ts';
import { shippedQuantity, type OrderLine, type StoredOrder } from './order.ts';
import { statusName } from './statuses.ts';

/** Money as V2 writes it. */
export function money(value: number): string {
  return value.toFixed(4);
}

interface Amount {
  readonly exTax: number;
  readonly incTax: number;
}

/** The sums of an order: what the client overrode stays as it was given, the rest follows from the lines. */
export function totalsOf(
  order: StoredOrder,
): Record<'subtotal' | 'shipping' | 'handling' | 'wrapping' | 'total', Amount> {
  const given = (name: string): Amount => order.overrides[name] ?? { exTax: 0, incTax: 0 };
  const subtotal = order.overrides['subtotal'] ?? {
    exTax: order.lines.reduce((sum, line) => sum + line.priceExTax * line.quantity, 0),
    incTax: order.lines.reduce((sum, line) => sum + line.priceIncTax * line.quantity, 0),
  };
  const [shipping, handling, wrapping] = [given('shipping_cost'), given('handling_cost'), given('wrapping_cost')];
  const discount = Number(order.fields.discount_amount) || 0;
  const add = (part: keyof Amount): number =>
    subtotal[part] + shipping[part] + handling[part] + wrapping[part] - discount;
  const total = order.overrides['total'] ?? { exTax: add('exTax'), incTax: add('incTax') };
  return { subtotal, shipping, handling, wrapping, total };
}

/** An order as `GET /v2/orders/{id}` writes it. */
export function writeOrder(order: StoredOrder, store: Store): Record<string, unknown> {
  const { fields, billing } = order;
  return {
    id: order.id,
    ...{ customer_id: fields.customer_id, date_created: toRfc2822(order.createdAt) },
    date_modified: toRfc2822(order.modifiedAt),
    date_shipped: order.shippedAt === null ? '' : toRfc2822(order.shippedAt),
    ...{
      status_id: fields.status_id,
      status: statusName(fields.status_id),
      custom_status: statusName(fields.status_id),
    },
    ...writeTotals(order),
    ...writeCounts(order),
    ...FIXED,
    ...currencyOf(order),
    ...{
      payment_method: fields.payment_method,
      ip_address: fields.ip_address,
      discount_amount: fields.discount_amount,
    },
    ...{ staff_notes: fields.staff_notes, customer_message: fields.customer_message },
    ...{ channel_id: fields.channel_id, external_source: fields.external_source },
    ...{ external_merchant_id: fields.external_merchant_id, external_order_id: fields.external_order_id },
    ...{ billing_address: billing, shipping_address_count: order.addresses.length, is_deleted: order.isDeleted },
    ...links(order.id, store),
  };
}

const FIXED = {
  is_tax_inclusive_pricing: false,
  payment_provider_id: '',
  payment_status: '',
  refunded_amount: '0.0000',
  order_is_digital: false,
  store_credit_amount: '0.0000',
  gift_certificate_amount: '0.0000',
  ip_address_v6: '',
  geoip_country: '',
  geoip_country_iso2: '',
  coupon_discount: '0.0000',
  ebay_order_id: '0',
  cart_id: '',
  is_email_opt_in: false,
  credit_card_type: null,
  // Orders made by API always say `external`; the field cannot be chosen.
  order_source: 'external',
  external_id: null,
  tax_provider_id: 'BasicTaxProvider',
  store_default_currency_code: '',
  store_default_to_transactional_exchange_rate: '1.0000000000',
  customer_locale: 'en',
};

function currencyOf(order: StoredOrder): Record<string, unknown> {
  const { currency } = order;
  const codes = { currency_code: currency, default_currency_code: currency };
  return { currency_id: 1, default_currency_id: 1, ...codes, currency_exchange_rate: '1.0000000000' };
}

function writeTotals(order: StoredOrder): Record<string, unknown> {
  const { subtotal, shipping, handling, wrapping, total } = totalsOf(order);
  return {
    ...amounts('subtotal', subtotal),
    ...{
      base_shipping_cost: money(shipping.exTax),
      ...amounts('shipping_cost', shipping),
      shipping_cost_tax_class_id: 0,
    },
    ...{
      base_handling_cost: money(handling.exTax),
      ...amounts('handling_cost', handling),
      handling_cost_tax_class_id: 0,
    },
    ...{
      base_wrapping_cost: money(wrapping.exTax),
      ...amounts('wrapping_cost', wrapping),
      wrapping_cost_tax_class_id: 0,
    },
    ...amounts('total', total),
  };
}

function amounts(name: string, amount: Amount): Record<string, string> {
  return {
    [`${name}_ex_tax`]: money(amount.exTax),
    [`${name}_inc_tax`]: money(amount.incTax),
    [`${name}_tax`]: money(amount.incTax - amount.exTax),
  };
}

/** How many items an order has and how many of them are in shipments. */
export function writeCounts(order: StoredOrder): { items_total: number; items_shipped: number } {
  const items = (count: (line: OrderLine) => number): number => order.lines.reduce((sum, line) => sum + count(line), 0);
  return {
    items_total: items((line) => line.quantity),
    items_shipped: items((line) => shippedQuantity(order, line.id)),
  };
}

function links(id: number, store: Store): Record<string, unknown> {
  const link = (path: string): Record<string, string> => ({
    url: `https://api.bigcommerce.com/stores/${store.hash}/v2/orders/${id}/${path}`,
    resource: `/orders/${id}/${path}`,
  });
  return {
    products: link('products'),
    // The live API spells this link without the underscore of the endpoint (orders.v2.oas2.yml, examples).
    shipping_addresses: link('shippingaddresses'),
    coupons: link('coupons'),
    consignments: link('consignments'),
    fees: link('fees'),
  };
}
