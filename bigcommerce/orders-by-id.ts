import { changedOf, readChanged } from './changed-order.ts';
import type { ChangedOrder } from './changed-order.ts';
import type { StoreClient } from './client.ts';
import { ORDERS } from './order-row.ts';
import { getOrder } from './orders.ts';
import { LARGEST_PAGE } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { getV2Page } from './v2-pages.ts';

/**
 * How orders stand, in few requests: ids that lie close together come as one page of a list. Those that are not in the
 * answer have to be asked for one by one (`readOrderById`): a list may leave out archived orders, a row may be broken,
 * and an id with no neighbours is not worth a list. Throws StoreError.
 */
export async function listOrdersById(
  client: StoreClient,
  ids: readonly number[],
  options: PageOptions = {},
): Promise<Map<number, ChangedOrder>> {
  const found = new Map<number, ChangedOrder>();
  for (const range of rangesOf(ids).filter(({ length }) => length > 1)) {
    // Where the store does not heed the bounds, no list is of use.
    if (!(await readRange(client, range, { found, options }))) break;
  }
  return found;
}

/** The order of this id, also when it is archived; null where there is none. Throws StoreError. */
export async function readOrderById(
  client: StoreClient,
  id: number,
  options: PageOptions = {},
): Promise<ChangedOrder | null> {
  const order = await getOrder(client, id, options);
  return order && changedOf(order, order.itemsTotal, order.itemsShipped);
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
  found: Map<number, ChangedOrder>;
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
  const rows = (await getV2Page(client, ORDERS, query, options)).map(readChanged);
  const orders = rows.filter((order) => order !== null);
  if (orders.some(({ id }) => id < lowest || id > highest)) return false;
  const wanted = new Set(range);
  for (const order of orders) {
    // Without a status nothing can be decided: the order itself has to say.
    if (wanted.has(order.id) && order.statusId !== null) found.set(order.id, order);
  }
  return true;
}
