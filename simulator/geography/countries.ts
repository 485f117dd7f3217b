import { COUNTRY_NAMES } from './country-names.ts';
import { STATE_NAMES } from './state-names.ts';

export interface Country {
  readonly id: number;
  readonly iso2: string;
  readonly iso3: string;
  readonly name: string;
  readonly states: readonly State[];
}

export interface State {
  readonly id: number;
  readonly name: string;
  readonly abbreviation: string;
  readonly countryId: number;
}

/** All countries with their states, in the order of their ids. */
export const COUNTRIES: readonly Country[] = buildCountries();

/** Finds a country by its two-letter code or its full name, as orders do. */
export function findCountry(nameOrCode: unknown): Country | undefined {
  const wanted = String(nameOrCode).trim().toLowerCase();
  return COUNTRIES.find((country) => country.iso2.toLowerCase() === wanted || country.name.toLowerCase() === wanted);
}

function buildCountries(): Country[] {
  let stateId = 0;
  return entries(COUNTRY_NAMES).map((entry, position) => {
    const [iso2 = '', iso3 = '', ...words] = entry.split(' ');
    const id = position + 1;
    const states = entries(STATE_NAMES[iso2] ?? '').map((state) => {
      stateId += 1;
      const [abbreviation = '', ...name] = state.split(' ');
      return { id: stateId, name: name.join(' '), abbreviation, countryId: id };
    });
    return { id, iso2, iso3, name: words.join(' '), states };
  });
}

function entries(text: string): string[] {
  return text.split(/[|\n]/).filter((entry) => entry !== '');
}
