/** Top-level fields of a product that a template may name; BigCommerce's `include_fields` takes the same names. */
export const PRODUCT_FIELDS: ReadonlySet<string> = new Set(
  (
    'id name type sku description weight width depth height price cost_price retail_price sale_price map_price ' +
    'calculated_price tax_class_id product_tax_code brand_id option_set_id option_set_display inventory_level ' +
    'inventory_warning_level inventory_tracking reviews_rating_sum reviews_count total_sold fixed_cost_shipping_price ' +
    'is_free_shipping is_visible is_featured related_products warranty bin_picking_number layout_file upc mpn gtin ' +
    'date_last_imported search_keywords availability availability_description gift_wrapping_options_type ' +
    'gift_wrapping_options_list sort_order condition is_condition_shown order_quantity_minimum order_quantity_maximum ' +
    'page_title meta_keywords meta_description date_created date_modified view_count preorder_release_date ' +
    'preorder_message is_preorder_only is_price_hidden price_hidden_label custom_url base_variant_id ' +
    'open_graph_type open_graph_title open_graph_description open_graph_use_meta_description ' +
    'open_graph_use_product_name open_graph_use_image'
  ).split(' '),
);

export const VARIANT_FIELDS: ReadonlySet<string> = new Set(
  (
    'id product_id sku sku_id price calculated_price sale_price retail_price map_price cost_price weight ' +
    'calculated_weight width height depth is_free_shipping fixed_cost_shipping_price purchasing_disabled ' +
    'purchasing_disabled_message image_url upc mpn gtin inventory_level inventory_warning_level bin_picking_number ' +
    'option_values options'
  ).split(' '),
);

export const IMAGE_FIELDS: ReadonlySet<string> = new Set(
  'url id image_file is_thumbnail sort_order description url_zoom url_standard url_thumbnail url_tiny date_modified'.split(
    ' ',
  ),
);

/** What tells whether a product counts at all and how its stock is read; asked for whatever the template says. */
export const ALWAYS_NEEDED = [
  'id',
  'name',
  'type',
  'is_visible',
  'availability',
  'inventory_tracking',
  'inventory_level',
];

/** When a variant's own value counts as missing, so that the product's stands in. Fields not listed never inherit. */
export const INHERITED: ReadonlyMap<string, 'null' | 'zero' | 'blank'> = new Map([
  ['price', 'null'],
  ['sale_price', 'null'],
  ['calculated_price', 'null'],
  ['map_price', 'null'],
  // Writes by API turn null into 0, the control panel writes null: both mean that nothing is known.
  ['retail_price', 'zero'],
  ['cost_price', 'zero'],
  ['weight', 'null'],
  ['width', 'null'],
  ['height', 'null'],
  ['depth', 'null'],
  ['is_free_shipping', 'null'],
  ['fixed_cost_shipping_price', 'null'],
  ['upc', 'blank'],
  ['mpn', 'blank'],
  ['gtin', 'blank'],
  ['bin_picking_number', 'blank'],
]);

/** Fields in the store's own units. */
export const MEASURES: ReadonlyMap<string, 'weight' | 'length'> = new Map([
  ['weight', 'weight'],
  ['calculated_weight', 'weight'],
  ['width', 'length'],
  ['height', 'length'],
  ['depth', 'length'],
]);
