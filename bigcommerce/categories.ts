import { z } from 'zod';
import type { StoreClient } from './client.ts';
import { StoreError, unlessNotFound } from './failures.ts';
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

const TREES = 'v3/catalog/trees/categories';
const OLDER_LIST = 'v3/catalog/categories';

/**
 * All categories of all trees (at most 16,000). Uses the category trees and falls back to the older list, which is
 * deprecated but kept, where a store does not serve trees. Throws StoreError; a store that serves neither answers as
 * no store of BigCommerce does.
 */
export async function listCategories(client: StoreClient, signal?: AbortSignal): Promise<Category[]> {
  return (
    (await unlessNotFound(collect(client, TREES, signal))) ??
    (await unlessNotFound(collect(client, OLDER_LIST, signal))) ??
    fail()
  );
}

/** Going on without categories would take those away that items have. */
function fail(): never {
  const message = `BigCommerce serves neither GET ${TREES} nor GET ${OLDER_LIST} (404 on both), so the categories are unknown`;
  throw new StoreError('unexpected_answer', message, { method: 'GET', path: OLDER_LIST, status: 404 });
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
