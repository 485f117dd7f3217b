import { parseBody } from './body.ts';
import type { StoreClient } from './client.ts';
import { StoreError, unlessNotFound } from './failures.ts';
import { LARGEST_PAGE, eachV3Row, getV3Page, readV3Page } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { readId } from './read.ts';

/** Which parts of a product are asked for. */
export interface ProductSelection {
  /** Top-level fields (`include_fields`); undefined asks for all of them. */
  fields: string[] | undefined;
  images: boolean;
}

export interface ProductPage {
  /** As they came; each is read by itself later, so that one broken product costs only itself. */
  products: unknown[];
  /** How many products match the filters, as the store says. */
  total: number | undefined;
}

export const PRODUCTS = 'v3/catalog/products';

/** The query of a selection. */
export function selectionQuery(selection: ProductSelection) {
  return {
    include: selection.images ? 'variants,images' : 'variants',
    include_fields: selection.fields?.join(','),
  };
}

interface ProductRange {
  after: number;
  upTo: number | null;
  limit: number;
}

/**
 * The next page of products with `after` < id (<= `upTo`), by id. By id and not by page number, because page numbers
 * shift when products come and go while we read (facts: keyset paging by `id:greater`).
 */
export async function getProductsAfter(
  client: StoreClient,
  range: ProductRange,
  selection: ProductSelection,
  options: PageOptions = {},
): Promise<ProductPage> {
  return readProductPage(await fetchProductsAfter(client, range, selection, options));
}

/** The same page as it came, for `readProductPage`. */
export function fetchProductsAfter(
  client: StoreClient,
  range: ProductRange,
  selection: ProductSelection,
  options: PageOptions = {},
): Promise<Uint8Array> {
  const query = {
    ...selectionQuery(selection),
    sort: 'id',
    direction: 'asc',
    limit: range.limit,
    'id:greater': range.after,
    'id:max': range.upTo ?? undefined,
  };
  return client.fetch('GET', PRODUCTS, { query, ...options });
}

/** A page by its number, of a store whose list cannot be asked by id, as it came. */
export function fetchProductsOfPage(
  client: StoreClient,
  place: { page: number; limit: number },
  selection: ProductSelection,
  options: PageOptions = {},
): Promise<Uint8Array> {
  return client.fetch('GET', PRODUCTS, { query: { ...selectionQuery(selection), ...place }, ...options });
}

/** The products of an answer. Throws StoreError `unexpected_answer` when it is not a page of products. */
export function readProductPage(body: Uint8Array): ProductPage {
  const page = readV3Page(PRODUCTS, parseBody({ method: 'GET', path: PRODUCTS }, body));
  return { products: page.data, total: page.total };
}

/** So many are asked for one by one at a time: well within what an activity has time for, at a second each. */
const ONE_BY_ONE = 25;

export interface ProductsOfIds {
  products: unknown[];
  /** Of these ids all is known now; a product that is not there does not exist. */
  ids: readonly number[];
  /** Each was asked for by its own address, so that there is time for no more in one go. */
  oneByOne: boolean;
}

/**
 * The products of these ids that exist, at most 250 ids. Where the store does not heed the filter, or lists fewer than it
 * counts, each is asked for by its own address, and only the first of them: ask again for the rest.
 */
export async function getProductsById(
  client: StoreClient,
  ids: readonly number[],
  selection: ProductSelection,
  options: PageOptions = {},
): Promise<ProductsOfIds> {
  const query = {
    ...selectionQuery(selection),
    'id:in': ids.join(','),
    sort: 'id',
    direction: 'asc',
    limit: LARGEST_PAGE,
  };
  const page = await getV3Page(client, PRODUCTS, query, options);
  const asked = new Set(ids);
  const isFiltered = page.data.every((product) => asked.has(productIdOf(product) ?? Number.NaN));
  if (isFiltered && (page.total ?? 0) <= page.data.length) return { products: page.data, ids, oneByOne: false };
  const some = ids.slice(0, ONE_BY_ONE);
  const products: unknown[] = [];
  for (const id of some) {
    const product = await getProduct(client, id, selectionQuery(selection), options);
    if (product !== null) products.push(product);
  }
  return { products, ids: some, oneByOne: true };
}

/** A product by its own address, as it came; null where the store does not know it. */
async function getProduct(
  client: StoreClient,
  id: number,
  query: Record<string, string | undefined>,
  options: PageOptions,
): Promise<unknown> {
  const path = `${PRODUCTS}/${id}`;
  const body = await unlessNotFound(client.call('GET', path, { query, ...options }));
  const { data } = (body ?? {}) as { data?: unknown };
  if (body === null || productIdOf(data) === id) return data ?? null;
  const message = `BigCommerce answered GET ${path} with something else than that product`;
  throw new StoreError('unexpected_answer', message, { method: 'GET', path });
}

