import type { StoreClient } from './client.ts';
import { StoreError, unlessNotFound } from './failures.ts';
import { listV3Rows } from './pages.ts';
import { readFields, readId, readText } from './read.ts';

export interface Brand {
  id: number;
  name: string;
}

const BRANDS = 'v3/catalog/brands';

/**
 * All brands of the store (at most 30,000), each once. Rows without id or name are left out: their products have no brand
 * then. Throws StoreError; a store that does not serve the list, or serves it in a form that nobody understands, answers
 * as no store of BigCommerce does.
 */
export async function listBrands(client: StoreClient, signal?: AbortSignal): Promise<Brand[]> {
  const rows = await unlessNotFound(listV3Rows(client, BRANDS, {}, { signal }));
  if (rows === null) throw unknownBrands('does not serve', 404);
  const brands = new Map<number, Brand>();
  for (const brand of rows.map(readBrand)) if (brand) brands.set(brand.id, brand);
  if (rows.length > 0 && brands.size === 0) throw unknownBrands('answers without one brand that can be read to');
  return [...brands.values()];
}

function readBrand(row: unknown): Brand | null {
  const fields = readFields(row);
  const id = readId(fields['id']);
  const name = readText(fields['name']);
  return id === undefined || name === null ? null : { id, name };
}

/** Going on without brands would take those away that items have. */
function unknownBrands(what: string, status?: number): StoreError {
  const message = `BigCommerce ${what} GET ${BRANDS}${status ? ` (${status})` : ''}, so the brands are unknown`;
  return new StoreError('unexpected_answer', message, { method: 'GET', path: BRANDS, status });
}
