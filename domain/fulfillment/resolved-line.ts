/** A variant of the store as it is now. */
export interface VariantFact {
  variantId: number;
  productId: number;
  /** Counts where the product's stock is tracked by variant. */
  inventoryLevel: number | null;
  purchasingDisabled: boolean;
  /** The store's own words. */
  purchasingDisabledMessage: string | null;
  optionValues: { optionId: number; valueId: number }[];
}

/** A product of the store as it is now. */
export interface ProductFact {
  id: number;
  name: string;
  type: string;
  inventoryTracking: 'none' | 'product' | 'variant';
  /** Counts where the stock is tracked by product. */
  inventoryLevel: number | null;
  availability: string;
  /** Null or 0: no such rule. */
  orderQuantityMinimum: number | null;
  orderQuantityMaximum: number | null;
  requiredModifiers: { id: number; name: string; defaultValueId: number | null }[];
}

/** A line of a fulfillment request with all that the store has under its SKU. */
export interface ResolvedLine {
  lineId: string;
  sku: string;
  quantity: number;
  unitPrice: string | null;
  /** Variants with the SKU byte for byte. */
  matches: VariantFact[];
  /** SKUs of the store that differ only by letter case or outer blanks. */
  nearMatches: string[];
  /** The product of the one match. */
  product: ProductFact | null;
}

/** A line whose SKU has exactly one variant. */
export interface FoundLine {
  line: ResolvedLine;
  variant: VariantFact;
  product: ProductFact;
}
