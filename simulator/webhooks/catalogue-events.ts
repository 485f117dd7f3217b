import type { CatalogueChange } from '../catalogue/changes.ts';
import type { Product } from '../catalogue/product.ts';

/** Something that a store tells: its scope and the `data` of the envelope, which holds ids only. */
export interface StoreEvent {
  readonly scope: string;
  readonly data: Record<string, unknown>;
}

/**
 * What a change of the catalogue is told as (bigcommerce/docs, webhooks/events.mdx). Stock that is tracked by variant is
 * told by sku scopes only, all other stock by product scopes only.
 */
export function catalogueEvents(change: CatalogueChange, before: Product | undefined, byOrder: boolean): StoreEvent[] {
  switch (change.kind) {
    case 'product-put':
      return [productEvent(before === undefined ? 'created' : 'updated', change.product.fields.id)];
    case 'product-delete':
      return before === undefined ? [] : [productEvent('deleted', change.productId)];
    case 'product-fields':
      return productFields(change.productId, change.fields, byOrder);
    case 'variant-put':
      return [
        skuEvent(isKnown(before, change.variant.id) ? 'updated' : 'created', change.productId, change.variant.id),
      ];
    case 'variant-delete':
      return [skuEvent('deleted', change.productId, change.variantId)];
    case 'variant-fields':
      return variantFields(change, before, byOrder);
  }
}

function productFields(productId: number, fields: Record<string, unknown>, byOrder: boolean): StoreEvent[] {
  const { inventory_level: level, date_modified: _, ...others } = fields;
  const events: StoreEvent[] = [];
  if (level !== undefined) {
    const inventory = { product_id: productId, method: 'absolute', value: level };
    const data = { type: 'product', id: productId, inventory };
    events.push({ scope: `store/product/${stockScope(byOrder)}`, data });
  }
  if (Object.keys(others).length > 0) events.push(productEvent('updated', productId));
  return events;
}

function variantFields(
  change: Extract<CatalogueChange, { kind: 'variant-fields' }>,
  before: Product | undefined,
  byOrder: boolean,
): StoreEvent[] {
  const { productId, variantId } = change;
  const { inventory_level: level, ...others } = change.fields;
  const events: StoreEvent[] = [];
  if (level !== undefined && before?.fields.inventory_tracking === 'variant') {
    const inventory = { product_id: productId, method: 'absolute', value: level, variant_id: variantId };
    events.push({ scope: `store/sku/${stockScope(byOrder)}`, data: { type: 'sku', id: variantId, inventory } });
  }
  if (Object.keys(others).length > 0) events.push(skuEvent('updated', productId, variantId));
  return events;
}

function stockScope(byOrder: boolean): string {
  return byOrder ? 'inventory/order/updated' : 'inventory/updated';
}

function isKnown(product: Product | undefined, variantId: number): boolean {
  return product?.variants.some((variant) => variant.id === variantId) ?? false;
}

function productEvent(what: string, productId: number): StoreEvent {
  return { scope: `store/product/${what}`, data: { type: 'product', id: productId } };
}

function skuEvent(what: string, productId: number, variantId: number): StoreEvent {
  const sku = { product_id: productId, variant_id: variantId };
  return { scope: `store/sku/${what}`, data: { type: 'sku', id: variantId, sku } };
}
