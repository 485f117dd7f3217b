import type { FieldTrace } from '../mapping/run.ts';
import { evaluateExpressions, runTemplate } from '../mapping/run.ts';
import type { Refusal } from '../mapping/refusal.ts';
import type { FulfillmentSettings } from '../source/fulfillment.ts';
import { checkAddresses } from './address-checks.ts';
import { failed, orPassed, passed } from './checks.ts';
import type { Check } from './checks.ts';
import type { CountryBook } from './country-book.ts';
import type { FrDocument } from './document.ts';
import { checkLines } from './line-checks.ts';
import { addressBody, orderAddress, stateCodeOf } from './order-address.ts';
import type { OrderAddress } from './order-address.ts';
import { TAX_PAIRS, isOrderStatus, orderLanguage } from './order-language.ts';
import type { CompiledOrderTemplate } from './order-language.ts';
import { orderProduct, priceFailures } from './order-products.ts';
import { makeOrderRecord } from './order-record.ts';
import type { OrderRecord } from './order-record.ts';
import type { FoundLine, ResolvedLine } from './resolved-line.ts';

/** Whose order it becomes; `to_be_created` stands in previews for a customer that sending makes first. */
export type OrderCustomer = { kind: 'guest' | 'missing' | 'to_be_created' } | { kind: 'id'; id: number };

export interface BuildOrderInput {
  document: FrDocument;
  template: CompiledOrderTemplate;
  settings: FulfillmentSettings;
  countries: CountryBook;
  lines: readonly ResolvedLine[];
  customer: OrderCustomer;
  /** The prefix of the settings and the number of the request. */
  externalOrderId: string;
}

export interface BuiltOrder {
  /**
   * Null when no order can be made of it: a line without a certain variant, a mapping that failed, no customer. A body can
   * be there beside checks that failed, for previews: only one whose checks are all ok may be posted.
   */
  body: Record<string, unknown> | null;
  /** In the order of looking; the first that failed is the reason to show. */
  checks: Check[];
  stateCodes: StateCodes;
}

/** The two-letter codes of the states, which only form fields take; null where the store's list has none. */
export interface StateCodes {
  billing: string | null;
  shipping: string | null;
}

/** The body of `POST /v2/orders` for a fulfillment request, and every check before it is sent. Never throws for bad data. */
export async function buildOrder(input: BuildOrderInput): Promise<BuiltOrder> {
  const { document, template, settings, countries, lines } = input;
  const record = makeOrderRecord({ document, countries, note: settings.note });
  const { mapped, refused } = await mapOrder(template, record);
  const { checks: lineChecks, found } = checkLines(lines);
  const addressOf = (part: OrderAddress['part']) => orderAddress({ part, mapped, template, countries });
  const [billing, shipping] = [addressOf('billing_address'), addressOf('shipping_address')];
  const mappingFailures = [...refused.values(), ...priceFailures(found, settings.prices)];
  const checks = [
    ...lineChecks,
    ...orPassed(mappingFailures, 'mapping', 'every field could be mapped'),
    ...checkAddresses({ billing, shipping, template, record, refused: new Set(refused.keys()) }),
    checkCustomer(input.customer),
    checkNumber(input.externalOrderId, settings.externalOrderIdMaxLength),
  ];
  const isPossible = mappingFailures.length === 0 && found.length === lines.length && input.customer.kind !== 'missing';
  const body = isPossible ? bodyOf(input, { mapped, billing, shipping, found }) : null;
  return { body, checks, stateCodes: { billing: stateCodeOf(billing), shipping: stateCodeOf(shipping) } };
}

/** Each step of each mapped field, for previews of the template. The traces hold what the document holds. */
export async function traceOrder(
  input: Pick<BuildOrderInput, 'document' | 'template' | 'settings' | 'countries'>,
): Promise<FieldTrace[]> {
  const { document, template, settings, countries } = input;
  const record = makeOrderRecord({ document, countries, note: settings.note });
  const traces: FieldTrace[] = [];
  runTemplate(template, record, {}, await evaluateExpressions(template, record), traces);
  return traces;
}

