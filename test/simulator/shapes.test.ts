import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeOrder, startStore, type TestStore } from './helpers.ts';

type Kind = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'null';
type Shape = Record<string, Kind | readonly Kind[]>;

function kindOf(value: unknown): Kind | 'missing' {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : (typeof value as Kind);
}

/** Names the fields whose kind is not what the specifications say. */
function differences(row: Record<string, unknown>, shape: Shape): string[] {
  return Object.entries(shape)
    .filter(([name, kinds]) => ![kinds].flat().includes(kindOf(row[name]) as Kind))
    .map(([name]) => `${name} is ${kindOf(row[name])}`);
}

function all(kind: Kind | readonly Kind[], names: string): Shape {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]));
}

const PRODUCT: Shape = {
  ...all(
    'string',
    'name type sku description upc mpn gtin availability condition date_created date_modified layout_file',
  ),
  ...all(
    'string',
    'inventory_tracking page_title meta_description search_keywords warranty open_graph_type product_tax_code',
  ),
  ...all('number', 'id weight width depth height price cost_price retail_price sale_price calculated_price map_price'),
  ...all('number', 'brand_id inventory_level inventory_warning_level order_quantity_minimum order_quantity_maximum'),
  ...all(
    'number',
    'tax_class_id reviews_rating_sum reviews_count total_sold view_count sort_order fixed_cost_shipping_price',
  ),
  ...all('boolean', 'is_visible is_featured is_free_shipping is_condition_shown is_preorder_only is_price_hidden'),
  ...all('array', 'categories related_products meta_keywords gift_wrapping_options_list variants images'),
  ...all('object', 'custom_url'),
  ...all(['number', 'null'], 'base_variant_id option_set_id'),
};

const VARIANT: Shape = {
  ...all('number', 'id product_id calculated_price calculated_weight inventory_level inventory_warning_level'),
  ...all('string', 'sku upc mpn gtin bin_picking_number image_url purchasing_disabled_message'),
  ...all(['number', 'null'], 'sku_id price sale_price retail_price cost_price weight width height depth'),
  ...all('boolean', 'purchasing_disabled is_free_shipping'),
  ...all('array', 'option_values'),
};

const IMAGE: Shape = {
  ...all('number', 'id product_id sort_order'),
  ...all('boolean', 'is_thumbnail'),
  ...all('string', 'description image_file url_zoom url_standard url_thumbnail url_tiny date_modified'),
};

const ADDRESS = all(
  'string',
  'first_name last_name company street_1 street_2 city state zip country country_iso2 phone email',
);

const ORDER: Shape = {
  ...all('number', 'id customer_id status_id items_total items_shipped channel_id currency_id shipping_address_count'),
  ...all(
    'string',
    'date_created date_modified date_shipped status subtotal_ex_tax subtotal_inc_tax subtotal_tax total_ex_tax',
  ),
  ...all(
    'string',
    'total_inc_tax total_tax base_shipping_cost shipping_cost_ex_tax handling_cost_inc_tax wrapping_cost_tax',
  ),
  ...all(
    'string',
    'payment_method payment_status refunded_amount currency_code staff_notes customer_message discount_amount',
  ),
  ...all(
    'string',
    'external_order_id order_source store_credit_amount ip_address coupon_discount tax_provider_id cart_id',
  ),
  ...all('boolean', 'is_deleted order_is_digital is_email_opt_in is_tax_inclusive_pricing'),
  ...all('object', 'billing_address products shipping_addresses coupons consignments fees'),
  ...all(['string', 'null'], 'external_source external_merchant_id external_id'),
};

const LINE: Shape = {
  ...all('number', 'id order_id product_id variant_id order_address_id quantity quantity_shipped quantity_refunded'),
  ...all(
    'string',
    'name sku type base_price price_ex_tax price_inc_tax price_tax total_ex_tax total_inc_tax weight brand upc',
  ),
  ...all('boolean', 'is_refunded is_bundled_product'),
  ...all('array', 'product_options applied_discounts configurable_fields'),
  ...all('null', 'parent_order_product_id external_id'),
};

