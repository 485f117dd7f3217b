import type { Address } from './document.ts';

/** The address that an order goes to: the shipping address or, where it is empty, the billing address. */
export function destination(order: { billingAddress: Address; shippingAddress: Address }): Address {
  const isEmpty = Object.values(order.shippingAddress).every((value) => value === null);
  return isEmpty ? order.billingAddress : order.shippingAddress;
}

/**
 * The ISO 3166-1 code of an address's country: the one that it gives, or the one of its country's English name (CLDR).
 * Null when it has neither. `UK` counts as `GB`.
 */
export function countryCodeOf(address: Pick<Address, 'country' | 'countryCode'>): string | null {
  const given = address.countryCode ?? address.country;
  if (given === null) return null;
  const text = given.trim();
  if (/^[a-z]{2}$/i.test(text)) return canonicalCode(text.toUpperCase());
  return codesByName().get(fold(text)) ?? null;
}

/** Codes that have gone out of use, and UK, lead to those that stand for the country now. */
export function canonicalCode(code: string): string {
  return new Intl.Locale(`und-${code}`).region ?? code;
}

function fold(name: string): string {
  return name.trim().toLowerCase();
}

const A_TO_Z = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Made at each call (under 2 ms), and only for addresses that give a name without a code. */
function codesByName(): Map<string, string> {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const codes = A_TO_Z.flatMap((first) => A_TO_Z.map((second) => first + second));
  const known = codes.flatMap((code): [string, string][] => {
    const name = canonicalCode(code) === code ? names.of(code) : undefined;
    return name === undefined ? [] : [[fold(name), code]];
  });
  return new Map(known);
}
