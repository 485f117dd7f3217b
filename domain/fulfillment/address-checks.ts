import { failed, passed } from './checks.ts';
import type { Check, CheckFailure } from './checks.ts';
import { findState, hasStates } from './country-book.ts';
import type { OrderAddress } from './order-address.ts';
import { originOf } from './order-language.ts';
import type { CompiledOrderTemplate } from './order-language.ts';
import type { OrderRecord } from './order-record.ts';

interface AddressCheckInput {
  billing: OrderAddress;
  shipping: OrderAddress;
  template: CompiledOrderTemplate;
  record: OrderRecord;
  /** Fields whose mapping failed: told elsewhere already. */
  refused: ReadonlySet<string>;
}

type Problems = Map<CheckFailure, string[]>;

const REQUIRED = ['first_name', 'last_name', 'street_1', 'city', 'zip', 'country'];
/** Who pays must be reachable; BigCommerce's own reference lists both for billing alone. */
const REQUIRED_OF_BILLING = [...REQUIRED, 'email', 'phone'];
/** As BigCommerce demands of `zip`. */
const SHORTEST_ZIP = 2;
const EMAIL = /^[^@\s]+@[^@\s]+$/;

/** One check or more for each address. What is missing is named by its path in the document, so that it can be mended there. */
export function checkAddresses(input: AddressCheckInput): Check[] {
  const billing = problemsOf(input.billing, input);
  const shipping = problemsOf(input.shipping, input);
  const own = new Map([...shipping].map(([code, parts]) => [code, without(parts, billing.get(code) ?? [])] as const));
  const isSame = input.record.shipsToBilling;
  const shippingOk = isSame ? 'is empty: the billing address stands in for it' : 'is complete';
  return [
    ...checksOf(billing, passed('billing_address', 'the billing address is complete')),
    ...checksOf(own, passed('shipping_address', `the shipping address ${shippingOk}`)),
  ];
}

function without(parts: readonly string[], told: readonly string[]): string[] {
  return parts.filter((part) => !told.includes(part));
}

const STARTS = { address_incomplete: 'missing: ', country_unknown: '', state_unknown: '' } as const;

function checksOf(problems: ReadonlyMap<CheckFailure, string[]>, ok: Check): Check[] {
  const checks = [...problems]
    .filter(([, parts]) => parts.length > 0)
    .map(([code, parts]) => failed(code, `${STARTS[code as keyof typeof STARTS]}${parts.join(', ')}`));
  return checks.length > 0 ? checks : [ok];
}

function problemsOf(address: OrderAddress, input: AddressCheckInput): Problems {
  const { part, country } = address;
  const problems: Problems = new Map([['address_incomplete', missingParts(address, input)]]);
  const isGiven = ['country', 'country_iso2'].some((field) => address.fields.has(field));
  const name = (field: string) => nameOf(`${part}.${field}`, input);
  const place = part === 'billing_address' ? input.record.places.billing : input.record.places.shipping;
  const isDefault = (field: string) => originOf(input.template, `${part}.${field}`)?.isDefault ?? false;
  if (isGiven && country === undefined) {
    problems.set('country_unknown', [`${name('country')} is no country of the store's list`]);
  } else if (place.countriesDiffer && isDefault('country') && isDefault('country_iso2')) {
    problems.set('country_unknown', [`${name('country')}: the two name different countries`]);
  }
  const state = address.fields.get('state');
  if (state !== undefined && hasStates(country) && findState(country, state) === undefined) {
    problems.set('state_unknown', [`${name('state')} is none of the states that the store lists for the country`]);
  } else if (place.statesDiffer && isDefault('state')) {
    problems.set('state_unknown', [`${name('state')}: the two name different states`]);
  }
  return problems;
}

function missingParts(address: OrderAddress, input: AddressCheckInput): string[] {
  const { part, fields, country } = address;
  const name = (field: string) => nameOf(`${part}.${field}`, input);
  const required = part === 'billing_address' ? REQUIRED_OF_BILLING : REQUIRED;
  const wanted = hasStates(country) ? [...required, 'state'] : required;
  const isRefused = (field: string) => input.refused.has(`${part}.${field}`);
  const isMissing = (field: string) =>
    field === 'country' ? !fields.has('country') && !fields.has('country_iso2') : !fields.has(field);
  const missing = wanted.filter((field) => isMissing(field) && !isRefused(field)).map(name);
  const zip = fields.get('zip')?.trim();
  if (zip !== undefined && zip.length < SHORTEST_ZIP)
    missing.push(`${name('zip')} (at least ${SHORTEST_ZIP} characters)`);
  const email = fields.get('email')?.trim();
  if (email !== undefined && !EMAIL.test(email)) missing.push(`${name('email')} (is no e-mail address)`);
  return missing;
}

/** Paths that only templates know, and what stands for them in a document. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  stateName: ['state', 'stateCode'],
  stateCode: ['state', 'stateCode'],
  countryName: ['country', 'countryCode'],
  countryCode: ['country', 'countryCode'],
};

/** What a person has to fill in: the path in the document, or the field of the order where the template alone decides. */
function nameOf(field: string, { template, record }: AddressCheckInput): string {
  const origin = originOf(template, field);
  if (origin === null) return `${field} (left empty by the mapping)`;
  if (origin.path === null) return `${field} (set by the mapping)`;
  const [root, part, ...deeper] = origin.path.split('.');
  if (part === undefined || deeper.length > 0 || !/Address$/.test(root!)) return origin.path;
  const isElsewhere = root === 'shippingAddress' && record.shipsToBilling && !isBlank(record.document.billingAddress);
  const written = Object.hasOwn(WRITTEN_AS, part) ? WRITTEN_AS[part]! : [part];
  return written.map((each) => `${isElsewhere ? 'billingAddress' : root}.${each}`).join(' or ');
}

function isBlank(address: object): boolean {
  return Object.values(address).every((part) => part === null);
}
