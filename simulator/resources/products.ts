import type { Product, ProductFields } from '../catalogue/product.ts';
import { SortedIds } from '../catalogue/sorted-ids.ts';
import { json, v3Error, type Answer } from '../http/answers.ts';
import { idParam, type Call, type Query } from '../http/call.ts';
import { choose, fieldChoice, listOf } from '../http/fields.ts';
import { compileFilters, filterNames, type Filter } from '../http/filters.ts';
import { pagination, refuseUnknown, v3List, v3Page } from '../http/paging.ts';
import type { Store } from '../store.ts';
import { productShape, readIncludes, writeProduct } from './product-json.ts';

/** Only `options` and `modifiers` cut a page to ten (products_catalog.v3.yml, IncludeParamGetProducts). */
const CUT_LIMIT = 10;

const FILTERS: readonly Filter<ProductFields>[] = [
  ...(['id', 'brand_id', 'price', 'weight', 'inventory_level', 'total_sold'] as const).map((name) => field(name, 'number')),
  ...(['sku', 'name', 'mpn', 'upc', 'condition', 'type', 'availability'] as const).map((name) => field(name, 'text')),
  ...(['is_visible', 'is_featured', 'is_free_shipping'] as const).map((name) => field(name, 'flag')),
  ...(['date_modified', 'date_last_imported'] as const).map((name) => field(name, 'date')),
  field('categories', 'numbers'),
];

const SORTS = new Set('id name sku price date_modified date_last_imported inventory_level is_visible total_sold'.split(' '));
const KNOWN = new Set([
  ...filterNames(FILTERS),
  ...['page', 'limit', 'sort', 'direction', 'include', 'include_fields', 'exclude_fields', 'channel_id:in', 'keyword'],
]);

function field(name: string, kind: Filter<ProductFields>['kind']): Filter<ProductFields> {
  return { name, kind, value: (fields) => fields[name] };
}

/** GET /v3/catalog/products. Keyset pages (`id:greater`) and numbered pages both cost what they show, not what they skip. */
export function listProducts(call: Call): Answer {
  const { query, store } = call;
  const refused = refuseUnknown(query, KNOWN) ?? refuseSort(query);
  if (refused !== undefined) return refused;
  const includes = readIncludes(query['include']);
  if ('status' in includes) return includes;
  store.churn.beforeProductList();
  const found = selectProducts(store, query);
  if ('status' in found) return found;
  const page = v3Page(query, includes.list.some((name) => name === 'options' || name === 'modifiers') ? CUT_LIMIT : undefined);
  const ids = found.slice((page.page - 1) * page.limit, page.page * page.limit);
  const meta = { pagination: pagination(query, page, found.total, ids.length) };
  return { status: 200, body: assemble(store, ids, query, meta) };
}

/** GET /v3/catalog/products/{id}. */
export function getProduct(call: Call): Answer {
  const includes = readIncludes(call.query['include']);
  if ('status' in includes) return includes;
  const product = call.store.catalogue.product(idParam(call, 'productId'));
  if (product === undefined) return v3Error(404, 'The requested resource was not found.');
  return json({ data: writeProduct(product, includes.list, fieldChoice(call.query), call.store), meta: {} });
}

/** GET /v3/catalog/products/{id}/{options|modifiers|images}. */
export function listParts(part: 'options' | 'modifiers' | 'images'): (call: Call) => Answer {
  return (call) => {
    const product = call.store.catalogue.product(idParam(call, 'productId'));
    if (product === undefined) return v3Error(404, 'The requested resource was not found.');
    return v3List(call.query, product[part] as Product['options']);
  };
}

function refuseSort(query: Query): Answer | undefined {
  const { sort, direction } = query;
  if (sort !== undefined && sort !== 'calculated_price' && !SORTS.has(sort)) return v3Error(422, `Cannot sort by "${sort}".`);
  if (direction !== undefined && !['asc', 'desc'].includes(direction)) return v3Error(422, 'direction must be asc or desc.');
  return undefined;
}

