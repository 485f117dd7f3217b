export interface OptionValue {
  id: number;
  label: string;
  sort_order: number;
  value_data: { colors: string[] } | null;
  is_default: boolean;
}

export interface ProductOption {
  id: number;
  product_id: number;
  name: string;
  display_name: string;
  type: string;
  sort_order: number;
  config: Record<string, unknown>;
  option_values: OptionValue[];
}

export interface ModifierValue {
  id: number;
  option_id: number;
  label: string;
  sort_order: number;
  value_data: unknown;
  is_default: boolean;
  adjusters: unknown;
}

export interface Modifier {
  id: number;
  product_id: number;
  name: string;
  display_name: string;
  type: string;
  required: boolean;
  sort_order: number;
  config: Record<string, unknown>;
  option_values: ModifierValue[];
}

export interface ProductImage {
  id: number;
  product_id: number;
  is_thumbnail: boolean;
  sort_order: number;
  description: string;
  image_file: string;
  url_zoom: string;
  url_standard: string;
  url_thumbnail: string;
  url_tiny: string;
  date_modified: string;
}

export interface VariantOptionValue {
  id: number;
  label: string;
  option_id: number;
  option_display_name: string;
}

/** A variant as V3 shows it; null in a price, weight or dimension inherits the product's (bigcommerce/docs, product-variants). */
export interface Variant {
  id: number;
  product_id: number;
  sku: string;
  sku_id: number | null;
  price: number | null;
  sale_price: number | null;
  retail_price: number | null;
  cost_price: number | null;
  map_price: number | null;
  calculated_price: number | null;
  weight: number | null;
  calculated_weight: number | null;
  width: number | null;
  height: number | null;
  depth: number | null;
  is_free_shipping: boolean;
  fixed_cost_shipping_price: number | null;
  purchasing_disabled: boolean;
  purchasing_disabled_message: string;
  image_url: string;
  upc: string;
  mpn: string;
  gtin: string;
  inventory_level: number;
  inventory_warning_level: number;
  bin_picking_number: string;
  option_values: VariantOptionValue[];
}

export type InventoryTracking = 'none' | 'product' | 'variant';

/** The top-level fields of a product that the simulator itself reads; the rest is data for the reader of the API. */
export interface ProductFields {
  id: number;
  name: string;
  type: 'physical' | 'digital';
  sku: string;
  price: number;
  sale_price: number;
  cost_price: number;
  retail_price: number;
  calculated_price: number;
  weight: number;
  width: number;
  height: number;
  depth: number;
  upc: string;
  categories: number[];
  brand_id: number;
  inventory_level: number;
  inventory_tracking: InventoryTracking;
  is_visible: boolean;
  availability: 'available' | 'disabled' | 'preorder';
  order_quantity_minimum: number;
  order_quantity_maximum: number;
  date_created: string;
  date_modified: string;
  base_variant_id: number | null;
  [other: string]: unknown;
}

/** A product with all that `include` can ask for. Unchanged products compute their parts when they are read. */
export interface Product {
  readonly fields: ProductFields;
  readonly variants: readonly Variant[];
  readonly images: readonly ProductImage[];
  readonly options: readonly ProductOption[];
  readonly modifiers: readonly Modifier[];
}

/** A product that was created or changed and is therefore kept as data. */
export interface StoredProduct {
  fields: ProductFields;
  variants: Variant[];
  images: ProductImage[];
  options: ProductOption[];
  modifiers: Modifier[];
}

/** Copies a product deeply, so that changing the copy leaves the original alone. */
export function copyProduct(product: Product): StoredProduct {
  return structuredClone({
    fields: product.fields,
    variants: [...product.variants],
    images: [...product.images],
    options: [...product.options],
    modifiers: [...product.modifiers],
  });
}