const SHIPMENT: Shape = {
  ...all('number', 'id order_id customer_id order_address_id'),
  ...all(
    'string',
    'date_created tracking_number tracking_carrier tracking_link generated_tracking_link shipping_provider',
  ),
  ...all('string', 'shipping_provider_display_name shipping_method comments merchant_shipping_cost'),
  ...all('object', 'billing_address shipping_address'),
  ...all('array', 'items'),
};

const CUSTOMER: Shape = {
  ...all('number', 'id customer_group_id address_count attribute_count origin_channel_id'),
  ...all('string', 'email first_name last_name company phone notes tax_exempt_category date_created date_modified'),
  ...all('array', 'channel_ids'),
  ...all('object', 'authentication'),
};

describe('the shapes of the specifications', () => {
  let store: TestStore;

  beforeAll(async () => {
    store = await startStore();
    await store.api('POST', '/v3/customers', [{ email: 'a@b.c', first_name: 'A', last_name: 'B' }]);
    await store.api('POST', '/v2/orders', makeOrder());
    await store.control('POST', '/orders/100/ship', { tracking_number: '1Z', shipping_provider: 'ups' });
  });
  afterAll(() => store.close());

  it('hold for all generated products, their variants and images', async () => {
    const { body } = await store.get('/v3/catalog/products?id:greater=60&limit=250&include=variants,images');
    const wrong = body.data.flatMap((product: Record<string, unknown>) => [
      ...differences(product, PRODUCT),
      ...(product['variants'] as Record<string, unknown>[]).flatMap((variant) => differences(variant, VARIANT)),
      ...(product['images'] as Record<string, unknown>[]).flatMap((image) => differences(image, IMAGE)),
    ]);
    expect(wrong).toEqual([]);
  });

  it.each([
    ['/v2/orders', ORDER],
    ['/v2/orders/100/products', LINE],
    ['/v2/orders/100/shipments', SHIPMENT],
    [
      '/v2/orders/100/shipping_addresses',
      { ...ADDRESS, ...all('number', 'id order_id items_total'), shipping_method: 'string' },
    ],
    ['/v2/countries', { ...all('string', 'country country_iso2 country_iso3'), id: 'number', states: 'object' }],
    ['/v2/order_statuses', { ...all('string', 'name system_label custom_label system_description'), id: 'number' }],
  ] as const)('hold for the rows of %s, a bare array', async (path, shape) => {
    const { body } = await store.get(path);
    expect(body.length).toBeGreaterThan(0);
    expect(body.flatMap((row: Record<string, unknown>) => differences(row, shape))).toEqual([]);
  });

  it.each([
    ['/v3/customers', CUSTOMER],
    ['/v3/catalog/brands', { ...all('string', 'name page_title image_url'), id: 'number', custom_url: 'object' }],
    [
      '/v3/catalog/categories',
      { ...all('number', 'id parent_id views'), ...all('string', 'name'), is_visible: 'boolean' },
    ],
    [
      '/v3/catalog/trees/categories',
      { ...all('number', 'category_id parent_id tree_id'), name: 'string', url: 'object' },
    ],
    ['/v3/catalog/trees', { id: 'number', name: 'string', channels: 'array' }],
  ] as const)('hold for the rows of %s, an envelope with pagination', async (path, shape) => {
    const { body } = await store.get(path);
    expect(body.data.length).toBeGreaterThan(0);
    expect(body.data.flatMap((row: Record<string, unknown>) => differences(row, shape))).toEqual([]);
    const counts = all('number', 'total count per_page current_page total_pages');
    expect(differences(body.meta.pagination, { ...counts, links: 'object' })).toEqual([]);
  });

  it('hold for addresses inside orders and shipments', async () => {
    const [order] = (await store.get('/v2/orders')).body;
    const [shipment] = (await store.get('/v2/orders/100/shipments')).body;
    const addresses = [order.billing_address, shipment.billing_address, shipment.shipping_address];
    expect(addresses.flatMap((address) => differences(address, ADDRESS))).toEqual([]);
  });

  it('write V2 dates as RFC 2822 and V3 dates as ISO 8601', async () => {
    const [order] = (await store.get('/v2/orders')).body;
    const { body } = await store.get('/v3/catalog/products/112');
    expect(order.date_created).toMatch(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/);
    expect(body.data.date_modified).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00$/);
  });
});
