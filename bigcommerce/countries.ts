import type { StoreClient } from './client.ts';
import type { PageOptions } from './pages.ts';
import { readFields, readId, readText } from './read.ts';
import { listV2 } from './v2-pages.ts';

export interface StoreCountry {
  id: number;
  name: string;
  iso2: string;
}

export interface StoreState {
  name: string;
  /** Its abbreviation; empty where it has none. */
  code: string;
}

const COUNTRIES = 'v2/countries';

/** The country of the store's list with this code or name (letter case and accents do not matter), or null. Throws StoreError. */
export async function findCountry(
  client: StoreClient,
  wanted: { iso2: string } | { name: string },
  options: PageOptions = {},
): Promise<StoreCountry | null> {
  const query = 'iso2' in wanted ? { country_iso2: wanted.iso2 } : { country: wanted.name };
  const countries = (await listV2(client, COUNTRIES, query, options)).flatMap((row) => readCountry(row) ?? []);
  // Compared here as well: a store that ignores the filter lists all of its countries.
  const isWanted = (country: StoreCountry) =>
    'iso2' in wanted ? fold(country.iso2) === fold(wanted.iso2) : fold(country.name) === fold(wanted.name);
  return countries.find(isWanted) ?? null;
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
  return id !== undefined && name && iso2 ? { id, name, iso2 } : undefined;
}

function fold(text: string): string {
  return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
