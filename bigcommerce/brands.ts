import { z } from 'zod';
import type { StoreClient } from './client.ts';
import { eachV3Row } from './pages.ts';

const brandSchema = z.looseObject({ id: z.number().int(), name: z.string() });

export interface Brand {
  id: number;
  name: string;
}

/** All brands of the store (at most 30,000). Rows without id or name are left out: their products have no brand then. */
export async function listBrands(client: StoreClient, signal?: AbortSignal): Promise<Brand[]> {
  const brands: Brand[] = [];
  for await (const row of eachV3Row(client, 'v3/catalog/brands', { include_fields: 'name' }, { signal })) {
    const parsed = brandSchema.safeParse(row);
    if (parsed.success) brands.push({ id: parsed.data.id, name: parsed.data.name });
  }
  return brands;
}
