import { z } from 'zod';
import type { StoreClient } from './client.ts';
import { StoreError } from './failures.ts';
import { eachV3Row } from './pages.ts';

const categorySchema = z.looseObject({
  category_id: z.number().int().optional(),
  id: z.number().int().optional(),
  parent_id: z.number().int().nullish(),
  name: z.string(),
});

export interface Category {
  id: number;
  /** 0 for a category at the top. */
  parentId: number;
  name: string;
}

/**
 * All categories of all trees (at most 16,000). Uses the category trees and falls back to the older list, which is
 * deprecated but kept, where a store does not serve trees.
 */
export async function listCategories(client: StoreClient, signal?: AbortSignal): Promise<Category[]> {
  try {
    return await collect(client, 'v3/catalog/trees/categories', signal);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not_found') {
      return collect(client, 'v3/catalog/categories', signal);
    }
    throw error;
  }
}

async function collect(client: StoreClient, path: string, signal?: AbortSignal): Promise<Category[]> {
  const categories: Category[] = [];
  for await (const row of eachV3Row(client, path, {}, { signal })) {
    const parsed = categorySchema.safeParse(row);
    const id = parsed.success ? (parsed.data.category_id ?? parsed.data.id) : undefined;
    if (parsed.success && id !== undefined) {
      categories.push({ id, parentId: parsed.data.parent_id ?? 0, name: parsed.data.name });
    }
  }
  return categories;
}
