import { json, noContent, v2Error, v3Error, type Answer } from './answers.ts';
import type { Query } from './call.ts';

export interface Page {
  readonly page: number;
  readonly limit: number;
}

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 250;

/** V2 paging, or the 413 that an excessive limit brings (bigcommerce-api-python#59). */
export function v2Page(query: Query): Page | Answer {
  const limit = whole(query['limit'], DEFAULT_LIMIT);
  if (limit > MAX_LIMIT) {
    return v2Error(413, 'The specified limit exceeds the maximum allowed.', { max_limit: MAX_LIMIT });
  }
  return { page: whole(query['page'], 1), limit };
}

/** V3 paging; a larger limit is cut to `maximum`. */
export function v3Page(query: Query, maximum = MAX_LIMIT): Page {
  return { page: whole(query['page'], 1), limit: Math.min(whole(query['limit'], DEFAULT_LIMIT), maximum) };
}

function whole(text: string | undefined, fallback: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 ? value : fallback;
}

/** Whether paging was refused. */
export function isAnswer(value: Page | Answer): value is Answer {
  return 'status' in value;
}

/** A V2 list: a bare array, and 204 without a body when there is nothing on the page. */
export function v2List<Row>(query: Query, rows: readonly Row[], write: (row: Row) => unknown = (row) => row): Answer {
  const page = v2Page(query);
  if (isAnswer(page)) return page;
  const shown = rows.slice((page.page - 1) * page.limit, page.page * page.limit);
  return shown.length === 0 ? noContent() : json(shown.map(write));
}

/** A V3 list: an envelope with `meta.pagination`, and 200 with an empty array when there is nothing. */
export function v3List<Row>(query: Query, rows: readonly Row[]): Answer {
  const page = v3Page(query);
  const shown = rows.slice((page.page - 1) * page.limit, page.page * page.limit);
  return json({ data: shown, meta: { pagination: pagination(query, page, rows.length, shown.length) } });
}

/** `meta.pagination`; links repeat the request's own parameters, and the first and last page lack one of them. */
export function pagination(query: Query, page: Page, total: number, count: number): Record<string, unknown> {
  const totalPages = Math.ceil(total / page.limit);
  const link = (number: number): string => {
    const params = new URLSearchParams({ ...query, page: String(number), limit: String(page.limit) });
    return `?${params.toString()}`;
  };
  return {
    total,
    count,
    per_page: page.limit,
    current_page: page.page,
    total_pages: totalPages,
    links: {
      ...(page.page > 1 ? { previous: link(page.page - 1) } : {}),
      current: link(page.page),
      ...(page.page < totalPages ? { next: link(page.page + 1) } : {}),
    },
  };
}

/** Refuses query parameters that a V3 list does not know, or undefined when it knows all. */
export function refuseUnknown(query: Query, known: ReadonlySet<string>): Answer | undefined {
  const unknown = Object.keys(query).filter((name) => !known.has(name));
  if (unknown.length === 0) return undefined;
  return v3Error(422, `The filter(s): ${unknown.join(', ')} are not valid filter parameter(s).`);
}
