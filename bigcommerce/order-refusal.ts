import type { FailureCode } from '../domain/failures.ts';
import { errorText } from './failures.ts';
import { readFields, readId, readList, readNumber, readText } from './read.ts';

/** Why BigCommerce made no order; all of them are domain/failures.ts's. */
export type RefusalCode = Extract<
  FailureCode,
  | 'out_of_stock'
  | 'quantity_rule'
  | 'option_required'
  | 'address_rejected'
  | 'customer_not_found'
  | 'credential_refused'
  | 'scope_missing'
  | 'order_rejected'
>;

/** What BigCommerce says of one product of a refused order. */
export interface OrderProblem {
  /** OutOfStock, ExceedsMaxQuantity, InsufficientQuantity, MandatoryProductOptions, InvalidProductOption... */
  type: string;
  productId: number | null;
  sku: string | null;
  /** A sentence of ours; holds ids, SKUs and figures of the store only. */
  message: string;
}

export interface Refusal {
  code: RefusalCode;
  /** Holds nothing of addresses. */
  message: string;
  /** BigCommerce's own words; they may quote an address. */
  said: string | undefined;
  problems: OrderProblem[];
}

/** Reads a refusal of `POST v2/orders` (bodies: facts, "Order error bodies"; V3's form of errors is understood too). */
export function readRefusal(status: number, answer: string): Refusal {
  const body = parse(answer);
  const first = readFields(Array.isArray(body) ? body[0] : body);
  const details = readFields(first['details']);
  const problems = readList(details['errors']).map(readProblem);
  const reason = readText(details['invalid_reason']);
  const sentence = errorText(answer);
  const said = [sentence, reason === null ? '' : `(${reason})`].filter(Boolean).join(' ') || undefined;
  const fields = fieldsNamed(first, sentence ?? '');
  const code = codeOf(status, { problems, fields, sentence: sentence ?? '' });
  return { code, message: messageOf(status, fields, problems), said, problems };
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer) as unknown;
  } catch {
    return undefined;
  }
}

const QUANTITY_RULES = new Set(['ExceedsMaxQuantity', 'InsufficientQuantity']);

interface Said {
  problems: readonly OrderProblem[];
  fields: readonly string[];
  sentence: string;
}

function codeOf(status: number, { problems, fields, sentence }: Said): RefusalCode {
  if (status === 401) return 'credential_refused';
  if (status === 403) return 'scope_missing';
  if (status === 409) {
    const areRules = problems.length > 0 && problems.every(({ type }) => QUANTITY_RULES.has(type));
    return areRules ? 'quantity_rule' : 'out_of_stock';
  }
  if (status !== 400 && status !== 422) return 'order_rejected';
  if (problems.some(({ type }) => type.includes('ProductOption')) || /\boptions\b.*\binvalid\b/i.test(sentence)) {
    return 'option_required';
  }
  if (fields.includes('customer_id')) return 'customer_not_found';
  return fields.some(isOfAddress) ? 'address_rejected' : 'order_rejected';
}

const ADDRESS_ROOT = /^(billing_address|shipping_address(es)?)\b/;
const ADDRESS_PARTS = new Set(
  'first_name last_name company street_1 street_2 city state zip country country_iso2 phone email'.split(' '),
);

/** Fields of an address stand alone as well: "The field 'country' is invalid." */
function isOfAddress(field: string): boolean {
  return ADDRESS_ROOT.test(field) || ADDRESS_PARTS.has(field);
}

/** The fields of the order that the answer names; only words that look like fields, never values. */
function fieldsNamed(first: Record<string, unknown>, sentence: string): string[] {
  const quoted = [...sentence.matchAll(/\bfield '([a-z][a-z0-9_.[\]]{0,80})'/gi)].map((match) => match[1]!);
  const bare = [...sentence.matchAll(/\b(?:billing_address|shipping_address(?:es)?)(?:[.[\]0-9]+[a-z_0-9]+)*/g)];
  const keys = Object.keys(readFields(first['errors'])).filter((key) => /^[a-z][a-z0-9_.[\]]{0,80}$/i.test(key));
  return [...new Set([...quoted, ...bare.map(([match]) => match), ...keys])];
}

function messageOf(status: number, fields: readonly string[], problems: readonly OrderProblem[]): string {
  const start = `BigCommerce refused the order (${status})`;
  if (problems.length > 0) return `${start}: ${problems.map(({ message }) => message).join('; ')}`;
  if (fields.length > 0) return `${start} because of ${fields.map((field) => `'${field}'`).join(', ')}`;
  if (status === 401) return `BigCommerce refused the access token (401 on POST v2/orders)`;
  if (status === 403) return `BigCommerce forbade POST v2/orders (403)`;
  return start;
}

function readProblem(raw: unknown): OrderProblem {
  const type = readText(readFields(raw)['type']) ?? 'Unknown';
  const product = readFields(readFields(raw)['product']);
  // Products with options have their stock below `sku`, which is an object then.
  const variant = readFields(product['sku']);
  const sku = readText(variant['sku']) ?? readText(product['sku']);
  const productId = readId(product['id']) ?? null;
  const subject = `product ${productId ?? 'unknown'}${sku ? ` (SKU ${JSON.stringify(sku)})` : ''}`;
  const level = readNumber(variant['inventory_level']) ?? readNumber(product['inventory_level']);
  return { type, productId, sku, message: `${subject} ${wordsOf(type, product, level)}` };
}

function wordsOf(type: string, product: Record<string, unknown>, level: number | null): string {
  const limit = (field: string) => readNumber(product[field]) ?? 'a number that BigCommerce does not tell';
  switch (type) {
    case 'OutOfStock':
      return level === null ? 'is out of stock' : `is out of stock: ${level} left`;
    case 'ExceedsMaxQuantity':
      return `may be ordered at most ${limit('maximum_quantity')} at a time`;
    case 'InsufficientQuantity':
      return `must be ordered at least ${limit('minimum_quantity')} at a time`;
    case 'MandatoryProductOptions':
      return `demands ${optionNames(product['required_product_options'])}`;
    case 'InvalidProductOption':
      return `does not have an option that was given`;
    case 'InvalidProductOptionValue':
      return `does not take the value that was given for an option`;
    default:
      return `is refused: ${type.slice(0, 80)}`;
  }
}

function optionNames(raw: unknown): string {
  const names = readList(raw).map((option) => {
    const { display_name: name, id } = readFields(option);
    return `the option ${JSON.stringify(readText(name) ?? '')} (${readId(id) ?? 'no id'})`;
  });
  return names.join(' and ') || 'options';
}
