import type { StoreClient } from '../bigcommerce/client.ts';
import { listVariantsOfProduct, productIdOf } from '../bigcommerce/products.ts';

/** Lists that were cut are cut at a round number; no page of BigCommerce's ends elsewhere. */
const ROUND_PAGE = 50;

interface RawProduct {
  variants?: unknown;
}

/** Whether a product as it came has a list of variants at all. */
export function listsVariants(raw: unknown): boolean {
  return Array.isArray((raw as RawProduct | null)?.variants);
}

/**
 * Completes, in place, the products whose included list of variants may be short (missing, empty, or cut at a round
 * number) from the product's own paged list. Most products need no request.
 */
export async function completeVariants(store: StoreClient, products: unknown[], signal: AbortSignal): Promise<void> {
  for (const raw of products) {
    const productId = productIdOf(raw);
    if (productId === undefined || !mayBeShort(raw)) continue;
    const own = await listVariantsOfProduct(store, productId, { signal });
    const product = raw as RawProduct;
    if (!Array.isArray(product.variants) || own.length > product.variants.length) product.variants = own;
  }
}

function mayBeShort(raw: unknown): boolean {
  const { variants } = raw as RawProduct;
  return !Array.isArray(variants) || variants.length % ROUND_PAGE === 0;
}
