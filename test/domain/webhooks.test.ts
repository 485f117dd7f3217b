import { expect, it } from '@jest/globals';
import { neededScopes } from '../../domain/webhooks.ts';

/** As BigCommerce spells them in its list of webhook events. */
const STOCK = [
  ...['store/product/created', 'store/product/updated', 'store/product/deleted'],
  ...['store/product/inventory/updated', 'store/product/inventory/order/updated'],
  ...['store/sku/created', 'store/sku/updated', 'store/sku/deleted'],
  ...['store/sku/inventory/updated', 'store/sku/inventory/order/updated'],
];
const ORDERS = [
  ...['store/shipment/created', 'store/shipment/updated', 'store/shipment/deleted'],
  ...['store/order/updated', 'store/order/archived', 'store/order/statusUpdated'],
];

it.each([
  ['inventory alone', { inventory: {} }, STOCK],
  ['shipments alone', { shipments: {} }, ORDERS],
  ['both', { inventory: {}, fulfillment: {}, shipments: {} }, [...STOCK, ...ORDERS]],
  ['neither', { fulfillment: {} }, []],
])(
  'a source with %s asks for the events that help its jobs, by the names of BigCommerce',
  (_jobs, settings, scopes) => {
    expect([...neededScopes(settings)].sort()).toEqual([...scopes].sort());
  },
);
