import { readOrder } from './order-row.ts';
import type { FoundOrder } from './order-row.ts';
import { readFields, readNumber } from './read.ts';

/** What a list tells of an order, as far as its shipments may hang on it. */
export interface ChangedOrder {
  id: number;
  statusId: number | null;
  externalOrderId: string;
  externalSource: string | null;
  modifiedAt: Date | null;
  isDeleted: boolean;
  itemsTotal: number | null;
  itemsShipped: number | null;
}

/** An order of a list; null for a row without an id, which might be any order. */
export function readChanged(row: unknown): ChangedOrder | null {
  const order = readOrder(row);
  if (!order) return null;
  const fields = readFields(row);
  return changedOf(order, readNumber(fields['items_total']), readNumber(fields['items_shipped']));
}

/** The same of an order that was asked for by itself. */
export function changedOf(order: FoundOrder, itemsTotal: number | null, itemsShipped: number | null): ChangedOrder {
  const { id, statusId, externalOrderId, externalSource, modifiedAt, isDeleted } = order;
  return { id, statusId, externalOrderId, externalSource, modifiedAt, isDeleted, itemsTotal, itemsShipped };
}
