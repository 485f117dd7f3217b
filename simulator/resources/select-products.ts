import type { ProductFields } from '../catalogue/product.ts';
import { SortedIds } from '../catalogue/sorted-ids.ts';
import { v3Error, type Answer } from '../http/answers.ts';
import type { Query } from '../http/call.ts';
import { listOf } from '../http/fields.ts';
import { compileFilters, filterNames, type Filter, type Test } from '../http/filters.ts';
import { refuseUnknown } from '../http/paging.ts';
import type { Store } from '../store.ts';

const FILTERS: readonly Filter<ProductFields>[] = [
  ...fields('number', 'id brand_id price weight inventory_level total_sold'),
  ...fields('text', 'sku name mpn upc condition type availability'),
  ...fields('flag', 'is_visible is_featured is_free_shipping'),
  ...fields('date', 'date_modified date_last_imported'),
  ...fields('numbers', 'categories'),
];
const SORTS = new Set(
  'id name sku price date_modified date_last_imported inventory_level is_visible total_sold calculated_price'.split(
    ' ',
  ),
);
const KNOWN = new Set([
  ...filterNames(FILTERS),
  ...'page limit sort direction include include_fields exclude_fields channel_id:in keyword'.split(' '),
]);
const ID_BOUNDS = new Set(['id:min', 'id:max', 'id:greater', 'id:less']);

/** The products that a query lets through, in its order, without having looked at those before the page. */
export interface Selection {
  readonly total: number;
  readonly slice: (from: number, to: number) => number[];
}

/** Selects products, or refuses a parameter or value that the list does not know. */
export function selectProducts(store: Store, query: Query): Selection | Answer {
  const refused = refuseUnknown(query, KNOWN) ?? refuseSort(query);
  if (refused !== undefined) return refused;
  const tests = compileFilters(query, FILTERS, store.now());
  if ('status' in tests) return tests;
  const candidates = candidateIds(store, query);
  const [from, to] = idBounds(candidates, query);
  const { sort = 'id', direction } = query;
  const isDescending = direction === 'desc';
  if (sort !== 'id') {
    const sorted = sortIds(store, candidates.slice(from, to), sort, isDescending);
    return { total: sorted.length, slice: (a, b) => sorted.slice(a, b) };
  }
  const total = to - from;
  if (!isDescending) return { total, slice: (a, b) => candidates.slice(from + a, Math.min(to, from + b)) };
  return { total, slice: (a, b) => candidates.slice(Math.max(from, to - b), Math.max(from, to - a)).reverse() };
}

function fields(kind: Filter<ProductFields>['kind'], names: string): Filter<ProductFields>[] {
  return names.split(' ').map((name) => ({ name, kind, value: (row) => row[name] }));
}

function refuseSort(query: Query): Answer | undefined {
  const { sort, direction } = query;
  if (sort !== undefined && !SORTS.has(sort)) return v3Error(422, `Cannot sort by "${sort}".`);
  if (direction === undefined || ['asc', 'desc'].includes(direction)) return undefined;
  return v3Error(422, 'direction must be asc or desc.');
}

/** Bounds on the id cost a binary search and are left to `idBounds`; the result of all other filters is kept. */
function candidateIds(store: Store, query: Query): SortedIds {
  const { catalogue, matches } = store;
  const others = Object.entries(query).filter(([name]) => isOtherFilter(name));
  const compiled = compileFilters(Object.fromEntries(others), FILTERS, store.now());
  const tests: readonly Test<ProductFields>[] = 'status' in compiled ? [] : compiled;
  const passes = (row: ProductFields): boolean => tests.every((test) => test(row));
  const named = namedIds(store, query);
  if (named === undefined) return others.length === 0 ? catalogue.ids : matches.find(keyOf(others, store), passes);
  const found = named.filter((id) => {
    const row = catalogue.product(id)?.fields;
    return row !== undefined && passes(row);
  });
  return new SortedIds(found);
}

/** A date without a time means another instant with every request, so its result is good for one instant only. */
function keyOf(others: readonly [string, string][], store: Store): string {
  const isMoving = others.some(([name, value]) => name.startsWith('date_') && !value.includes(':'));
  return JSON.stringify(isMoving ? [store.now(), others] : others);
}

/** The ids that `id`, `id:in`, `sku` or `sku:in` name one by one, or undefined when none of them is given. */
function namedIds(store: Store, query: Query): number[] | undefined {
  const ids = query['id:in'] ?? query['id'];
  const { sku } = query;
  const skus = sku === undefined ? query['sku:in'] : undefined;
  if (ids === undefined && sku === undefined && skus === undefined) return undefined;
  const lists = [
    listOf(ids).map(Number),
    sku === undefined ? [] : store.catalogue.productsBySku(sku),
    listOf(skus).flatMap((one) => store.catalogue.productsBySku(one)),
  ];
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

function isOtherFilter(parameter: string): boolean {
  return !ID_BOUNDS.has(parameter) && FILTERS.some((filter) => filter.name === parameter.split(':')[0]);
}

function idBounds(ids: SortedIds, query: Query): [number, number] {
  const bound = (name: string, fallback: number): number =>
    query[name] === undefined ? fallback : Number(query[name]);
  const low = Math.max(bound('id:min', 0), bound('id:greater', -1) + 1);
  const high = Math.min(bound('id:max', Infinity), bound('id:less', Infinity) - 1);
  const from = ids.lowerBound(low);
  return [from, Math.max(from, ids.lowerBound(high + 1))];
}

function sortIds(store: Store, ids: readonly number[], sort: string, isDescending: boolean): number[] {
  const keyed = ids.map((id) => ({ id, key: store.catalogue.product(id)?.fields[sort] as string | number }));
  const order = isDescending ? -1 : 1;
  keyed.sort((a, b) => (a.key < b.key ? -order : a.key > b.key ? order : a.id - b.id));
  return keyed.map((entry) => entry.id);
}
