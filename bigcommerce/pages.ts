import { StoreError } from './failures.ts';
import type { QueryValue, StoreClient } from './client.ts';

export interface V3Page {
  data: unknown[];
  /** How many rows match in all, as the store says; undefined where it does not say. */
  total: number | undefined;
  totalPages: number | undefined;
}

export interface PageOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

/** One page of a V3 list. Throws StoreError `unexpected_answer` when the envelope is not V3's. */
export async function getV3Page(
  client: StoreClient,
  path: string,
  query: Record<string, QueryValue>,
  options: PageOptions = {},
): Promise<V3Page> {
  return readV3Page(path, await client.call('GET', path, { query, ...options }));
}

/** The page that a parsed body holds. Throws StoreError `unexpected_answer` when the envelope is not V3's. */
export function readV3Page(path: string, parsed: unknown): V3Page {
  const body = parsed as { data?: unknown; meta?: V3Meta } | null;
  if (!body || !Array.isArray(body.data)) {
    const message = `BigCommerce answered GET ${path} without a list of data`;
    throw new StoreError('unexpected_answer', message, { method: 'GET', path });
  }
  const pagination = body.meta?.pagination;
  return { data: body.data, total: count(pagination?.total), totalPages: count(pagination?.total_pages) };
}

interface V3Meta {
  pagination?: { total?: unknown; total_pages?: unknown } | null;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** BigCommerce's largest page (V2 and V3). */
export const LARGEST_PAGE = 250;
/** Far above every documented limit of a store; ends a list that never ends. */
const MOST_PAGES = 2000;

/** So often a list is read again that changed while it was read. */
const MOST_READINGS = 3;

/**
 * All rows of a V3 list that is small enough to hold, page after page by number. Page numbers shift when rows come and go:
 * a list whose length changes from one page to the next is read again, and what any reading found is part of the answer,
 * so that no row is passed over. A row may be in it more than once.
 */
export async function listV3Rows(
  client: StoreClient,
  path: string,
  query: Record<string, QueryValue>,
  options: PageOptions = {},
): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let reading = 1; reading <= MOST_READINGS; reading++) {
    const totals = new Set<number | undefined>();
    for await (const { data, total } of eachV3Page(client, path, query, options)) {
      rows.push(...data);
      totals.add(total);
    }
    if (totals.size <= 1) break;
  }
  return rows;
}

/** Every row of a V3 list that is small enough to hold, page after page by number. */
export async function* eachV3Row(
  client: StoreClient,
  path: string,
  query: Record<string, QueryValue>,
  options: PageOptions = {},
): AsyncGenerator<unknown> {
  for await (const { data } of eachV3Page(client, path, query, options)) yield* data;
}

async function* eachV3Page(
  client: StoreClient,
  path: string,
  query: Record<string, QueryValue>,
  options: PageOptions,
): AsyncGenerator<V3Page> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await getV3Page(client, path, { ...query, page, limit: LARGEST_PAGE }, options);
    yield answer;
    if (answer.data.length === 0) return;
    if (answer.totalPages !== undefined ? page >= answer.totalPages : answer.data.length < LARGEST_PAGE) return;
  }
  const message = `BigCommerce listed more than ${MOST_PAGES} pages of ${path}`;
  throw new StoreError('unexpected_answer', message, { method: 'GET', path });
}
