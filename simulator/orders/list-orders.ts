import { parseDate } from '../dates.ts';
import { json, v2Error, type Answer } from '../http/answers.ts';
import type { Call, Query } from '../http/call.ts';
import { listOf } from '../http/fields.ts';
import { v2List } from '../http/paging.ts';
import type { Store } from '../store.ts';
import { invalidField } from './address.ts';
import { writeConsignments } from './consignments.ts';
import type { StoredOrder } from './order.ts';
import { ORDER_STATUSES, writeStatus } from './statuses.ts';
import { totalsOf, writeOrder } from './write-order.ts';

type Test = (order: StoredOrder) => boolean;

const NUMBER_FILTERS: Readonly<Record<string, (order: StoredOrder, wanted: number) => boolean>> = {
  min_id: (order, wanted) => order.id >= wanted,
  max_id: (order, wanted) => order.id <= wanted,
  min_total: (order, wanted) => totalsOf(order).total.incTax >= wanted,
  max_total: (order, wanted) => totalsOf(order).total.incTax <= wanted,
  customer_id: (order, wanted) => order.fields.customer_id === wanted,
  status_id: (order, wanted) => order.fields.status_id === wanted,
  channel_id: (order, wanted) => order.fields.channel_id === wanted,
};

const DATE_FILTERS: Readonly<Record<string, (order: StoredOrder, wanted: number) => boolean>> = {
  // V2 dates have whole seconds, so a bound compares whole seconds too.
  min_date_created: (order, wanted) => seconds(order.createdAt) >= wanted,
  max_date_created: (order, wanted) => seconds(order.createdAt) <= wanted,
  min_date_modified: (order, wanted) => seconds(order.modifiedAt) >= wanted,
  max_date_modified: (order, wanted) => seconds(order.modifiedAt) <= wanted,
};

const TEXT_FILTERS: Readonly<Record<string, (order: StoredOrder, wanted: string, store: Store) => boolean>> = {
  email: (order, wanted) => order.billing.email.toLowerCase() === wanted.toLowerCase(),
  payment_method: (order, wanted) => order.fields.payment_method === wanted,
  cart_id: () => false,
  external_order_id: (order, wanted, store) =>
    !store.settings.filtersByExternalOrderId || order.fields.external_order_id === wanted,
};

const SORT_KEYS: Readonly<Record<string, (order: StoredOrder) => number | string>> = {
  id: (order) => order.id,
  customer_id: (order) => order.fields.customer_id,
  date_created: (order) => order.createdAt,
  date_modified: (order) => order.modifiedAt,
  status_id: (order) => order.fields.status_id,
  channel_id: (order) => order.fields.channel_id,
  external_id: (order) => order.id,
};

function seconds(instant: number): number {
  return Math.floor(instant / 1000) * 1000;
}

/** GET /v2/orders: an array, 204 when there is none. */
export function listOrders(call: Call): Answer {
  const { query, store } = call;
  const tests = compile(query, store);
  if ('status' in tests) return tests;
  const compare = comparison(query['sort']);
  if (compare === undefined) return v2Error(400, "The field 'sort' is invalid.");
  const found = visibleOrders(call).filter((order) => tests.every((test) => test(order)));
  const includes = new Set(listOf(query['include']));
  const write = (order: StoredOrder): object => ({ ...writeOrder(order, store), ...included(order, includes) });
  return v2List(query, found.sort(compare), write);
}

/** What `include` adds to an order. */
export function included(order: StoredOrder, includes: ReadonlySet<string>): Record<string, unknown> {
  const wantsLines = includes.has('consignments.line_items');
  return {
    ...(includes.has('consignments') || wantsLines ? { consignments: writeConsignments(order, wantsLines) } : {}),
    ...(includes.has('fees') ? { fees: [] } : {}),
  };
}

/** GET /v2/orders/count. */
export function countOrders(call: Call): Answer {
  const tests = compile(call.query, call.store);
  if ('status' in tests) return tests;
  const found = visibleOrders(call).filter((order) => tests.every((test) => test(order)));
  const statuses = [...ORDER_STATUSES].sort((a, b) => a.order - b.order);
  const of = (id: number): number => found.filter((order) => order.fields.status_id === id).length;
  return json({
    statuses: statuses.map((row) => ({ ...writeStatus(row), count: of(row.id), sort_order: row.order })),
    count: found.length,
  });
}

function visibleOrders({ query, store }: Call): StoredOrder[] {
  const now = store.now();
  const externalId = store.settings.filtersByExternalOrderId ? query['external_order_id'] : undefined;
  // The id that every send is looked up by: with a hundred thousand orders a search through all would be the slow part.
  return (externalId === undefined ? store.orders.all() : store.orders.withKey(externalId)) //
    .filter((order) => order.visibleAt <= now && (store.settings.listsArchivedOrders || !order.isDeleted));
}

function compile(query: Query, store: Store): Test[] | Answer {
  const tests: Test[] = [];
  for (const [name, text] of Object.entries(query)) {
    const [byNumber, byDate, byText] = [NUMBER_FILTERS[name], DATE_FILTERS[name], TEXT_FILTERS[name]];
    const wanted = byNumber === undefined ? parseDate(text) : Number(text);
    if ((byNumber ?? byDate) !== undefined && (wanted === undefined || Number.isNaN(wanted))) return invalidField(name);
    if (byNumber !== undefined) tests.push((order) => byNumber(order, wanted as number));
    if (byDate !== undefined) tests.push((order) => byDate(order, wanted as number));
    if (byText !== undefined) tests.push((order) => byText(order, text, store));
  }
  return tests;
}

function comparison(sort = 'id:asc'): ((a: StoredOrder, b: StoredOrder) => number) | undefined {
  const [name = '', direction = 'asc'] = sort.split(':');
  const key = SORT_KEYS[name];
  if (key === undefined || !['asc', 'desc'].includes(direction)) return undefined;
  const order = direction === 'desc' ? -1 : 1;
  return (a, b) => (key(a) < key(b) ? -order : key(a) > key(b) ? order : a.id - b.id);
}
