import { canonicalCode, codeOfName } from './country-names.ts';
import type { Address } from './document.ts';

/** The address that an order goes to: the shipping address or, where it is empty, the billing address. */
export function destination(order: { billingAddress: Address; shippingAddress: Address }): Address {
  const isEmpty = Object.values(order.shippingAddress).every((value) => value === null);
  return isEmpty ? order.billingAddress : order.shippingAddress;
}

/**
 * The ISO 3166-1 code of an address's country: the one that it gives, or that of its country by an English name. Null when
 * it has neither. `UK` counts as `GB`.
 */
export function countryCodeOf(address: Pick<Address, 'country' | 'countryCode'>): string | null {
  const given = address.countryCode ?? address.country;
  return given === null ? null : countryCode(given);
}

/** The code of a country by its code or an English name; null where there is none such. Two letters are always a code. */
export function countryCode(nameOrCode: string): string | null {
  const text = nameOrCode.trim();
  if (/^[a-z]{2}$/i.test(text)) return canonicalCode(text.toUpperCase());
  return codeOfName(text) ?? null;
}
