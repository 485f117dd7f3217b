import { readChanged } from './changed-order.ts';
import type { ChangedOrder } from './changed-order.ts';
import type { StoreClient } from './client.ts';
import { ORDERS } from './order-row.ts';
import { getV2Page, unexpected } from './v2-pages.ts';

export type { ChangedOrder } from './changed-order.ts';
export { listOrdersById, readOrderById } from './orders-by-id.ts';

/** Where a list of modified orders goes on. Plain data, so that it may wait in a workflow. */
export interface ChangeCursor {
  /** The second that the last page ended in, ISO 8601. */
  at: string;
  /** The orders of that second that were answered already. */
  seen: number[];
  /** Above 1 only where one second holds more orders than a page. */
  page: number;
}

export interface ModifiedQuery {
  /** By the store's clock, whole seconds, inclusive. */
  since: Date;
  after?: ChangeCursor | null | undefined;
  signal?: AbortSignal | undefined;
}

export interface ModifiedPage {
  orders: ChangedOrder[];
  /** Null when the list is at its end. */
  next: ChangeCursor | null;
  /** The newest `date_modified` of this page: everything before it was answered. Null for an empty page. */
  modifiedUpTo: Date | null;
  /** Rows that name no order. Whatever they are, the list is read past them. */
  unreadable: number;
}

/** V2's smallest usual page: fewer rows are surely the last ones, also where the limit was not heeded. */
const SURE_END = 50;
/** 10,000 orders of one second: more is no store that can be read. */
const MOST_PAGES = 40;

/**
 * One page of the orders modified since an instant, oldest change first. Goes on by the last row's second and not by
 * page number: an order that changes meanwhile moves to the end of the list and shifts every page behind its old place.
 * A row that cannot be understood costs only itself: one without a date counts as modified when the row before it was.
 * Throws StoreError: `unexpected_answer` where the store ignores filter or sort, because then orders would be skipped.
 */
export async function readModifiedOrders(
  client: StoreClient,
  { since, after, ...options }: ModifiedQuery,
): Promise<ModifiedPage> {
  const from = secondOf(after ? new Date(after.at) : since);
  const page = after?.page ?? 1;
  if (page > MOST_PAGES) throw unexpected(ORDERS, 'BigCommerce lists too many orders as modified in one second');
  const query = { min_date_modified: writeSecond(from), sort: 'date_modified:asc', ...(page > 1 ? { page } : {}) };
  const found = await getV2Page(client, ORDERS, query, options);
  const rows = readRows(found, from);
  checkHeeded(rows, from);
  const seen = new Set(after?.seen);
  const orders = rows.filter((order) => !(seen.has(order.id) && secondOf(order.modifiedAt) === from));
  if (orders.length === 0 && page > 1 && rows.length > 0) {
    throw unexpected(ORDERS, 'BigCommerce repeats the pages of the modified orders');
  }
  return {
    ...{ orders, next: cursorAfter(found.length, rows, { from, page, seen }) },
    ...{ modifiedUpTo: rows.at(-1)?.modifiedAt ?? null, unreadable: found.length - rows.length },
  };
}

interface ModifiedOrder extends ChangedOrder {
  modifiedAt: Date;
}

function cursorAfter(
  found: number,
  rows: readonly ModifiedOrder[],
  { from, page, seen }: { from: number; page: number; seen: ReadonlySet<number> },
): ChangeCursor | null {
  if (found < SURE_END || rows.length === 0) return null;
  const last = secondOf(rows.at(-1)!.modifiedAt);
  const ids = rows.filter((order) => secondOf(order.modifiedAt) === last).map((order) => order.id);
  const at = new Date(last).toISOString();
  if (last === from) return { at, seen: [...new Set([...seen, ...ids])], page: page + 1 };
  // A page of one second alone is also the first page from that second on.
  return { at, seen: ids, page: ids.length === rows.length && page === 1 ? 2 : 1 };
}

function readRows(found: readonly unknown[], from: number): ModifiedOrder[] {
  const orders = found.map(readChanged).filter((order) => order !== null);
  // A store that tells no date at all tells nothing of changes either.
  if (found.length > 0 && !orders.some((order) => order.modifiedAt)) {
    throw unexpected(ORDERS, 'BigCommerce listed modified orders without their date_modified');
  }
  let last = new Date(from);
  return orders.map((order) => {
    last = order.modifiedAt ?? last;
    return { ...order, modifiedAt: last };
  });
}

/** A date filter in a form that the store does not understand is ignored without a word (bigcommerce-api-ruby#60). */
function checkHeeded(rows: readonly ModifiedOrder[], from: number): void {
  let previous = from;
  for (const { modifiedAt } of rows) {
    const at = secondOf(modifiedAt);
    if (at < from) throw unexpected(ORDERS, 'BigCommerce ignores the filter min_date_modified');
    if (at < previous) throw unexpected(ORDERS, 'BigCommerce ignores the order in which modified orders are asked for');
    previous = at;
  }
}

/** V2 writes dates in whole seconds. */
function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}

function writeSecond(second: number): string {
  return `${new Date(second).toISOString().slice(0, 19)}+00:00`;
}
