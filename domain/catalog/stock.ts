import type { InventoryRecord } from './record.ts';

/**
 * The stock of an item as it is raw: the variant's or the product's level by how the store tracks it, `untrackedQuantity`
 * where it does not, 0 for what cannot be bought if the source says so. Null where the store says to track and gives no level.
 */
export function stockOf({ product, variant, context }: InventoryRecord): unknown {
  const isUnpurchasable = variant.purchasing_disabled === true || product.availability === 'disabled';
  if (isUnpurchasable && context.unpurchasable === 'zero') return 0;
  switch (product.inventory_tracking ?? 'none') {
    case 'variant':
    case 'sku': // The V2 name, which old stores' exports still carry.
      return variant.inventory_level ?? null;
    case 'product':
    case 'simple':
      return product.inventory_level ?? null;
    case 'none':
    case '':
      return context.untrackedQuantity;
    default:
      return null;
  }
}
