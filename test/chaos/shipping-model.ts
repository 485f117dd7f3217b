import type { Database } from '../../database/connect.ts';
import { listLines } from '../../database/fulfillment-requests.ts';
import { listShipmentChanges, listShipmentRows } from '../../database/shipments.ts';
import type { Supplier } from '../e2e/supplier.ts';

const REFUNDED = 4;
const CANCELED = 5;
const DECLINED = 6;
const SHIPPED = 2;
const PARTIALLY_SHIPPED = 3;
const COMPLETED = 10;
const AWAITING_FULFILLMENT = 11;
const STATUS = {
  ...{ canceled: CANCELED, declined: DECLINED, refunded: REFUNDED },
  ...{ completed: COMPLETED, 'awaiting fulfillment': AWAITING_FULFILLMENT },
};
const SHIPPED_BY_STATUS = [SHIPPED, COMPLETED];
const ENDED_BY_STATUS = [CANCELED, DECLINED, REFUNDED];

/** One thing that the merchant does; whole numbers choose among what there is. */
export type Deed =
  | { do: 'ship'; order: number; line: number; quantity: number; tracked: boolean }
  | { do: 'type tracking'; order: number; shipment: number; text: string }
  | { do: 'repack'; order: number; shipment: number; line: number; quantity: number }
  | { do: 'delete shipment'; order: number; shipment: number }
  | { do: 'set status'; order: number; status: keyof typeof STATUS }
  | { do: 'archive'; order: number }
  | { do: 'restore'; order: number };

interface ModelShipment {
  tracking: string | null;
  units: number[];
}

interface ModelOrder {
  number: string;
  orderId: number;
  ordered: number[];
  shipments: Map<number, ModelShipment>;
  status: number;
  isArchived: boolean;
  /** What a look found when it found the order canceled: it is asked for again only when its order changes. */
  canceled: State | null;
  /** What the last look has written. */
  wasShipped: boolean;
  hadPackages: boolean;
}

interface State {
  processing: string;
  shipping: string;
  lines: number[];
  shipments: Record<number, string | null>;
}

/** The store's truth, kept by the plainest means: what was done to it. */
export class ShippingModel {
  readonly #supplier: Supplier;
  readonly #orders: ModelOrder[];

  constructor(supplier: Supplier, requests: Record<string, number[]>, orderIds: Record<string, number>) {
    this.#supplier = supplier;
    this.#orders = Object.entries(requests).map(([number, ordered]) => ({
      ...{ number, ordered, orderId: orderIds[number]!, shipments: new Map<number, ModelShipment>() },
      ...{ status: AWAITING_FULFILLMENT, isArchived: false, canceled: null, wasShipped: false, hadPackages: false },
    }));
  }

  /** Does it in the store and here; what the store would not take is not done. */
  async perform(deed: Deed): Promise<void> {
    const order = this.#orders[deed.order % this.#orders.length]!;
    const path = `orders/${order.orderId}`;
    const { control } = this.#supplier;
    if (deed.do === 'set status') {
      order.status = STATUS[deed.status];
      await control('PATCH', path, { status_id: order.status });
      return;
    }
    if (deed.do === 'archive' || deed.do === 'restore') {
      order.isArchived = deed.do === 'archive';
      await control('PATCH', path, { isDeleted: order.isArchived });
      return;
    }
    if (deed.do === 'ship') return this.#ship(order, deed);
    const ids = [...order.shipments.keys()];
    const id = ids[deed.shipment % Math.max(1, ids.length)];
    if (id === undefined) return;
    const shipment = order.shipments.get(id)!;
    if (deed.do === 'delete shipment') {
      await control('DELETE', `${path}/shipments/${id}`);
      order.shipments.delete(id);
    } else if (deed.do === 'type tracking') {
      await control('PATCH', `${path}/shipments/${id}`, { tracking_number: deed.text });
      shipment.tracking = deed.text;
    } else await this.#repack(order, id, deed);
  }

  async #ship(order: ModelOrder, deed: Deed & { do: 'ship' }): Promise<void> {
    const line = deed.line % order.ordered.length;
    const quantity = Math.min(deed.quantity, order.ordered[line]! - shippedOf(order)[line]!);
    if (quantity === 0) return;
    const tracking = deed.tracked ? `T${order.orderId}` : null;
    const fields = tracking === null ? {} : { tracking_number: tracking };
    const id = await this.#supplier.ship(order.orderId, fields, [[line, quantity]]);
    order.shipments.set(id, { tracking, units: order.ordered.map((_, at) => (at === line ? quantity : 0)) });
    order.status = isAll(order) ? SHIPPED : PARTIALLY_SHIPPED;
  }

  /** Puts other items into a package; the status of the order stays, as on a live store. */
  async #repack(order: ModelOrder, id: number, deed: Deed & { do: 'repack' }): Promise<void> {
    const shipment = order.shipments.get(id)!;
    const line = deed.line % order.ordered.length;
    const left = order.ordered[line]! - shippedOf(order)[line]! + shipment.units[line]!;
    const quantity = Math.min(deed.quantity, left);
    if (quantity === 0) return;
    const { lines } = await this.#supplier.order(order.orderId);
    const items = [{ order_product_id: lines[line]!.id, quantity }];
    await this.#supplier.control('PATCH', `orders/${order.orderId}/shipments/${id}`, { items });
    shipment.units = order.ordered.map((_, at) => (at === line ? quantity : 0));
  }

  /** Runs have looked since the last time: what they asked the store for is known now, and stays known. */
  async noteLook(): Promise<void> {
    const { requests } = await this.#supplier.control<{ requests: { path: string }[] }>('GET', 'ledger/requests');
    await this.#supplier.control('DELETE', 'ledger');
    for (const order of this.#orders) {
      if (!requests.some(({ path }) => path.includes(`/orders/${order.orderId}/shipments`))) continue;
      const state = stateOf(order);
      const isEnded = ENDED_BY_STATUS.includes(order.status);
      // One that had all shipped before the store canceled it stays acknowledged, and one that was canceled canceled,
      // until its order is active again.
      const isCanceled =
        (isEnded && state.shipping !== 'shipped') || ((isEnded || order.isArchived) && order.canceled !== null);
      order.canceled = isCanceled ? { ...state, processing: 'canceled' } : null;
      order.hadPackages ||= order.shipments.size > 0;
      order.wasShipped = state.shipping === 'shipped';
    }
  }

  expected(): Record<string, State> {
    return Object.fromEntries(this.#orders.map((order) => [order.number, order.canceled ?? stateOf(order)]));
  }
}

