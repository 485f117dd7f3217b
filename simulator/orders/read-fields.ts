import { parseDate } from '../dates.ts';
import { v2Error, type Answer } from '../http/answers.ts';
import type { Store } from '../store.ts';
import { invalidField } from './address.ts';
import { PENDING, statusName } from './statuses.ts';
import type { OrderFields, Overrides } from './order.ts';

const TEXTS = ['payment_method', 'staff_notes', 'customer_message', 'external_order_id', 'ip_address'] as const;
const NULLABLE_TEXTS = ['external_source', 'external_merchant_id'] as const;
const PAIRS = ['subtotal', 'shipping_cost', 'handling_cost', 'wrapping_cost', 'total'] as const;
const LONGEST_NOTE = 65_535;

const READ_ONLY = new Set([
  ...['id', 'date_modified', 'date_shipped', 'status', 'custom_status', 'currency_id', 'currency_code', 'is_deleted'],
  ...['currency_exchange_rate', 'default_currency_id', 'external_id', 'payment_status', 'subtotal_tax', 'total_tax'],
  ...['shipping_cost_tax', 'handling_cost_tax', 'wrapping_cost_tax', 'shipping_address_count', 'coupons', 'cart_id'],
]);

/** Fields that the specification lists as writable and that have no effect here. */
const WITHOUT_EFFECT = [
  ...[
    'base_handling_cost',
    'base_shipping_cost',
    'base_wrapping_cost',
    'order_source',
    'ebay_order_id',
    'geoip_country',
  ],
  ...['geoip_country_iso2', 'ip_address_v6', 'items_shipped', 'items_total', 'order_is_digital', 'payment_provider_id'],
  ...[
    'refunded_amount',
    'tax_provider_id',
    'customer_locale',
    'default_currency_code',
    'fees',
    'is_tax_inclusive_pricing',
  ],
];
const KNOWN = new Set<string>([
  ...TEXTS,
  ...NULLABLE_TEXTS,
  ...PAIRS.flatMap((name) => [`${name}_ex_tax`, `${name}_inc_tax`]),
  ...['customer_id', 'status_id', 'channel_id', 'discount_amount', 'date_created'],
  ...['billing_address', 'shipping_addresses', 'products', 'consignments'],
  ...WITHOUT_EFFECT,
]);

/** What the body of a POST or PUT says about the order itself; what it leaves out is not there. */
export interface ReadFields {
  readonly fields: Partial<OrderFields>;
  readonly overrides: Overrides;
  readonly createdAt: number | undefined;
}

/** Reads the order's own fields, or answers V2's 400 for the first that is read-only, unknown or invalid. */
export function readFields(body: Record<string, unknown>, store: Store): ReadFields | Answer {
  const refused = refuseNames(body) ?? refuseTexts(body) ?? refuseNumbers(body, store);
  if (refused !== undefined) return refused;
  const overrides: Overrides = {};
  for (const name of PAIRS) {
    const [exTax, incTax] = [body[`${name}_ex_tax`], body[`${name}_inc_tax`]];
    if ((exTax === undefined) !== (incTax === undefined))
      return invalidField(`${name}_inc_tax`, 'Both amounts go together.');
    if (exTax === undefined) continue;
    const amount = { exTax: Number(exTax), incTax: Number(incTax) };
    if (Number.isNaN(amount.exTax + amount.incTax)) return invalidField(`${name}_ex_tax`);
    overrides[name] = amount;
  }
  const createdAt = body['date_created'] === undefined ? undefined : parseDate(String(body['date_created']));
  if (body['date_created'] !== undefined && createdAt === undefined) return invalidField('date_created');
  return { fields: pick(body), overrides, createdAt };
}

/** The fields of an order that nobody set. */
export function defaultFields(): OrderFields {
  return {
    ...{ customer_id: 0, status_id: PENDING, channel_id: 1, payment_method: '', staff_notes: '', customer_message: '' },
    ...{
      external_order_id: '',
      external_source: null,
      external_merchant_id: null,
      ip_address: '',
      discount_amount: '0.0000',
    },
  };
}

function pick(body: Record<string, unknown>): Partial<OrderFields> {
  const names = [...TEXTS, ...NULLABLE_TEXTS, 'customer_id', 'status_id', 'channel_id'];
  const fields = Object.fromEntries(names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));
  if (body['discount_amount'] !== undefined) fields['discount_amount'] = Number(body['discount_amount']).toFixed(4);
  return fields;
}

function refuseNames(body: Record<string, unknown>): Answer | undefined {
  for (const name of Object.keys(body)) {
    if (READ_ONLY.has(name)) {
      return v2Error(
        400,
        `The field '${name}' cannot be written to. Please remove it from your request before trying again.`,
      );
    }
    if (!KNOWN.has(name)) return v2Error(400, `The field '${name}' is not supported by this resource.`);
  }
  return undefined;
}

function refuseTexts(body: Record<string, unknown>): Answer | undefined {
  for (const name of TEXTS) {
    const value = body[name];
    if (value !== undefined && (typeof value !== 'string' || value.length > LONGEST_NOTE)) return invalidField(name);
  }
  for (const name of NULLABLE_TEXTS) {
    const value = body[name];
    if (value !== undefined && value !== null && typeof value !== 'string') return invalidField(name);
  }
  return undefined;
}

function refuseNumbers(body: Record<string, unknown>, store: Store): Answer | undefined {
  const { customer_id: customer, status_id: status, channel_id: channel, discount_amount: discount } = body;
  if (customer !== undefined && customer !== 0 && store.customers.get(Number(customer)) === undefined) {
    return invalidField('customer_id', `There is no customer ${String(customer)}.`);
  }
  if (status !== undefined && (typeof status !== 'number' || statusName(status) === ''))
    return invalidField('status_id');
  if (channel !== undefined && channel !== store.information.default_channel_id) return invalidField('channel_id');
  if (discount !== undefined && !(Number(discount) >= 0)) return invalidField('discount_amount');
  return undefined;
}