/** The id of a product as it came, or undefined where it cannot be read. */
export function productIdOf(raw: unknown): number | undefined {
  const given = (raw as { id?: unknown } | null)?.id;
  const id = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

async function edgeProduct(client: StoreClient, query: Record<string, string | number>, options: PageOptions) {
  const page = await getV3Page(client, PRODUCTS, { include_fields: 'id', sort: 'id', limit: 1, ...query }, options);
  return { id: productIdOf(page.data[0]), total: page.total };
}

/**
 * The highest product id with `after` < id <= `upTo`, or undefined where there is none; and how many there
 * are. `bounded` is false when the store did not heed the bounds, so that its total means something else.
 */
export async function getHighestProductId(
  client: StoreClient,
  range: { after?: number; upTo?: number | null } = {},
  options: PageOptions = {},
): Promise<{ id: number | undefined; total: number | undefined; bounded: boolean }> {
  const bounds: Record<string, number> = {};
  if (range.after) bounds['id:greater'] = range.after;
  if (range.upTo) bounds['id:max'] = range.upTo;
  const edge = await edgeProduct(client, { direction: 'desc', ...bounds }, options);
  // A store that ignores the bounds must not decide where a range ends.
  const inside = edge.id !== undefined && edge.id > (range.after ?? 0) && edge.id <= (range.upTo ?? Infinity);
  return { id: inside ? edge.id : undefined, total: edge.total, bounded: inside || edge.id === undefined };
}

/**
 * Whether the list can be asked by id: nothing comes behind the highest id, unless it was created meanwhile, and a list of
 * more than a page begins below it. False where the store ignores the filter or the order.
 */
export async function listsById(
  client: StoreClient,
  highest: { id: number; isOnePage: boolean },
  options: PageOptions = {},
): Promise<boolean> {
  const behind = await edgeProduct(client, { direction: 'asc', 'id:greater': highest.id }, options);
  if (behind.id !== undefined) {
    if (behind.id <= highest.id) return false;
    const now = await getHighestProductId(client, {}, options);
    if (now.id === undefined || now.id < behind.id) return false;
  }
  if (highest.isOnePage) return true;
  const lowest = await edgeProduct(client, { direction: 'asc' }, options);
  return lowest.id === undefined || lowest.id < highest.id;
}

/** The lowest product id with `after` < id <= `upTo`; undefined where there is none. Asks for nothing but the id. */
export async function getNextProductId(
  client: StoreClient,
  { after, upTo }: { after: number; upTo: number | null },
  options: PageOptions = {},
): Promise<number | undefined> {
  const bounds = { 'id:greater': after, ...(upTo === null ? {} : { 'id:max': upTo }) };
  const { id } = await edgeProduct(client, { direction: 'asc', ...bounds }, options);
  return id !== undefined && id > after && id <= (upTo ?? Infinity) ? id : undefined;
}

/** The id of the product at `position` (from 1) in the order of ids; undefined past the end. */
export async function getProductIdAt(
  client: StoreClient,
  position: number,
  options: PageOptions = {},
): Promise<number | undefined> {
  return (await edgeProduct(client, { direction: 'asc', page: position }, options)).id;
}

/** All variants of one product from its own paged list (`GET /v3/catalog/products/{id}/variants`). */
export async function listVariantsOfProduct(client: StoreClient, productId: number, options: PageOptions = {}) {
  const variants: unknown[] = [];
  for await (const row of eachV3Row(client, `${PRODUCTS}/${productId}/variants`, {}, options)) variants.push(row);
  return variants;
}

/** The products that have a variant with this SKU, byte for byte (`GET /v3/catalog/variants?sku=`). */
export async function findProductIdsBySku(client: StoreClient, sku: string): Promise<number[]> {
  const page = await getV3Page(client, 'v3/catalog/variants', { sku, limit: LARGEST_PAGE });
  const rows = page.data as { sku?: unknown; product_id?: unknown }[];
  const ids = rows.filter((row) => row.sku === sku).map((row) => readId(row.product_id));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** Whether the store knows a product, asked for by its own address: an answer of its own beside an empty list. */
export async function hasProduct(client: StoreClient, productId: number, options: PageOptions = {}): Promise<boolean> {
  const query = { include_fields: 'id' };
  const answer = client.call('GET', `${PRODUCTS}/${productId}`, { query, ...options });
  return (await unlessNotFound(answer.then(() => true))) !== null;
}
