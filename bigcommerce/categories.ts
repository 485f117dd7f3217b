import type { StoreClient } from './client.ts';
import { StoreError, unlessNotFound } from './failures.ts';
import { listV3Rows } from './pages.ts';
import { readFields, readId, readText } from './read.ts';

export interface Category {
  id: number;
  /** 0 for a category at the top. */
  parentId: number;
  name: string;
}

const TREES = 'v3/catalog/trees/categories';
const OLDER_LIST = 'v3/catalog/categories';

/**
 * All categories of all trees (at most 16,000), each once. Uses the category trees and falls back to the older list, which
 * is deprecated but kept, where a store does not serve trees. Throws StoreError; a store that serves neither, or serves
 * them in a form that nobody understands, answers as no store of BigCommerce does.
 */
export async function listCategories(client: StoreClient, signal?: AbortSignal): Promise<Category[]> {
  return (
    (await unlessNotFound(collect(client, TREES, signal))) ??
    (await unlessNotFound(collect(client, OLDER_LIST, signal))) ??
    fail(`serves neither GET ${TREES} nor GET ${OLDER_LIST} (404 on both)`, OLDER_LIST, 404)
  );
}

/** Going on without categories would take those away that items have. */
function fail(what: string, path: string, status?: number): never {
  const message = `BigCommerce ${what}, so the categories are unknown`;
  throw new StoreError('unexpected_answer', message, { method: 'GET', path, status });
}

async function collect(client: StoreClient, path: string, signal?: AbortSignal): Promise<Category[]> {
  const rows = await listV3Rows(client, path, {}, { signal });
  const categories = new Map<number, Category>();
  for (const category of rows.map(readCategory)) if (category) categories.set(category.id, category);
  if (rows.length > 0 && categories.size === 0) fail(`answers GET ${path} without one category that can be read`, path);
  return [...categories.values()];
}

function readCategory(row: unknown): Category | null {
  const fields = readFields(row);
  const id = readId(fields['category_id']) ?? readId(fields['id']);
  const name = readText(fields['name']);
  if (id === undefined || name === null) return null;
  return { id, parentId: readId(fields['parent_id']) ?? 0, name };
}
