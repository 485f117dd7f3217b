import { findState } from './country-book.ts';
import type { Country, CountryBook } from './country-book.ts';
import { originOf } from './order-language.ts';
import type { CompiledOrderTemplate } from './order-language.ts';

export type AddressPart = 'billing_address' | 'shipping_address';

/** An address of the order after mapping, with country and state in the store's own words. */
export interface OrderAddress {
  part: AddressPart;
  /** By field of the order without its address in front; only what has a value. */
  fields: ReadonlyMap<string, string>;
  /** Undefined where the store's list does not have what the fields say. */
  country: Country | undefined;
}

export interface OrderAddressInput {
  part: AddressPart;
  /** The mapped fields, by their whole names. */
  mapped: Readonly<Record<string, unknown>>;
  template: CompiledOrderTemplate;
  countries: CountryBook;
}

/**
 * The mapped fields of an address with its country spelled by the store's list, name and code alike; a state that the
 * template leaves to its default becomes the full name, one that it maps by itself stays as it is mapped.
 */
export function orderAddress({ part, mapped, template, countries }: OrderAddressInput): OrderAddress {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(mapped)) {
    if (!name.startsWith(`${part}.`) || typeof value !== 'string') continue;
    fields.set(name.slice(part.length + 1), value);
  }
  const isDefault = (field: string) => originOf(template, `${part}.${field}`)?.isDefault ?? true;
  const decisive = decisiveCountry(fields, isDefault);
  const country = decisive === undefined ? undefined : countries.find(decisive);
  if (country) fields.set('country', country.name).set('country_iso2', country.iso2);
  const state = fields.get('state');
  if (state !== undefined && isDefault('state')) fields.set('state', findState(country, state)?.name ?? state);
  return { part, fields, country };
}

/**
 * Which of the two fields tells the country: BigCommerce goes by the code, but one that the template sets beats one that
 * only its default filled in.
 */
function decisiveCountry(
  fields: ReadonlyMap<string, string>,
  isDefault: (field: string) => boolean,
): string | undefined {
  const both = ['country_iso2', 'country'];
  const set = both.filter((field) => !isDefault(field) && fields.has(field));
  return fields.get(set[0] ?? both.find((field) => fields.has(field)) ?? '');
}

/** The address as it is posted. A state is always there: BigCommerce refuses a null one (orders reference of 2013). */
export function addressBody({ fields }: OrderAddress): Record<string, string> {
  return { ...Object.fromEntries(fields), state: fields.get('state') ?? '' };
}

/** The code of the address's state in the store's list, or null. */
export function stateCodeOf({ fields, country }: OrderAddress): string | null {
  return findState(country, fields.get('state') ?? '')?.code ?? null;
}
