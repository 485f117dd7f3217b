import { failureKinds } from '../failures.ts';
import type { Shipping } from '../fulfillment/states.ts';
import { fillLines } from './fill-lines.ts';
import type { FetchedShipment, OrderLine, RequestLine, ShipmentFields, ShippedItem } from './shipment.ts';

/** What somebody should look at although the state is clear; on a request those that hold now, in this order. */
export const SHIPMENT_FLAGS = [
  'over_shipped',
  'closed_short',
  'unmatched_items',
  'no_tracking',
  'order_deleted',
  'refunded_after_shipping',
  'mapping_failed',
] as const;
export type ShipmentFlag = (typeof SHIPMENT_FLAGS)[number];

export interface ReconcileInput {
  lines: readonly RequestLine[];
  orderProducts: readonly OrderLine[];
  /** All that the order has now. One that is there twice, as pages can shift, counts once: the last. */
  shipments: readonly FetchedShipment[];
  /** Null where the store no longer knows the order. */
  orderStatusId: number | null;
  isDeleted: boolean;
  /** What stays when the store no longer knows the order. */
  shippingBefore: Shipping;
  /** Whether the order is known to have had a package, also one that is deleted by now. */
  hadPackages: boolean;
}

export interface ReconciledShipment {
  bigcommerceShipmentId: number;
  fields: ShipmentFields;
  items: ShippedItem[];
  flags: ShipmentFlag[];
  /** What could not be mapped, a sentence each; may quote the shipment, so it stays in Postgres. */
  problems: string[];
}

export interface Cancellation {
  code: 'canceled_by_store' | 'declined_by_store' | 'refunded_by_store';
  message: string;
  hint: string;
}

export interface Reconciled {
  /** By id. */
  shipments: ReconciledShipment[];
  /** Every line of the request; what was shipped too much counts. */
  shippedByLine: Map<string, number>;
  shipping: Shipping;
  flags: ShipmentFlag[];
  canceled: Cancellation | null;
  /** The store has the order, and it is neither canceled, declined, refunded nor archived. */
  isActive: boolean;
}

/** The reasons of requests that the store has canceled. */
export const ENDED_BY_STORE: readonly Cancellation['code'][] = [
  'canceled_by_store',
  'declined_by_store',
  'refunded_by_store',
];

export function isEndedByStore(code: string | null): boolean {
  return (ENDED_BY_STORE as readonly (string | null)[]).includes(code);
}

/** Shipped and Completed. Somebody can choose them by hand, without a shipment (bigcommerce-facts.md 12). */
const SHIPPED_BY_STATUS: ReadonlySet<number | null> = new Set([2, 10]);

const ENDED_BY_STATUS: ReadonlyMap<number | null, Pick<Cancellation, 'code'> & { verb: string }> = new Map([
  [5, { code: 'canceled_by_store', verb: 'canceled' }],
  [6, { code: 'declined_by_store', verb: 'declined' }],
  [4, { code: 'refunded_by_store', verb: 'refunded' }],
]);

/** Whether an order of this status is canceled, declined or refunded: nobody ships it any more. */
export function isEndedStatus(statusId: number | null): boolean {
  return ENDED_BY_STATUS.has(statusId);
}

/**
 * What a request's shipments and states are, from what its order says now. The same truth gives the same result,
 * whatever was known before, with one exception: an order that is marked as shipped by hand and one of which every
 * package was deleted look the same. Deleting an order says nothing of its goods: it adds its flag only.
 */
export function reconcile(input: ReconcileInput): Reconciled {
  const shipments = [...new Map(input.shipments.map((each) => [each.id, each])).values()].sort((a, b) => a.id - b.id);
  const filled = fillLines({ ...input, shipments });
  const reconciled = shipments.map((shipment) => ({
    bigcommerceShipmentId: shipment.id,
    fields: shipment.fields,
    items: filled.itemsByShipment.get(shipment.id)!,
    flags: flagsOf(shipment, filled.unmatched),
    problems: shipment.problems,
  }));
  const { shippedByLine } = filled;
  const byQuantity = shippingOf(input.lines, shippedByLine);
  const shipping = withStatus(byQuantity, input);
  const ended = ENDED_BY_STATUS.get(input.orderStatusId);
  const hasShipped = byQuantity === 'shipped' || (shipments.length === 0 && shipping === 'shipped');
  const isOver = input.lines.some(({ lineId, quantity }) => shippedByLine.get(lineId)! > quantity);
  const isMarkedShipped = shipping === 'shipped' || SHIPPED_BY_STATUS.has(input.orderStatusId);
  const isUntracked = shipments.length === 0 && isMarkedShipped && input.orderStatusId !== null;
  const isClosedShort = shipping === 'partially_shipped' && SHIPPED_BY_STATUS.has(input.orderStatusId);
  const flags = new Set<ShipmentFlag>(reconciled.flatMap((shipment) => shipment.flags));
  if (isOver) flags.add('over_shipped');
  if (isClosedShort) flags.add('closed_short');
  if (isUntracked) flags.add('no_tracking');
  if (input.isDeleted) flags.add('order_deleted');
  if (ended && hasShipped) flags.add('refunded_after_shipping');
  return {
    ...{ shipments: reconciled, shippedByLine, shipping, flags: SHIPMENT_FLAGS.filter((flag) => flags.has(flag)) },
    canceled: ended && !hasShipped ? cancellation(ended, input.lines, shippedByLine) : null,
    isActive: !ended && !input.isDeleted && input.orderStatusId !== null,
  };
}

function flagsOf(shipment: FetchedShipment, unmatched: ReadonlySet<number>): ShipmentFlag[] {
  const holds: Partial<Record<ShipmentFlag, boolean>> = {
    unmatched_items: unmatched.has(shipment.id),
    no_tracking: shipment.fields.trackingNumber === null,
    mapping_failed: shipment.problems.length > 0,
  };
  return SHIPMENT_FLAGS.filter((flag) => holds[flag]);
}

function shippingOf(lines: readonly RequestLine[], shippedByLine: ReadonlyMap<string, number>): Shipping {
  if (!lines.some(({ lineId }) => shippedByLine.get(lineId)! > 0)) return 'open';
  const isReached = lines.every(({ lineId, quantity }) => shippedByLine.get(lineId)! >= quantity);
  return isReached ? 'shipped' : 'partially_shipped';
}

function withStatus(byQuantity: Shipping, input: ReconcileInput): Shipping {
  const { shipments, orderStatusId, shippingBefore, hadPackages } = input;
  if (shipments.length > 0) return byQuantity;
  // The store knows nothing of it any more, which is no news of the goods.
  if (orderStatusId === null) return shippingBefore;
  // The status stays when packages are deleted (bigcommerce-facts.md 12): then it says nothing.
  if (hadPackages) return byQuantity;
  // Marked by hand, and refunded or canceled since: the goods have left all the same.
  if (ENDED_BY_STATUS.has(orderStatusId) && shippingBefore === 'shipped') return 'shipped';
  return SHIPPED_BY_STATUS.has(orderStatusId) ? 'shipped' : byQuantity;
}

function cancellation(
  { code, verb }: { code: Cancellation['code']; verb: string },
  lines: readonly RequestLine[],
  shippedByLine: ReadonlyMap<string, number>,
): Cancellation {
  const ordered = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const shipped = lines.reduce((sum, line) => sum + Math.min(line.quantity, shippedByLine.get(line.lineId)!), 0);
  const before = shipped > 0 ? ` after ${shipped} of ${ordered} units had shipped` : '';
  return { code, message: `The order was ${verb} in the store${before}.`, hint: failureKinds[code].hint };
}
