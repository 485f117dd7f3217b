/** What a handler decides; the pipeline turns it into bytes, headers and, when told so, into a fault. */
export interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const STATUS_CODES_PAGE = 'https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes';
const PROBLEM = 'application/problem+json';

export type ApiVersion = 'v2' | 'v3';

/** A JSON answer. */
export function json(value: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(value) };
}

/** 204 without a body: V2's way of saying "none" and V3's of saying "deleted". */
export function noContent(): Answer {
  return { status: 204 };
}

/** A V2 error, which is an array (bigcommerce/docs orders.v2.oas2.yml, 404_Resp). */
export function v2Error(status: number, message: string, details?: unknown): Answer {
  return json([{ status, message, ...(details === undefined ? {} : { details }) }], status);
}

/** A V3 error, which is an object (bigcommerce/docs products_catalog.v3.yml, ErrorResponse). */
export function v3Error(status: number, title: string, errors: Record<string, string> = {}): Answer {
  return { status, type: PROBLEM, body: JSON.stringify({ status, title, type: STATUS_CODES_PAGE, errors }) };
}

/** The error shape of the version that was asked. */
export function versionedError(version: ApiVersion, status: number, message: string): Answer {
  return version === 'v2' ? v2Error(status, message) : v3Error(status, message);
}