interface Selection {
  readonly total: number;
  readonly slice: (from: number, to: number) => number[];
}

/** Splits the query into bounds on the id, which cost a binary search, and the other filters, whose result is kept. */
function selectProducts(store: Store, query: Query): Selection | Answer {
  const tests = compileFilters(query, FILTERS, store.now());
  if ('status' in tests) return tests;
  const candidates = candidateIds(store, query);
  const [from, to] = idBounds(candidates, query);
  const sort = query['sort'] ?? 'id';
  const isDescending = query['direction'] === 'desc';
  if (sort === 'id') {
    if (!isDescending) return { total: to - from, slice: (a, b) => candidates.slice(from + a, Math.min(to, from + b)) };
    return { total: to - from, slice: (a, b) => candidates.slice(Math.max(from, to - b), Math.max(from, to - a)).reverse() };
  }
  const sorted = sortIds(store, candidates.slice(from, to), sort, isDescending);
  return { total: sorted.length, slice: (a, b) => sorted.slice(a, b) };
}

function candidateIds(store: Store, query: Query): SortedIds {
  const { catalogue, matches } = store;
  const named = namedIds(store, query);
  const others = Object.entries(query).filter(([name]) => isOtherFilter(name));
  const tests = compileFilters(Object.fromEntries(others), FILTERS, store.now());
  if ('status' in tests) return new SortedIds([]);
  const passes = (fields: ProductFields): boolean => tests.every((test) => test(fields));
  if (named !== undefined) {
    const fieldsOf = (id: number): ProductFields | undefined => catalogue.product(id)?.fields;
    return new SortedIds(named.filter((id) => ((fields) => fields !== undefined && passes(fields))(fieldsOf(id))));
  }
  return others.length === 0 ? catalogue.ids : matches.find(JSON.stringify(others), passes);
}

/** The ids that `id`, `id:in`, `sku` or `sku:in` name one by one, or undefined when none of them is given. */
function namedIds(store: Store, query: Query): number[] | undefined {
  const ids = query['id:in'] ?? query['id'];
  const skus = query['sku'] === undefined ? query['sku:in'] && listOf(query['sku:in']) : [query['sku']];
  if (ids === undefined && !skus) return undefined;
  const named = ids === undefined ? [] : listOf(ids).map(Number);
  const bySku = skus ? skus.flatMap((sku) => store.catalogue.productsBySku(sku)) : [];
  return [...new Set([...named, ...bySku])].sort((a, b) => a - b);
}

function isOtherFilter(parameter: string): boolean {
  const name = parameter.split(':')[0];
  const isBound = ['id:min', 'id:max', 'id:greater', 'id:less'].includes(parameter);
  return !isBound && FILTERS.some((filter) => filter.name === name);
}

function idBounds(ids: SortedIds, query: Query): [number, number] {
  const bound = (name: string, fallback: number): number => (query[name] === undefined ? fallback : Number(query[name]));
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

function assemble(store: Store, ids: readonly number[], query: Query, meta: unknown): Buffer {
  const includes = readIncludes(query['include']);
  const list = 'status' in includes ? [] : includes.list;
  const choice = fieldChoice(query);
  const shape = productShape(list, choice, store);
  const parts: Buffer[] = [OPENING];
  ids.forEach((id, position) => {
    if (position > 0) parts.push(COMMA);
    parts.push(store.productJson(shape, id, (product) => JSON.stringify(writeProduct(product, list, choice, store))));
  });
  parts.push(Buffer.from(`],"meta":${JSON.stringify(meta)}}`));
  return Buffer.concat(parts);
}

const OPENING = Buffer.from('{"data":[');
const COMMA = Buffer.from(',');

/** A product without parts, for callers that only count (`/catalog/summary`). */
export function fieldsOf(product: Product): Record<string, unknown> {
  return choose(product.fields, fieldChoice({}));
}