interface MappedOrder {
  mapped: Record<string, unknown>;
  /** By field. */
  refused: Map<string, Check>;
}

async function mapOrder(template: CompiledOrderTemplate, record: OrderRecord): Promise<MappedOrder> {
  const mapped: Record<string, unknown> = {};
  const traces: FieldTrace[] = [];
  // With traces it goes on after the first refusal: all of them are told at once.
  runTemplate(template, record, mapped, await evaluateExpressions(template, record), traces);
  const refused = new Map<string, Check>();
  for (const { field, refusal } of traces) {
    if (refusal) refused.set(field, failed('mapping_failed', `${field} ${safeReason(field, refusal)}`));
  }
  if (!refused.has('status_id') && !isOrderStatus(mapped['status_id'])) {
    refused.set('status_id', failed('mapping_failed', 'status_id is no status of BigCommerce from 1 to 14'));
  }
  return { mapped, refused };
}

/** Why a field was refused, without the value that the reason would quote. */
function safeReason(field: string, { code, reason }: Pick<Refusal, 'code' | 'reason'>): string {
  if (code === 'expression_failed') return 'has an expression that failed';
  if (code === 'text_unstorable' || code === 'status_missing') return reason;
  const kind = orderLanguage.targets.get(field)?.kind;
  if (kind === 'money') return 'is not an amount from 0';
  return kind === 'quantity' ? 'is not a whole number' : 'is not a text';
}

function checkCustomer({ kind }: OrderCustomer): Check {
  switch (kind) {
    case 'missing':
      return failed('customer_not_found', 'the store has no customer with the e-mail address of the billing address');
    case 'guest':
      return passed('customer', 'the order is sent as a guest’s');
    case 'id':
      return passed('customer', 'the customer exists in the store');
    case 'to_be_created':
      return passed('customer', 'the customer is made before the order is sent');
  }
}

function checkNumber(externalOrderId: string, longest: number): Check {
  const { length } = [...externalOrderId];
  if (length <= longest) return passed('number', 'the number fits');
  return failed('number_too_long', `the number with its prefix has ${length} characters; ${longest} are allowed`);
}

interface BodyParts {
  mapped: Readonly<Record<string, unknown>>;
  billing: OrderAddress;
  shipping: OrderAddress;
  found: readonly FoundLine[];
}

function bodyOf(input: BuildOrderInput, { mapped, billing, shipping, found }: BodyParts): Record<string, unknown> {
  const { settings, customer, externalOrderId } = input;
  return {
    ...customerField(customer),
    ...ownFields(mapped),
    billing_address: addressBody(billing),
    shipping_addresses: [addressBody(shipping)],
    products: found.map((each) => orderProduct(each, settings.prices)),
    external_order_id: externalOrderId,
    external_source: settings.externalSource,
    ...(settings.channelId === undefined ? {} : { channel_id: settings.channelId }),
  };
}

/** Null is no customer that BigCommerce takes: a preview that is posted by mistake must not become a guest's order. */
function customerField(customer: OrderCustomer): Record<string, unknown> {
  if (customer.kind === 'id') return { customer_id: customer.id };
  return { customer_id: customer.kind === 'guest' ? 0 : null };
}

/** What the order itself says: all mapped fields but those of addresses, tax pairs complete. Amounts stay decimal text. */
function ownFields(mapped: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = Object.fromEntries(
    Object.entries(mapped).filter(([name, value]) => !name.includes('.') && value !== null),
  );
  for (const pair of TAX_PAIRS) {
    const value = fields[`${pair}_ex_tax`] ?? fields[`${pair}_inc_tax`];
    if (value === undefined) continue;
    fields[`${pair}_ex_tax`] = value;
    fields[`${pair}_inc_tax`] ??= value;
  }
  return fields;
}
