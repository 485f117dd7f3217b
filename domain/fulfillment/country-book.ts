import { countryCode } from './country.ts';

export interface State {
  name: string;
  code: string;
}

export interface Country {
  name: string;
  iso2: string;
  iso3?: string | undefined;
  /** Null where the store lists none. */
  states: State[] | null;
}

/** The store's own list of countries: what its orders may say. Letter case and outer blanks do not matter. */
export interface CountryBook {
  find: (nameOrCode: string) => Country | undefined;
}

/**
 * A book of these countries. Accents do not matter either, unless two names differ by nothing else. What none of them is
 * called is looked for by the code that we know for it: UK as GB.
 */
export function countryBook(countries: readonly Country[]): CountryBook {
  const found = new Map<string, Country>();
  const note = (key: string, country: Country) => {
    if (key !== '' && !found.has(key)) found.set(key, country);
  };
  for (const country of countries) note(keyOf(country.iso2), country);
  for (const country of countries) note(keyOf(country.name), country);
  for (const country of countries) {
    note(keyOf(country.iso3 ?? ''), country);
    note(withoutAccents(keyOf(country.name)), country);
  }
  const findAsWritten = (key: string) => found.get(key) ?? found.get(withoutAccents(key));
  return { find: (nameOrCode) => findAsWritten(keyOf(nameOrCode)) ?? found.get(keyOf(countryCode(nameOrCode) ?? '')) };
}

/** The state of a country by its name or its code; undefined where the store lists none such. */
export function findState(country: Country | undefined, nameOrCode: string): State | undefined {
  const states = country?.states ?? [];
  const key = keyOf(nameOrCode);
  const plain = withoutAccents(key);
  return (
    states.find(({ name }) => keyOf(name) === key) ??
    states.find(({ code }) => keyOf(code) === key) ??
    states.find(({ name }) => withoutAccents(keyOf(name)) === plain)
  );
}

/** Whether orders to this country must name one of its states. */
export function hasStates(country: Country | undefined): boolean {
  return (country?.states ?? []).length > 0;
}

function keyOf(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
}

function withoutAccents(key: string): string {
  return key.normalize('NFD').replace(/\p{M}/gu, '');
}
