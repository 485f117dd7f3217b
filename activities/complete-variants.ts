import type { StoreClient } from '../bigcommerce/client.ts';
import { unlessNotFound } from '../bigcommerce/failures.ts';
import { listVariantsOfProduct, productIdOf } from '../bigcommerce/products.ts';

/** Lists that were cut are cut at a round number; no page of BigCommerce's ends elsewhere. */
const ROUND_PAGE = 50;

interface RawProduct {
  variants?: unknown;
}

/** Variants of products, by product id, as their own lists have them. */
export type VariantLists = ReadonlyMap<number, unknown[]>;

/** Whether a product as it came has a list of variants at all. */
export function listsVariants(raw: unknown): boolean {
  return Array.isArray((raw as RawProduct | null)?.variants);
}

/** Whether the included list of variants may not be whole: missing, empty, or cut at a round number. Most are whole. */
export function mayBeShort(raw: unknown): boolean {
  const variants = (raw as RawProduct | null)?.variants;
  return !Array.isArray(variants) || variants.length % ROUND_PAGE === 0;
}

/** All variants of these products, from each one's own paged list; none of a product that was deleted meanwhile. */
export async function listVariants(
  store: StoreClient,
  productIds: readonly number[],
  signal: AbortSignal,
): Promise<VariantLists> {
  const lists = new Map<number, unknown[]>();
  for (const id of productIds) {
    lists.set(id, (await unlessNotFound(listVariantsOfProduct(store, id, { signal }))) ?? []);
  }
  return lists;
}

/** The products with the longer of the two lists of variants. */
export function withVariants(products: readonly unknown[], lists: VariantLists): unknown[] {
  if (lists.size === 0) return [...products];
  return products.map((raw) => {
    const own = lists.get(productIdOf(raw) ?? 0);
    const { variants } = (raw ?? {}) as RawProduct;
    return own && (!Array.isArray(variants) || own.length > variants.length)
      ? { ...(raw as RawProduct), variants: own }
      : raw;
  });
}

/** The products, those whose included list of variants may be short completed. Most need no request. */
export async function completeVariants(
  store: StoreClient,
  products: readonly unknown[],
  signal: AbortSignal,
): Promise<unknown[]> {
  const short = products.filter(mayBeShort).map(productIdOf);
  const ids = short.filter((id): id is number => id !== undefined);
  return withVariants(products, await listVariants(store, ids, signal));
}
