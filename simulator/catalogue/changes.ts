import type { StoredProduct, Variant } from './product.ts';

/** Everything that can happen to a catalogue. Changes are data, so that a journal can hold them and play them again. */
export type CatalogueChange =
  | { kind: 'product-put'; product: StoredProduct }
  | { kind: 'product-delete'; productId: number }
  | { kind: 'product-fields'; productId: number; fields: Record<string, unknown> }
  | { kind: 'variant-put'; productId: number; variant: Variant }
  | { kind: 'variant-fields'; productId: number; variantId: number; fields: Record<string, unknown> }
  | { kind: 'variant-delete'; productId: number; variantId: number };

/** The product that a change is about. */
export function productOf(change: CatalogueChange): number {
  return change.kind === 'product-put' ? change.product.fields.id : change.productId;
}

/** Changes a stored product in place. */
export function changeProduct(product: StoredProduct, change: CatalogueChange): void {
  switch (change.kind) {
    case 'product-put':
    case 'product-delete':
      return;
    case 'product-fields':
      Object.assign(product.fields, change.fields, { id: product.fields.id });
      return;
    case 'variant-put':
      product.variants = product.variants.filter((variant) => variant.id !== change.variant.id);
      product.variants.push(change.variant);
      product.variants.sort((a, b) => a.id - b.id);
      return;
    case 'variant-fields':
      for (const variant of product.variants) {
        if (variant.id === change.variantId) Object.assign(variant, change.fields, { id: variant.id });
      }
      return;
    case 'variant-delete':
      product.variants = product.variants.filter((variant) => variant.id !== change.variantId);
  }
}
