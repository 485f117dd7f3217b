import { mix } from '../random.ts';
import { planProduct, variantCount, type CatalogueSize } from './plan.ts';

/** The ids of a generated catalogue: ascending, with the gaps that deletions leave in a real store. */
export interface GeneratedIds {
  readonly productIds: Int32Array;
  /** The first variant id of each product; its others follow without a gap. */
  readonly firstVariantIds: Int32Array;
  readonly variantCounts: Int32Array;
}

/** Generated products start above the fixed ids of the strange ones. */
export const FIRST_PRODUCT_ID = 112;
export const FIRST_VARIANT_ID = 1001;

/** Numbers the first `count` products of a catalogue. */
export function numberProducts(size: CatalogueSize, count: number): GeneratedIds {
  const productIds = new Int32Array(count);
  const firstVariantIds = new Int32Array(count);
  const variantCounts = new Int32Array(count);
  let productId = FIRST_PRODUCT_ID;
  let variantId = FIRST_VARIANT_ID;
  for (let index = 0; index < count; index += 1) {
    const variants = variantCount(size, planProduct(size, index));
    productIds[index] = productId;
    firstVariantIds[index] = variantId;
    variantCounts[index] = variants;
    const roll = mix(size.seed, index, 0x1d);
    productId += 1 + (roll % 10 === 0 ? (roll >>> 8) % 9 : 0);
    variantId += variants + (roll % 16 === 0 ? (roll >>> 8) % 20 : 0);
  }
  return { productIds, firstVariantIds, variantCounts };
}

/** The position of the last entry that is not above `value`, or -1. */
export function lastNotAbove(ascending: Int32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
