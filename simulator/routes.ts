import {
  countAllStates,
  countCountries,
  countStates,
  getCountry,
  getState,
  listAllStates,
  listCountries,
  listStates,
} from './geography/handlers.ts';
import { json } from './http/answers.ts';
import type { Handler } from './http/call.ts';
import type { Route } from './http/pipeline.ts';
import type { ScopeFamily } from './http/scopes.ts';
import { createOrder } from './orders/create-order.ts';
import { countOrders, listOrders } from './orders/list-orders.ts';
import * as parts from './orders/order-parts.ts';
import * as shipments from './orders/shipments.ts';
import { archiveOrder, getOrder, updateOrder } from './orders/update-order.ts';
import { getBrand, listBrands } from './resources/brands.ts';
import { getTree, listCategories, listTreeCategories, listTrees } from './resources/categories.ts';
import { createCustomers, deleteCustomers, listCustomers, updateCustomers } from './resources/customers.ts';
import { createHook, deleteHook, getHook, listHooks, updateHook } from './resources/hooks.ts';
import { getTime, listPages, listV2Pages } from './resources/pages.ts';
import { getProduct, listParts, listProducts } from './resources/products.ts';
import { getSummary } from './resources/summary.ts';
import {
  getV2Product,
  listV2ProductOptions,
  listV2Products,
  listV2ProductSkus,
  listV2Skus,
} from './resources/v2-products.ts';
import { getProductVariant, listProductVariants, listVariants } from './resources/variants.ts';

function get(path: string, scope: ScopeFamily, handler: Handler): Route {
  return { method: 'GET', path, scope, handler };
}

// Scopes are those that each specification names under "OAuth scopes".
const STORE: readonly Route[] = [
  get('/v2/store', 'information', (call) => json(call.store.information)),
  get('/v2/time', 'information', getTime),
  get('/v2/countries', 'information', listCountries),
  get('/v2/countries/count', 'information', countCountries),
  get('/v2/countries/states', 'information', listAllStates),
  get('/v2/countries/states/count', 'information', countAllStates),
  get('/v2/countries/:countryId', 'information', getCountry),
  get('/v2/countries/:countryId/states', 'information', listStates),
  get('/v2/countries/:countryId/states/count', 'information', countStates),
  get('/v2/countries/:countryId/states/:stateId', 'information', getState),
  get('/v2/pages', 'content', listV2Pages),
  get('/v3/content/pages', 'content', listPages),
];

const CATALOGUE: readonly Route[] = [
  get('/v2/products', 'products', listV2Products),
  get('/v2/products/skus', 'products', listV2Skus),
  get('/v2/products/:productId', 'products', getV2Product),
  get('/v2/products/:productId/skus', 'products', listV2ProductSkus),
  get('/v2/products/:productId/options', 'products', listV2ProductOptions),
  get('/v3/catalog/products', 'products', listProducts),
  get('/v3/catalog/products/:productId', 'products', getProduct),
  get('/v3/catalog/products/:productId/variants', 'products', listProductVariants),
  get('/v3/catalog/products/:productId/variants/:variantId', 'products', getProductVariant),
  get('/v3/catalog/products/:productId/options', 'products', listParts('options')),
  get('/v3/catalog/products/:productId/modifiers', 'products', listParts('modifiers')),
  get('/v3/catalog/products/:productId/images', 'products', listParts('images')),
  get('/v3/catalog/variants', 'products', listVariants),
  get('/v3/catalog/brands', 'products', listBrands),
  get('/v3/catalog/brands/:brandId', 'products', getBrand),
  // Limits of concurrency: bigcommerce/docs category-trees_catalog.v3.yml and customers.v3.yml.
  { ...get('/v3/catalog/categories', 'products', listCategories), maxConcurrent: 40 },
  get('/v3/catalog/trees', 'products', listTrees),
  get('/v3/catalog/trees/categories', 'products', listTreeCategories),
  { ...get('/v3/catalog/trees/:treeId/categories', 'products', getTree), maxConcurrent: 1 },
  get('/v3/catalog/summary', 'products', getSummary),
];

