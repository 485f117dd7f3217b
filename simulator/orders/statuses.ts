export interface OrderStatus {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly order: number;
}

/** BigCommerce's order statuses (bigcommerce/docs orders.v2.oas2.yml, order_statuses); labels can be renamed, ids not. */
export const ORDER_STATUSES: readonly OrderStatus[] = [
  status(0, 'Incomplete', 0, 'The shopper reached the payment page, but did not complete the transaction.'),
  status(1, 'Pending', 1, 'The customer started the checkout process, but did not complete it.'),
  status(2, 'Shipped', 8, 'The order has been shipped, but receipt has not been confirmed.'),
  status(3, 'Partially Shipped', 6, 'Only some items in the order have been shipped.'),
  status(4, 'Refunded', 11, 'The seller has used the Refund action.'),
  status(5, 'Cancelled', 9, 'The seller has cancelled the order.'),
  status(6, 'Declined', 10, 'The seller has marked the order as declined.'),
  status(7, 'Awaiting Payment', 2, 'The customer has completed checkout, but payment has yet to be confirmed.'),
  status(8, 'Awaiting Pickup', 5, 'The order has been pulled and awaits customer pickup.'),
  status(9, 'Awaiting Shipment', 4, 'The order has been pulled and packaged and awaits collection.'),
  status(10, 'Completed', 7, 'The customer has paid and the order is finished.'),
  status(11, 'Awaiting Fulfillment', 3, 'The customer has completed checkout and payment has been confirmed.'),
  status(12, 'Manual Verification Required', 13, 'The order is on hold until something is confirmed by hand.'),
  status(13, 'Disputed', 12, 'The customer has initiated a dispute.'),
  status(14, 'Partially Refunded', 14, 'The seller has partially refunded the order.'),
];

export const PENDING = 1;
export const SHIPPED = 2;
export const PARTIALLY_SHIPPED = 3;
export const CANCELLED = 5;
export const COMPLETED = 10;
export const INCOMPLETE = 0;

function status(id: number, name: string, order: number, description: string): OrderStatus {
  return { id, name, description, order };
}

/** The name of a status, or nothing for a number that is none. */
export function statusName(id: number): string {
  return ORDER_STATUSES.find((candidate) => candidate.id === id)?.name ?? '';
}

/** A status as `GET /v2/order_statuses` writes it. */
export function writeStatus(row: OrderStatus): Record<string, unknown> {
  const labels = { name: row.name, system_label: row.name, custom_label: row.name };
  return { id: row.id, ...labels, system_description: row.description };
}
