import { changedOf, readChanged } from './changed-order.ts';
import type { ChangedOrder } from './changed-order.ts';
import type { StoreClient } from './client.ts';
import { ORDERS } from './order-row.ts';
import { getOrder } from './orders.ts';
import { LARGEST_PAGE } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { getV2Page } from './v2-pages.ts';

/**
 * How many orders stand, in few requests: ids that lie close together come as one page of a list, others one by one.
 * Null is said only of an order that was asked for by itself and does not exist, since a list may leave out archived
 * orders. Where the store ignores the bounds of a list, every order is asked for by itself. Throws StoreError.
 */
export async function readOrdersById(
  client: StoreClient,
  ids: readonly number[],
  options: PageOptions = {},
): Promise<Map<number, ChangedOrder | null>> {
  const found = new Map<number, ChangedOrder | null>();
  let heedsBounds = true;
  for (const range of rangesOf(ids)) {
    if (heedsBounds && range.length > 1) heedsBounds = await readRange(client, range, { found, options });
    for (const id of range) {
      if (!found.has(id)) found.set(id, await readOne(client, id, options));
    }
  }
  return found;
}

/** Sorted ids in ranges that fit into a page even if every id between them is an order. */
function rangesOf(ids: readonly number[]): number[][] {
  const ranges: number[][] = [];
  for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range && id - range[0]! < LARGEST_PAGE) range.push(id);
    else ranges.push([id]);
  }
  return ranges;
}

interface RangeReading {
  found: Map<number, ChangedOrder | null>;
  options: PageOptions;
}

/** Adds what the list shows of the range; false where the store did not heed its bounds. */
async function readRange(
  client: StoreClient,
  range: readonly number[],
  { found, options }: RangeReading,
): Promise<boolean> {
  const [lowest, highest] = [range[0]!, range.at(-1)!];
  const query = { min_id: lowest, max_id: highest, sort: 'id:asc' };
  const orders = (await getV2Page(client, ORDERS, query, options)).map(readChanged);
  if (orders.some(({ id }) => id < lowest || id > highest)) return false;
  const wanted = new Set(range);
  for (const order of orders) {
    // Without a status nothing can be decided: the order itself has to say.
    if (wanted.has(order.id) && order.statusId !== null) found.set(order.id, order);
  }
  return true;
}

async function readOne(client: StoreClient, id: number, options: PageOptions): Promise<ChangedOrder | null> {
  const order = await getOrder(client, id, options);
  return order && changedOf(order, order.itemsTotal, order.itemsShipped);
}