const ORDERS: readonly Route[] = [
  get('/v2/orders', 'orders', listOrders),
  { method: 'POST', path: '/v2/orders', scope: 'orders', handler: createOrder },
  get('/v2/orders/count', 'orders', countOrders),
  get('/v2/orders/:orderId', 'orders', getOrder),
  { method: 'PUT', path: '/v2/orders/:orderId', scope: 'orders', handler: updateOrder },
  { method: 'DELETE', path: '/v2/orders/:orderId', scope: 'orders', handler: archiveOrder },
  get('/v2/orders/:orderId/products', 'orders', parts.listOrderProducts),
  get('/v2/orders/:orderId/products/:lineId', 'orders', parts.getOrderProduct),
  get('/v2/orders/:orderId/shipping_addresses', 'orders', parts.listShippingAddresses),
  get('/v2/orders/:orderId/shipping_addresses/:addressId', 'orders', parts.getShippingAddress),
  {
    ...{ method: 'PUT', path: '/v2/orders/:orderId/shipping_addresses/:addressId', scope: 'orders' },
    handler: parts.updateShippingAddress,
  },
  get('/v2/orders/:orderId/coupons', 'orders', parts.listNothing),
  get('/v2/orders/:orderId/taxes', 'orders', parts.listNothing),
  get('/v2/orders/:orderId/messages', 'orders', parts.listNothing),
  get('/v2/order_statuses', 'orders', parts.listOrderStatuses),
  get('/v2/order_statuses/:statusId', 'orders', parts.getOrderStatus),
  get('/v3/orders/:orderId/transactions', 'transactions', parts.listTransactions),
];

const SHIPMENTS: readonly Route[] = [
  get('/v2/orders/:orderId/shipments', 'orders', shipments.listShipments),
  { method: 'POST', path: '/v2/orders/:orderId/shipments', scope: 'orders', handler: shipments.createShipment },
  { method: 'DELETE', path: '/v2/orders/:orderId/shipments', scope: 'orders', handler: shipments.deleteShipments },
  get('/v2/orders/:orderId/shipments/count', 'orders', shipments.countShipments),
  get('/v2/orders/:orderId/shipments/:shipmentId', 'orders', shipments.getShipment),
  {
    method: 'PUT',
    path: '/v2/orders/:orderId/shipments/:shipmentId',
    scope: 'orders',
    handler: shipments.updateShipment,
  },
  {
    method: 'DELETE',
    path: '/v2/orders/:orderId/shipments/:shipmentId',
    scope: 'orders',
    handler: shipments.deleteShipment,
  },
];

const CUSTOMERS_AND_HOOKS: readonly Route[] = [
  get('/v3/customers', 'customers', listCustomers),
  { method: 'POST', path: '/v3/customers', scope: 'customers', handler: createCustomers },
  { method: 'PUT', path: '/v3/customers', scope: 'customers', handler: updateCustomers, maxConcurrent: 3 },
  { method: 'DELETE', path: '/v3/customers', scope: 'customers', handler: deleteCustomers },
  get('/v3/hooks', 'none', listHooks),
  { method: 'POST', path: '/v3/hooks', scope: 'none', handler: createHook },
  get('/v3/hooks/:hookId', 'none', getHook),
  { method: 'PUT', path: '/v3/hooks/:hookId', scope: 'none', handler: updateHook },
  { method: 'DELETE', path: '/v3/hooks/:hookId', scope: 'none', handler: deleteHook },
];

/** Every endpoint of the simulated API. */
export const ROUTES: readonly Route[] = [...STORE, ...CATALOGUE, ...ORDERS, ...SHIPMENTS, ...CUSTOMERS_AND_HOOKS];
