import type { Category } from './categories.ts';
import type { CatalogProduct, CatalogVariant } from './product-schema.ts';

/** What mapping needs to know of the store and the source, the same for a whole run. */
export interface ItemContext {
  readonly storeCurrency: string | null;
  /** Kilograms in one of the store's weight units (`weightFactorKg`). */
  readonly weightFactorKg: string;
  /** Centimeters in one of the store's dimension units (`dimensionFactorCm`). */
  readonly dimensionFactorCm: string;
  readonly brands: ReadonlyMap<number, string>;
  readonly categories: ReadonlyMap<number, Category>;
  /** What an item counts as when the store does not track its stock. */
  readonly untrackedQuantity: number;
  readonly unpurchasable: 'keep' | 'zero';
  /** Conversions that were done already in this run; start with an empty map. */
  readonly metrics: Map<'weight' | 'length', Map<unknown, unknown>>;
}

/** What the paths of an inventory template read from: one variant of a product. */
export interface InventoryRecord {
  readonly product: CatalogProduct;
  readonly variant: CatalogVariant;
  readonly context: ItemContext;
}
