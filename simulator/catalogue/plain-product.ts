import type { ProductFields, Variant } from './product.ts';

/** What BigCommerce answers for everything that nobody set. */
const UNSET = {
  type: 'physical',
  sku: '',
  description: '',
  weight: 0,
  width: 0,
  depth: 0,
  height: 0,
  price: 0,
  cost_price: 0,
  retail_price: 0,
  sale_price: 0,
  map_price: 0,
  tax_class_id: 0,
  product_tax_code: '',
  calculated_price: 0,
  brand_id: 0,
  option_set_id: null,
  option_set_display: 'right',
  inventory_level: 0,
  inventory_warning_level: 0,
  inventory_tracking: 'none',
  reviews_rating_sum: 0,
  reviews_count: 0,
  total_sold: 0,
  fixed_cost_shipping_price: 0,
  is_free_shipping: false,
  is_visible: true,
  is_featured: false,
  warranty: '',
  bin_picking_number: '',
  layout_file: 'product.html',
  upc: '',
  mpn: '',
  gtin: '',
  date_last_imported: null,
  search_keywords: '',
  availability: 'available',
  availability_description: '',
  gift_wrapping_options_type: 'any',
  sort_order: 0,
  condition: 'New',
  is_condition_shown: false,
  order_quantity_minimum: 0,
  order_quantity_maximum: 0,
  page_title: '',
  meta_description: '',
  date_created: '2023-01-05T10:00:00+00:00',
  date_modified: '2023-01-05T10:00:00+00:00',
  view_count: 0,
  preorder_release_date: null,
  preorder_message: '',
  is_preorder_only: false,
  is_price_hidden: false,
  price_hidden_label: '',
  base_variant_id: null,
  open_graph_type: 'product',
  open_graph_title: '',
  open_graph_description: '',
  open_graph_use_meta_description: true,
  open_graph_use_product_name: true,
  open_graph_use_image: true,
} as const satisfies Record<string, unknown>;

/** A product's top-level fields with the values that BigCommerce gives to what nobody set. */
export function plainFields(id: number, name: string): ProductFields {
  const lists = { categories: [], related_products: [-1], gift_wrapping_options_list: [], meta_keywords: [] };
  return { id, name, ...UNSET, ...lists, custom_url: { url: `/${slug(name, id)}/`, is_customized: false } };
}

function slug(name: string, id: number): string {
  const words = String(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return `${words.replace(/^-|-$/g, '')}-${id}`;
}

/** A variant that inherits everything it can from its product. */
export function plainVariant(id: number, productId: number, sku: string): Variant {
  return {
    id,
    product_id: productId,
    sku,
    sku_id: null,
    price: null,
    sale_price: null,
    retail_price: null,
    cost_price: null,
    map_price: null,
    calculated_price: 0,
    weight: null,
    calculated_weight: 0,
    width: null,
    height: null,
    depth: null,
    is_free_shipping: false,
    fixed_cost_shipping_price: null,
    purchasing_disabled: false,
    purchasing_disabled_message: '',
    image_url: '',
    upc: '',
    mpn: '',
    gtin: '',
    inventory_level: 0,
    inventory_warning_level: 0,
    bin_picking_number: '',
    option_values: [],
  };
}

/** V2's `sku_id` differs from the variant id on purpose, so that mixing the two up shows. */
export function skuIdOf(variantId: number): number {
  return variantId - 40;
}