const shippedOf = ({ ordered, shipments }: ModelOrder): number[] =>
  ordered.map((_, line) => [...shipments.values()].reduce((sum, { units }) => sum + units[line]!, 0));

const isAll = (order: ModelOrder) => shippedOf(order).every((units, line) => units >= order.ordered[line]!);

function stateOf(order: ModelOrder): State {
  const lines = shippedOf(order);
  const byQuantity = isAll(order) ? 'shipped' : lines.some((units) => units > 0) ? 'partially_shipped' : 'open';
  // Marked as shipped by hand; it stays so when the order is canceled, since the goods have left.
  const isMarkedNow =
    SHIPPED_BY_STATUS.includes(order.status) || (ENDED_BY_STATUS.includes(order.status) && order.wasShipped);
  const isMarked = order.shipments.size === 0 && !order.hadPackages && isMarkedNow;
  const shipments = Object.fromEntries([...order.shipments].map(([id, { tracking }]) => [id, tracking]));
  return { processing: 'acknowledged', shipping: isMarked ? 'shipped' : byQuantity, lines, shipments };
}

/** What is stored, in the model's words. */
export async function storedStates(db: Database, { name, request }: Supplier, numbers: string[]) {
  const rows = await listShipmentRows(db, { source: name }, 10_000);
  const states: Record<string, State> = {};
  for (const number of numbers) {
    const { id, processing, shipping } = await request(number);
    const lines = (await listLines(db, id)).map(({ shippedQuantity }) => shippedQuantity);
    const own = rows.map(({ shipment }) => shipment).filter((shipment) => shipment.number === number);
    const shipments = Object.fromEntries(own.map((each) => [each.bigcommerceShipmentId, each.trackingNumber]));
    states[number] = { processing, shipping, lines, shipments };
  }
  return states;
}

/** The packages that a reader of the change feed has who began with nothing; throws where the feed makes no sense. */
export async function followFeed(db: Database, sourceId: number): Promise<Record<number, string | null>> {
  const known: Record<number, string | null> = {};
  for (let since = 0; ;) {
    const changes = await listShipmentChanges(db, { since, sourceId, limit: 3 });
    for (const { kind, cursor, shipment } of changes) {
      const id = shipment.bigcommerceShipmentId;
      if ((kind === 'created') === id in known) throw new Error(`${kind} of ${id} at ${cursor}`);
      if (kind === 'removed') delete known[id];
      else known[id] = shipment.trackingNumber;
    }
    if (changes.length === 0) return known;
    since = changes.at(-1)!.cursor;
  }
}

/** All packages of a model's states, as a reader of the feed would have them. */
export function packagesOf(states: Record<string, State>): Record<number, string | null> {
  return Object.assign({}, ...Object.values(states).map(({ shipments }) => shipments)) as Record<number, string | null>;
}
