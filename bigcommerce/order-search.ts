import type { StoreClient } from './client.ts';
import { ORDERS, readOrder } from './order-row.ts';
import type { FoundOrder } from './order-row.ts';
import type { PageOptions } from './pages.ts';
import { getV2Page, listV2, unexpected } from './v2-pages.ts';

export interface OrderSearch extends PageOptions {
  /** No order that is looked for is older than this. */
  since: Date;
}

/** The store's clock and ours may differ. */
const MARGIN_MS = 3_600_000;
/** 10,000 orders. */
const MOST_PAGES = 40;
const NEWEST_FIRST = { sort: 'id:desc' };

/**
 * The orders with exactly this external_order_id, byte for byte, newest first. Where the store ignores the filter
 * (then unrelated orders come back), its newest orders are read back to `since` and compared here. Throws StoreError:
 * `unexpected_answer` also when that cannot be trusted, so an empty list means that there is none to be seen.
 */
export async function findOrdersByExternalId(
  client: StoreClient,
  externalOrderId: string,
  { since, ...options }: OrderSearch,
): Promise<FoundOrder[]> {
  const query = { ...NEWEST_FIRST, external_order_id: externalOrderId };
  const first = readRows(await getV2Page(client, ORDERS, query, options));
  if (first.some((order) => !isNear(order.externalOrderId, externalOrderId))) {
    return walk(client, externalOrderId, { since, ...options });
  }
  const all = first.length < SURE_END ? first : readRows(await listV2(client, ORDERS, query, options));
  return all.filter((order) => order.externalOrderId === externalOrderId);
}

/** V2's smallest usual page: fewer rows are surely all of them. */
const SURE_END = 50;

/** A database that does not mind letter case or outer blanks heeds the filter all the same. */
function isNear(found: string, wanted: string): boolean {
  return found === wanted || found.trim().toLowerCase() === wanted.trim().toLowerCase();
}

function readRows(rows: unknown[]): FoundOrder[] {
  return rows.map((row) => {
    const order = readOrder(row);
    // It might be the one that is looked for.
    if (!order) throw unexpected(ORDERS, 'BigCommerce listed an order without an id');
    return order;
  });
}

/**
 * Reads the newest orders by falling id until one that existed before `since`. Ids rise as orders are made; dates of
 * creation need not, because a client may set them. Only an order that was last touched before `since` proves that all
 * with lower ids are older too.
 */
async function walk(client: StoreClient, wanted: string, { since, ...options }: OrderSearch): Promise<FoundOrder[]> {
  const end = since.getTime() - MARGIN_MS;
  const matches: FoundOrder[] = [];
  let lowest = Infinity;
  let page = 1;
  let isByPage = false;
  for (let requests = 0; requests < MOST_PAGES; requests++) {
    const from = isByPage ? { page } : { max_id: lowest === Infinity ? undefined : lowest - 1 };
    const orders = readRows(await getV2Page(client, ORDERS, { ...NEWEST_FIRST, ...from }, options));
    // By id, because orders that come or go meanwhile shift pages; by page where the store does not know `max_id`.
    if (!isByPage && orders.some((order) => order.id >= lowest)) {
      [isByPage, page] = [true, 2];
      continue;
    }
    if (orders.length === 0 && lowest === Infinity)
      throw unexpected(ORDERS, 'BigCommerce listed orders once and then none');
    const fresh = orders.filter((order) => order.id < lowest);
    checkSorted(orders, fresh);
    matches.push(...fresh.filter((order) => order.externalOrderId === wanted));
    if (orders.length === 0 || fresh.some((order) => isBefore(order, end))) return matches;
    lowest = fresh.at(-1)!.id;
    page++;
  }
  throw unexpected(ORDERS, `BigCommerce ignores the filter external_order_id and has too many orders to look through`);
}

function isBefore({ createdAt, modifiedAt }: FoundOrder, instant: number): boolean {
  if (!createdAt) return false;
  return Math.max(createdAt.getTime(), modifiedAt?.getTime() ?? 0) < instant;
}

function checkSorted(orders: readonly FoundOrder[], fresh: readonly FoundOrder[]): void {
  const isFalling = orders.every((order, index) => index === 0 || order.id < orders[index - 1]!.id);
  if (isFalling && (orders.length === 0 || fresh.length > 0)) return;
  throw unexpected(
    ORDERS,
    'BigCommerce ignores the filter external_order_id and the order in which orders are asked for',
  );
}
