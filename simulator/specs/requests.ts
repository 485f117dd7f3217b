/** One call of the simulator and the operation that describes it. */
export interface SpecRequest {
  readonly file: string;
  /** The operation's path as the specification spells it. */
  readonly route: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** What to ask for, below `/stores/HASH`. */
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
}

export const SPEC_ORDER = {
  billing_address: {
    ...{ first_name: 'Jane', last_name: 'Doe', company: '', street_1: '555 East Street', street_2: '', city: 'Austin' },
    ...{
      state: 'Texas',
      zip: '78108',
      country: 'United States',
      country_iso2: 'US',
      phone: '',
      email: 'jane@example.com',
    },
  },
  products: [
    { product_id: 50, variant_id: 121, quantity: 2 },
    { product_id: 43, quantity: 1, price_ex_tax: 10, price_inc_tax: 11.5 },
    { name: 'Set up', quantity: 1, price_ex_tax: 5, price_inc_tax: 5 },
  ],
  external_order_id: 'FR-1',
  status_id: 11,
};

const CUSTOMER = {
  ...{ email: 'jane@example.com', first_name: 'Jane', last_name: 'Doe' },
  addresses: [
    {
      ...{ first_name: 'Jane', last_name: 'Doe', address1: '555 East Street', city: 'Austin', country_code: 'US' },
      ...{ state_or_province: 'Texas', postal_code: '78108' },
    },
  ],
};

const ORDERS = 'orders.v2.oas2.yml';
const PRODUCTS = 'catalog/products_catalog.v3.yml';
const VARIANTS = 'catalog/product-variants_catalog.v3.yml';
const TREES = 'catalog/category-trees_catalog.v3.yml';
const BRANDS = 'catalog/brands_catalog.v3.yml';
const CATEGORIES = 'catalog/categories_catalog.v3.yml';
const GEOGRAPHY = 'geography.v2.yml';
const STORE = 'store_information.v2.yml';
const V2_PRODUCTS = 'derived/products_skus.v2.derived.yml';
const REVOKED = 'no-such-token';

const INCLUDES =
  'include=variants,images,options,modifiers,primary_image,channels,custom_fields,bulk_pricing_rules,videos,parent_relations';

function get(file: string, route: string, path: string, token?: string): SpecRequest {
  return { file, route, method: 'get', path, ...(token === undefined ? {} : { token }) };
}

