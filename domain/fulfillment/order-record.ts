import type { FulfillmentSettings } from '../source/fulfillment.ts';
import { findState } from './country-book.ts';
import type { Country, CountryBook, State } from './country-book.ts';
import type { Address, FrDocument, Line } from './document.ts';
import { completeName } from './names.ts';

/** What the store's list of countries says of an address. */
export interface ResolvedPlace {
  country: Country | undefined;
  state: State | undefined;
  /** Name and code are both known, and mean two countries. */
  countriesDiffer: boolean;
  statesDiffer: boolean;
}

export interface ResolvedPlaces {
  billing: ResolvedPlace;
  shipping: ResolvedPlace;
}

/** An address as templates see it: completed by what its other parts say, and by the store's own names and codes. */
export interface AddressValues extends Address {
  /** The store's name of the state, or what was written. */
  stateName: string | null;
  /** The store's name of the country, or what was written. */
  countryName: string | null;
}

/** The document as templates see it. */
export interface OrderValues {
  number: string;
  source: string;
  note: string | null;
  /** The note where the settings send it to the staff notes, else null; `customerMessage` is its counterpart. */
  staffNotes: string | null;
  customerMessage: string | null;
  billingAddress: AddressValues;
  shippingAddress: AddressValues;
  /** `label` is what to call the method: its name, or else carrier and method, or else the code. */
  shippingMethod: FrDocument['shippingMethod'] & { label: string | null };
  lines: Line[];
  estimatedShippingCost: string | null;
  estimatedDropshipFee: string | null;
  totalCost: string | null;
  totalWeightLbs: string | null;
  generatedAt: string | null;
}

/** What the paths of an order template read from. */
export interface OrderRecord {
  readonly document: FrDocument;
  readonly places: ResolvedPlaces;
  /** The shipping address is empty and the billing address stands in for it. */
  readonly shipsToBilling: boolean;
  readonly values: OrderValues;
}

export interface OrderRecordInput {
  document: FrDocument;
  countries: CountryBook;
  /** Where the note goes. */
  note: FulfillmentSettings['note'];
}

/** The record of a fulfillment request for its source's template; a new one each time, for expressions may write on it. */
export function makeOrderRecord({ document, countries, note }: OrderRecordInput): OrderRecord {
  const shipsToBilling = isEmpty(document.shippingAddress);
  const shippingAddress = shipsToBilling ? document.billingAddress : document.shippingAddress;
  const places = {
    billing: resolvePlace(document.billingAddress, countries),
    shipping: resolvePlace(shippingAddress, countries),
  };
  const values: OrderValues = {
    number: document.number,
    source: document.source,
    note: document.note,
    staffNotes: note === 'staffNotes' ? document.note : null,
    customerMessage: note === 'customerMessage' ? document.note : null,
    billingAddress: completeAddress(document.billingAddress, places.billing),
    shippingAddress: completeAddress(shippingAddress, places.shipping),
    shippingMethod: { ...document.shippingMethod, label: labelOf(document.shippingMethod) },
    lines: document.lines.map((line) => ({ ...line })),
    estimatedShippingCost: document.estimatedShippingCost,
    estimatedDropshipFee: document.estimatedDropshipFee,
    totalCost: document.totalCost,
    totalWeightLbs: document.totalWeightLbs,
    generatedAt: document.generatedAt,
  };
  return { document, places, shipsToBilling, values };
}

function isEmpty(address: Address): boolean {
  return Object.values(address).every((part) => part === null || part.trim() === '');
}

/** The code counts before the name: it is the one that BigCommerce goes by. */
function resolvePlace(address: Address, countries: CountryBook): ResolvedPlace {
  const byCode = address.countryCode === null ? undefined : countries.find(address.countryCode);
  const byName = address.country === null ? undefined : countries.find(address.country);
  const country = byCode ?? byName;
  const stateByCode = address.stateCode === null ? undefined : findState(country, address.stateCode);
  const stateByName = address.state === null ? undefined : findState(country, address.state);
  return {
    country,
    state: stateByCode ?? stateByName,
    countriesDiffer: byCode !== undefined && byName !== undefined && byCode.iso2 !== byName.iso2,
    statesDiffer: stateByCode !== undefined && stateByName !== undefined && stateByCode.name !== stateByName.name,
  };
}

function completeAddress(address: Address, { country, state }: ResolvedPlace): AddressValues {
  return {
    ...address,
    ...completeName(address),
    stateCode: state?.code ?? address.stateCode,
    stateName: state?.name ?? address.state ?? address.stateCode,
    countryCode: country?.iso2 ?? address.countryCode,
    countryName: country?.name ?? address.country,
  };
}

function labelOf({ carrier, method, name, code }: FrDocument['shippingMethod']): string | null {
  if (name !== null) return name;
  // "UPS" and "UPS Ground" need not become "UPS UPS Ground".
  const namesCarrier = method !== null && carrier !== null && method.toLowerCase().startsWith(carrier.toLowerCase());
  if (carrier !== null && method !== null && !namesCarrier) return `${carrier} ${method}`;
  return method ?? carrier ?? code;
}
