import type { QueryValue, StoreClient } from './client.ts';
import { StoreError } from './failures.ts';
import { LARGEST_PAGE } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { readFields } from './read.ts';

/** One page of a V2 list: a bare array, or 204 where there is nothing. Throws StoreError `unexpected_answer` for anything else. */
export async function getV2Page(
  client: StoreClient,
  path: string,
  query: Record<string, QueryValue>,
  options: PageOptions = {},
): Promise<unknown[]> {
  const body = await client.call('GET', path, { query: { ...query, limit: LARGEST_PAGE }, ...options });
  if (body === null) return [];
  if (Array.isArray(body)) return body;
  throw unexpected(path, `BigCommerce answered GET ${path} without a list`);
}

/** V2's page where no limit is given; only a page below it is surely the last, also where the limit was not heeded. */
const DEFAULT_PAGE = 50;
/** Above every list that is read whole here: an order's lines, a country's states, orders of one number. */
const MOST_PAGES = 40;

/** Every row of a V2 list, page after page by number. V2 tells no totals: a short or empty page is the last. */
export async function listV2(
  client: StoreClient,
  path: string,
  query: Record<string, QueryValue> = {},
  options: PageOptions = {},
): Promise<unknown[]> {
  const rows: unknown[] = [];
  const known = new Set<unknown>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const found = await getV2Page(client, path, { ...query, page }, options);
    const fresh = found.filter((row) => !known.has(idOf(row)));
    if (found.length > 0 && fresh.length === 0) throw unexpected(path, `BigCommerce repeats the pages of ${path}`);
    rows.push(...fresh);
    if (found.length < DEFAULT_PAGE) return rows;
    for (const row of fresh) known.add(idOf(row));
  }
  throw unexpected(path, `BigCommerce listed more than ${MOST_PAGES} pages of ${path}`);
}

/** A row without an id is like no other. */
function idOf(row: unknown): unknown {
  return readFields(row)['id'] ?? Symbol('no id');
}

/** The error of an answer that cannot be what was asked for. */
export function unexpected(path: string, message: string, method = 'GET'): StoreError {
  return new StoreError('unexpected_answer', message, { method, path });
}
