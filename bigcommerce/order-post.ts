import type { StoreClient } from './client.ts';
import { StoreError } from './failures.ts';
import { readRefusal } from './order-refusal.ts';
import type { OrderProblem, RefusalCode } from './order-refusal.ts';
import { ORDERS } from './order-row.ts';
import { readFields, readId, readText } from './read.ts';

/** What came of a POST. Neither `reason` nor `message` holds the token or anything of a person. */
export type PostOutcome =
  /** `externalOrderId` is the number that the store says it has kept; null where it says none. */
  | { kind: 'created'; orderId: number; externalOrderId: string | null }
  /** No order was made, and the same request would make none again. */
  | {
      kind: 'refused';
      code: RefusalCode;
      status: number;
      message: string;
      /** BigCommerce's own words; they may quote an address. */
      said: string | undefined;
      problems: OrderProblem[];
    }
  /** No order was made; BigCommerce asks us to wait. */
  | { kind: 'throttled'; waitMs: number }
  /** No order was made: there was no connection to send anything over. */
  | { kind: 'not_sent'; reason: string }
  /** Nobody knows whether an order was made. */
  | { kind: 'unknown'; reason: string };

export interface PostOptions {
  timeoutMs: number;
  /** Runs when it is the order's turn in the quota, right before it goes out; what it throws is thrown on, and nothing is sent. */
  beforeSend?: () => void | Promise<void>;
}

/** Statuses of a definite refusal (facts, "Exactly-once creation": these created no order). */
const REFUSED = new Set([400, 401, 403, 404, 409, 413, 415, 422]);
const SHORTEST_WAIT_MS = 1_000;
/** A 429 without a time is load of BigCommerce's platform (facts, "Rate limits"). */
const OVERLOAD_WAIT_MS = 5_000;

/**
 * Posts an order once and says what came of it. Never safe to repeat after `created` or `unknown`: nothing makes
 * external_order_id unique. Takes no signal, because an aborted POST may have made its order. Throws only what
 * `beforeSend` throws.
 */
export async function postOrder(
  client: StoreClient,
  body: Record<string, unknown>,
  { timeoutMs, beforeSend }: PostOptions,
): Promise<PostOutcome> {
  let answer: unknown;
  try {
    answer = await client.call('POST', ORDERS, { body, timeoutMs, beforeSend });
  } catch (error) {
    if (error instanceof StoreError) return outcomeOf(error);
    throw error;
  }
  const fields = readFields(answer);
  const orderId = readId(fields['id']);
  const externalOrderId = readText(fields['external_order_id']) || null;
  if (orderId !== undefined) return { kind: 'created', orderId, externalOrderId };
  return { kind: 'unknown', reason: 'BigCommerce took the order and did not tell its id' };
}

function outcomeOf(error: StoreError): PostOutcome {
  const { status, retryAfterMs, wasNeverSent } = error.details;
  if (wasNeverSent) return { kind: 'not_sent', reason: error.message };
  if (status === 429 || status === 509) {
    return { kind: 'throttled', waitMs: Math.max(SHORTEST_WAIT_MS, retryAfterMs ?? OVERLOAD_WAIT_MS) };
  }
  if (status !== undefined && REFUSED.has(status)) {
    return { kind: 'refused', status, ...readRefusal(status, error.readAnswer()) };
  }
  return { kind: 'unknown', reason: error.message };
}
