import type { StoreClient } from './client.ts';
import type { PageOptions } from './pages.ts';
import { readFields, readId, readText } from './read.ts';
import { listV2 } from './v2-pages.ts';

export interface StoreCountry {
  id: number;
  name: string;
  iso2: string;
  /** Null where the list does not say it. */
  iso3: string | null;
}

export interface StoreState {
  name: string;
  /** Its abbreviation; empty where it has none. */
  code: string;
}

/** What the store's list is asked by. */
export type CountryKey = { iso2: string } | { iso3: string } | { name: string };

const COUNTRIES = 'v2/countries';
const FILTERS = { iso2: 'country_iso2', iso3: 'country_iso3', name: 'country' };

/** The country of the store's list with this code or name (letter case and accents do not matter), or null. Throws StoreError. */
export async function findCountry(
  client: StoreClient,
  wanted: CountryKey,
  options: PageOptions = {},
): Promise<StoreCountry | null> {
  const [[field, text]] = Object.entries(wanted) as [[keyof typeof FILTERS, string]];
  const rows = await listV2(client, COUNTRIES, { [FILTERS[field]]: text }, options);
  // Compared here as well: a store that ignores the filter lists all of its countries.
  const countries = rows.flatMap((row) => readCountry(row) ?? []);
  return countries.find((country) => fold(country[field] ?? '') === fold(text)) ?? null;
}

/** The states that the store lists for a country; none where it has none (204). Throws StoreError. */
export async function listStates(
  client: StoreClient,
  countryId: number,
  options: PageOptions = {},
): Promise<StoreState[]> {
  const rows = await listV2(client, `${COUNTRIES}/${countryId}/states`, {}, options);
  return rows.flatMap((row) => {
    const fields = readFields(row);
    const name = readText(fields['state']);
    return name ? [{ name, code: readText(fields['state_abbreviation']) ?? '' }] : [];
  });
}

function readCountry(row: unknown): StoreCountry | undefined {
  const fields = readFields(row);
  const id = readId(fields['id']);
  const [name, iso2] = [readText(fields['country']), readText(fields['country_iso2'])];
  const iso3 = readText(fields['country_iso3']);
  return id !== undefined && name && iso2 ? { id, name, iso2, iso3 } : undefined;
}

function fold(text: string): string {
  return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
