import { lineMatcher } from './match-lines.ts';
import type { LineMatch } from './match-lines.ts';
import type { FetchedItem, FetchedShipment, OrderLine, RequestLine, ShippedItem } from './shipment.ts';

export interface FilledLines {
  /** Every line of the request; what was shipped too much counts. */
  shippedByLine: Map<string, number>;
  /** By shipment id: what it holds, in the order of the lines, unmatched items last. */
  itemsByShipment: Map<number, ShippedItem[]>;
  /** Shipments with items that match nothing. */
  unmatched: Set<number>;
}

interface Part extends LineMatch {
  shipmentId: number;
  item: FetchedItem;
  /** Units that have no line yet. */
  left: number;
  units: Map<RequestLine, number>;
}

/** Postgres `integer`: a sum beyond it would fail the batch in which it is written. */
const LARGEST_QUANTITY = 2_147_483_647;

/**
 * Spreads the items of all shipments over the lines: each line up to its quantity, in their order, and a rest on the last
 * one. Shipments are taken by id whatever their order, so that the same truth gives the same result; units that can mean
 * one line only come before those with a choice.
 */
export function fillLines(input: {
  lines: readonly RequestLine[];
  orderProducts: readonly OrderLine[];
  shipments: readonly FetchedShipment[];
}): FilledLines {
  const parts = partsOf(input);
  const filled = new Map<RequestLine, number>(input.lines.map((line) => [line, 0]));
  for (const part of parts) fill(part, part.certain, filled);
  for (const part of parts) fill(part, part.possible, filled);
  for (const part of parts) {
    const last = part.possible.at(-1);
    if (last) add(part, last, part.left, filled);
  }
  const itemsByShipment = new Map<number, ShippedItem[]>();
  for (const { id } of input.shipments) itemsByShipment.set(id, []);
  for (const part of parts) itemsByShipment.get(part.shipmentId)!.push(...shippedItems(part));
  const places = new Map(input.lines.map(({ lineId }, index) => [lineId, index]));
  const place = ({ lineId }: ShippedItem) => (lineId === null ? places.size : places.get(lineId)!);
  for (const items of itemsByShipment.values()) items.sort((a, b) => place(a) - place(b));
  const shipped = [...filled].map(([{ lineId }, units]) => [lineId, Math.min(units, LARGEST_QUANTITY)] as const);
  return { shippedByLine: new Map(shipped), itemsByShipment, unmatched: unmatchedOf(parts) };
}

function unmatchedOf(parts: readonly Part[]): Set<number> {
  const isUnmatched = ({ reason, item }: Part) => reason !== null && item.quantity !== 0;
  return new Set(parts.filter(isUnmatched).map(({ shipmentId }) => shipmentId));
}

function partsOf(input: Parameters<typeof fillLines>[0]): Part[] {
  const match = lineMatcher(input);
  const byId = [...input.shipments].sort((a, b) => a.id - b.id);
  return byId.flatMap(({ id, items }) =>
    addedUp(items).map((item) => {
      const found = match(item);
      const part = { shipmentId: id, item, left: item.quantity ?? 0, units: new Map<RequestLine, number>() };
      if (item.quantity !== null && item.quantity > 0) return { ...found, ...part };
      const reason = item.quantity === 0 ? 'its quantity is 0' : 'its quantity is no whole number from 0';
      return { ...part, sku: found.sku, certain: [], possible: [], reason };
    }),
  );
}

/** One item for each line of the order, in the order of their ids; those that cannot be counted stay by themselves. */
function addedUp(items: readonly FetchedItem[]): FetchedItem[] {
  const sums = new Map<string, FetchedItem>();
  for (const item of items) {
    const product = item.orderProductId === null ? `of ${item.productId}` : String(item.orderProductId);
    const key = `${product} ${item.quantity === null ? 'unreadable' : item.quantity === 0 ? 'none' : 'some'}`;
    const before = sums.get(key);
    const quantity = item.quantity === null ? null : item.quantity + (before?.quantity ?? 0);
    // Beside one line of the order product ids say the same, or nothing; whichever comes first must not matter.
    const productId = smaller(before?.productId ?? null, item.productId);
    sums.set(key, { ...item, productId, quantity });
  }
  return [...sums.values()].sort(byIds);
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function byIds(a: FetchedItem, b: FetchedItem): number {
  return (
    (a.orderProductId ?? Infinity) - (b.orderProductId ?? Infinity) ||
    (a.productId ?? 0) - (b.productId ?? 0) ||
    (a.quantity ?? -1) - (b.quantity ?? -1)
  );
}

function fill(part: Part, lines: readonly RequestLine[], filled: Map<RequestLine, number>): void {
  for (const line of lines)
    add(part, line, Math.min(part.left, Math.max(0, line.quantity - filled.get(line)!)), filled);
}

function add(part: Part, line: RequestLine, units: number, filled: Map<RequestLine, number>): void {
  if (units === 0) return;
  part.left -= units;
  part.units.set(line, (part.units.get(line) ?? 0) + units);
  filled.set(line, filled.get(line)! + units);
}

function shippedItems({ item, sku, units, reason }: Part): ShippedItem[] {
  const { orderProductId, productId } = item;
  if (reason !== null) return [{ lineId: null, sku, quantity: item.quantity ?? 0, orderProductId, productId, reason }];
  return [...units].map(([line, quantity]) => ({
    ...{ lineId: line.lineId, sku: line.sku, quantity, orderProductId, productId, reason: null },
  }));
}
