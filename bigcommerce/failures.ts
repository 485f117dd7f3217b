/** Why a call to a store failed; the codes are domain/failures.ts's. */
export type StoreErrorCode =
  | 'credential_refused'
  | 'app_uninstalled'
  | 'scope_missing'
  | 'store_unavailable'
  | 'rate_limited'
  | 'unexpected_answer'
  | 'request_rejected'
  | 'customer_rejected'
  | 'not_found'
  | 'store_not_found';

export interface StoreErrorDetails {
  method: string;
  /** Path below the store, without the query: queries may hold e-mail addresses. */
  path: string;
  status?: number | undefined;
  /** BigCommerce's own words, shortened. */
  said?: string | undefined;
  /** How long BigCommerce asks us to wait. */
  retryAfterMs?: number | undefined;
  /** No connection was made, so the store knows nothing of the call. */
  wasNeverSent?: true;
  /** What to do, where it is not what the code alone says. */
  hint?: string | undefined;
}

/** A call to BigCommerce that failed. Shows no request options, headers or bodies, so it may be logged. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** Private, so that nothing that prints or copies an error finds it. */
  readonly #answer: string | undefined;

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    readonly details: StoreErrorDetails,
    answer?: string,
  ) {
    super(message);
    this.#answer = answer;
  }

  /** What BigCommerce answered, without our token. May quote names and addresses: never log it. */
  readAnswer(): string {
    return this.#answer ?? '';
  }

  /** BigCommerce's sentence in what it answered. May quote names and addresses: never log it. */
  readWords(): string | undefined {
    return errorText(this.readAnswer());
  }

  /** Whether asking again later can help. */
  get isTemporary(): boolean {
    return this.code === 'store_unavailable' || this.code === 'rate_limited' || this.code === 'unexpected_answer';
  }

  /** Whether a smaller page can help: the answer was too large, too slow, or broke on the way. */
  get mayBeTooLarge(): boolean {
    const { status, wasNeverSent } = this.details;
    if (wasNeverSent) return false;
    if (this.code === 'unexpected_answer') return true;
    return status === 413 || (this.code === 'store_unavailable' && status !== 503);
  }
}

/** What the store answers; null where it does not know what was asked for. */
export async function unlessNotFound<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not_found') return null;
    throw error;
  }
}

interface RefusedCall {
  method: string;
  path: string;
}

/** Paths of which BigCommerce's words may quote a person: they stay out of message and details, and so out of logs and histories. */
const ABOUT_PEOPLE = /^v[23]\/(orders|customers)(\/|$)/;

/** What every store has, be it empty: a 404 here speaks of the store. */
const ALWAYS_THERE: ReadonlySet<string> = new Set([
  ...['v2/store', 'v2/orders', 'v3/catalog/products', 'v3/catalog/variants'],
]);

/**
 * Classifies an answer that is not a success (status codes: BigCommerce's "status codes" page; V2 errors are arrays,
 * V3 errors are objects, gateways answer HTML or nothing).
 */
export function errorOfAnswer(
  { method, path }: RefusedCall,
  status: number,
  body: string,
  retryAfterMs: number | undefined,
): StoreError {
  const said = ABOUT_PEOPLE.test(path) ? undefined : errorText(body);
  const words = said ? `: ${said}` : '';
  const what = `${method} ${path}`;
  const error = (code: StoreErrorCode, message: string) =>
    new StoreError(code, message, { method, path, status, said, retryAfterMs }, body);
  if (status === 401)
    return error('credential_refused', `BigCommerce refused the access token (401 on ${what})${words}`);
  if (status === 403) return error('scope_missing', `BigCommerce forbade ${what} (403)${words}`);
  // Every store tells of itself, so it is the store that is not there: its hash is wrong.
  if (status === 404 && method === 'GET' && ALWAYS_THERE.has(path))
    return error('store_not_found', `BigCommerce knows no store under this hash (404 on ${what})${words}`);
  if (status === 404) return error('not_found', `BigCommerce does not know ${what} (404)${words}`);
  if (status === 429 || status === 509) {
    return error('rate_limited', `BigCommerce asked us to slow down (${status} on ${what})`);
  }
  if (status >= 500 || status === 423 || status === 499 || status === 408) {
    return error('store_unavailable', `BigCommerce answered ${status} to ${what}${words}`);
  }
  return error('request_rejected', `BigCommerce rejected ${what} (${status})${words}`);
}

const LONGEST_EXCERPT = 300;

/** BigCommerce's sentence in an error body: V2 array, V3 object, plain text; nothing for HTML pages. */
export function errorText(body: string): string | undefined {
  const text = body.trim();
  if (text === '' || text.startsWith('<')) return undefined;
  try {
    const parsed = JSON.parse(text) as unknown;
    const first = (Array.isArray(parsed) ? parsed[0] : parsed) as Record<string, unknown> | undefined;
    const sentence = first?.['message'] ?? first?.['title'];
    if (typeof sentence === 'string') return sentence.slice(0, LONGEST_EXCERPT);
  } catch {
    return text.slice(0, LONGEST_EXCERPT);
  }
  return undefined;
}
