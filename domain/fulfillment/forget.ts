import type { Address } from './document.ts';

/** What of an address says nothing about a person, and is wanted for figures. */
const KEPT: ReadonlySet<string> = new Set(['state', 'stateCode', 'country', 'countryCode']);

/** What a document tells of people: its addresses and the note, which anybody may have written anything into. */
interface Personal {
  billingAddress: Address;
  shippingAddress: Address;
  note: string | null;
}

/** A document without what it tells of people: lines, amounts, method, states and countries stay. */
export function withoutPerson<D extends Personal>(document: D): D {
  return {
    ...document,
    billingAddress: withoutPlace(document.billingAddress),
    shippingAddress: withoutPlace(document.shippingAddress),
    note: null,
  };
}

function withoutPlace(address: Address): Address {
  const blanked = Object.entries(address).map(([name, value]) => [name, KEPT.has(name) ? value : null]);
  return Object.fromEntries(blanked) as Address;
}
