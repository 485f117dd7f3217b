import { z } from 'zod';
import type { StoreClient } from './client.ts';
import { StoreError, unlessNotFound } from './failures.ts';
import { eachV3Row } from './pages.ts';

const brandSchema = z.looseObject({ id: z.number().int(), name: z.string() });

export interface Brand {
  id: number;
  name: string;
}

const BRANDS = 'v3/catalog/brands';

/**
 * All brands of the store (at most 30,000). Rows without id or name are left out: their products have no brand then.
 * Throws StoreError; a store that does not serve the list answers as no store of BigCommerce does.
 */
export async function listBrands(client: StoreClient, signal?: AbortSignal): Promise<Brand[]> {
  return (await unlessNotFound(collect(client, signal))) ?? fail();
}

/** Going on without brands would take those away that items have. */
function fail(): never {
  const message = `BigCommerce does not serve GET ${BRANDS} (404), so the brands are unknown`;
  throw new StoreError('unexpected_answer', message, { method: 'GET', path: BRANDS, status: 404 });
}

async function collect(client: StoreClient, signal?: AbortSignal): Promise<Brand[]> {
  const brands: Brand[] = [];
  for await (const row of eachV3Row(client, BRANDS, { include_fields: 'name' }, { signal })) {
    const parsed = brandSchema.safeParse(row);
    if (parsed.success) brands.push({ id: parsed.data.id, name: parsed.data.name });
  }
  return brands;
}
