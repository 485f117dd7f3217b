import type { CatalogImage, CatalogProduct, CatalogVariant } from './product-schema.ts';

/** The product's images with the main one first: the thumbnail, then by sort order. */
export function imagesMainFirst(product: CatalogProduct): CatalogImage[] {
  const rank = (image: CatalogImage) => (image.is_thumbnail ? Number.NEGATIVE_INFINITY : sortOrder(image));
  return [...(product.images ?? [])].sort((left, right) => rank(left) - rank(right) || 0);
}

/** The product's thumbnail, or else its image of lowest sort order. */
export function mainImage(product: CatalogProduct): CatalogImage | null {
  let best: CatalogImage | null = null;
  for (const image of product.images ?? []) {
    if (image.is_thumbnail) return image;
    if (best === null || sortOrder(image) < sortOrder(best)) best = image;
  }
  return best;
}

/** The address of an item's image: the variant's own, or else that of the product's main image that has one. */
export function imageUrl(product: CatalogProduct, variant: CatalogVariant): string | null {
  const own = variant.image_url;
  if (own && own.trim() !== '') return own;
  return mainImage(product)?.url_standard ?? imagesMainFirst(product).find(hasUrl)?.url_standard ?? null;
}

function hasUrl({ url_standard }: CatalogImage): boolean {
  return typeof url_standard === 'string';
}

/** Images without an order come last. */
function sortOrder(image: CatalogImage): number {
  const order = Number(image.sort_order ?? Number.MAX_SAFE_INTEGER);
  return Number.isNaN(order) ? Number.MAX_SAFE_INTEGER : order;
}
