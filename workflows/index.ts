export { cancelOrder } from './cancel-order.ts';
export { fulfillmentRequest } from './fulfillment-request.ts';
export { importInventory } from './import-inventory.ts';
export { maintenance } from './maintenance.ts';
export { sendFulfillmentRequests } from './send-fulfillment-requests.ts';
export { syncShipments } from './sync-shipments.ts';
export { wakeRequests } from './wake-requests.ts';