/** Every call that the check makes, in an order in which each finds what it needs: order 100, customer 1, webhook 1. */
export const SPEC_REQUESTS: readonly SpecRequest[] = [
  get(STORE, '/store', '/v2/store'),
  get(STORE, '/time', '/v2/time'),
  get(GEOGRAPHY, '/countries', '/v2/countries'),
  get(GEOGRAPHY, '/countries/{id}', '/v2/countries/14'),
  get(GEOGRAPHY, '/countries/count', '/v2/countries/count'),
  get(GEOGRAPHY, '/countries/{country_id}/states', '/v2/countries/12/states'),
  get(GEOGRAPHY, '/countries/states', '/v2/countries/states'),
  get(PRODUCTS, '/catalog/products', `/v3/catalog/products?id:greater=60&limit=10&${INCLUDES}`),
  get(PRODUCTS, '/catalog/products', `/v3/catalog/products?id:in=46,47,50,52&${INCLUDES}`),
  get(PRODUCTS, '/catalog/products', '/v3/catalog/products?id:greater=60&limit=250&include=variants,images'),
  get(PRODUCTS, '/catalog/products', '/v3/catalog/products', REVOKED),
  get(PRODUCTS, '/catalog/products/{product_id}', `/v3/catalog/products/52?${INCLUDES}`),
  get(PRODUCTS, '/catalog/products/{product_id}', '/v3/catalog/products/1'),
  get(PRODUCTS, '/catalog/products/{product_id}/images', '/v3/catalog/products/112/images'),
  get(PRODUCTS, '/catalog/summary', '/v3/catalog/summary'),
  get(VARIANTS, '/catalog/variants', '/v3/catalog/variants?limit=250&page=3'),
  get(VARIANTS, '/catalog/products/{product_id}/variants', '/v3/catalog/products/52/variants'),
  get(VARIANTS, '/catalog/products/{product_id}/variants', '/v3/catalog/products/1/variants'),
  get(VARIANTS, '/catalog/products/{product_id}/variants/{variant_id}', '/v3/catalog/products/52/variants/124'),
  get(BRANDS, '/catalog/brands', '/v3/catalog/brands'),
  get(BRANDS, '/catalog/brands/{brand_id}', '/v3/catalog/brands/35'),
  get(CATEGORIES, '/catalog/categories', '/v3/catalog/categories'),
  get(TREES, '/catalog/trees', '/v3/catalog/trees'),
  get(TREES, '/catalog/trees/categories', '/v3/catalog/trees/categories'),
  get(TREES, '/catalog/trees/{tree_id}/categories', '/v3/catalog/trees/1/categories'),
  { file: 'customers.v3.yml', route: '/customers', method: 'post', path: '/v3/customers', body: [CUSTOMER] },
  { file: 'customers.v3.yml', route: '/customers', method: 'post', path: '/v3/customers', body: [CUSTOMER] },
  get('customers.v3.yml', '/customers', '/v3/customers?include=addresses,formfields,attributes,storecredit'),
  {
    ...{ file: 'customers.v3.yml', route: '/customers', method: 'put', path: '/v3/customers' },
    body: [{ id: 1, company: 'Doe Ltd' }],
  },
  { file: ORDERS, route: '/orders', method: 'post', path: '/v2/orders', body: SPEC_ORDER },
  get(ORDERS, '/orders', '/v2/orders'),
  get(ORDERS, '/orders', '/v2/orders?include=consignments,consignments.line_items,fees&consignment_structure=object'),
  get(ORDERS, '/orders/{order_id}', '/v2/orders/100'),
  get(ORDERS, '/orders/{order_id}', '/v2/orders/1'),
  get(ORDERS, '/orders/count', '/v2/orders/count'),
  get(ORDERS, '/orders/{order_id}/products', '/v2/orders/100/products'),
  get(ORDERS, '/orders/{order_id}/shipping_addresses', '/v2/orders/100/shipping_addresses'),
  get(ORDERS, '/order_statuses', '/v2/order_statuses'),
  get(ORDERS, '/orders/{order_id}/shipments', '/v2/orders/100/shipments'),
  {
    ...{ file: ORDERS, route: '/orders/{order_id}/shipments', method: 'post', path: '/v2/orders/100/shipments' },
    body: {
      order_address_id: 2,
      items: [{ order_product_id: 5, quantity: 1 }],
      tracking_number: '1Z',
      shipping_provider: 'ups',
    },
  },
  get(ORDERS, '/orders/{order_id}/shipments', '/v2/orders/100/shipments'),
  {
    file: ORDERS,
    route: '/orders/{order_id}',
    method: 'put',
    path: '/v2/orders/100',
    body: { staff_notes: 'Called.' },
  },
  get('orders.v3.yml', '/orders/{order_id}/transactions', '/v3/orders/100/transactions'),
  {
    ...{ file: 'webhooks.v3.yml', route: '/hooks', method: 'post', path: '/v3/hooks' },
    body: { scope: 'store/shipment/*', destination: 'https://example.com/hook' },
  },
  get('webhooks.v3.yml', '/hooks', '/v3/hooks'),
  get('webhooks.v3.yml', '/hooks/{webhook_id}', '/v3/hooks/1'),
  { file: 'webhooks.v3.yml', route: '/hooks/{webhook_id}', method: 'delete', path: '/v3/hooks/1' },
  get('webhooks.v3.yml', '/hooks/{webhook_id}', '/v3/hooks/1'),
  get(V2_PRODUCTS, '/products', '/v2/products?sku=DUP-1'),
  get(V2_PRODUCTS, '/products/{product_id}', '/v2/products/112'),
  get(V2_PRODUCTS, '/products/skus', '/v2/products/skus?sku=INHERIT-A'),
  get(V2_PRODUCTS, '/products/{product_id}/skus', '/v2/products/52/skus'),
  get(V2_PRODUCTS, '/products/{product_id}/options', '/v2/products/52/options'),
];
