import type { StoredOrder } from './order.ts';
import { totalsOf, writeCounts } from './write-order.ts';
import { writeLine } from './write-parts.ts';

/** Line items in an order's consignments stop at fifty (docs issue 960). */
const MOST_LINES = 50;

/** An order's consignments as `include=consignments&consignment_structure=object` shows them. */
export function writeConsignments(order: StoredOrder, withLines: boolean): Record<string, unknown> {
  const { shipping } = totalsOf(order);
  const resource = `/orders/${order.id}/products`;
  const lines = order.lines.slice(0, MOST_LINES).map((line) => writeLine(order, line));
  return {
    pickups: [],
    shipping: order.addresses.map(({ order_id: _orderId, ...address }) => ({
      ...address,
      line_items: withLines ? lines : [{ url: resource, resource }],
      ...writeCounts(order),
      ...{ base_cost: shipping.exTax, cost_ex_tax: shipping.exTax, cost_inc_tax: shipping.incTax },
      ...{ cost_tax: shipping.incTax - shipping.exTax, cost_tax_class_id: 0, base_handling_cost: 0 },
      ...{ handling_cost_ex_tax: 0, handling_cost_inc_tax: 0, handling_cost_tax: 0, handling_cost_tax_class_id: 0 },
      ...{ shipping_zone_id: 1, shipping_zone_name: 'Everywhere' },
    })),
    downloads: [],
    email: { gift_certificates: [] },
  };
}
