import { StoreError } from '../bigcommerce/failures.ts';
import { SecretUnreadable } from '../database/secrets.ts';
import { recordRefusal } from '../database/connection-refusals.ts';
import type { Executor } from '../database/connect.ts';
import { changeRequest } from '../database/fr-changes.ts';
import type { FrChange } from '../database/fr-changes.ts';
import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import type { Check } from '../domain/fulfillment/checks.ts';
import { CONNECTION_CODES } from '../domain/failures.ts';
import { explainState } from '../domain/fulfillment/explain.ts';
import { ApplicationFailure } from '@temporalio/common';
import { connectHint } from './stores.ts';

export interface Reason {
  code: string;
  message: string;
  /** The message holds nothing of a person, so that Temporal may see it. */
  isPublic?: boolean;
  /** BigCommerce's own words for the timeline; they may quote an address. */
  detail?: string | undefined;
}

/** Turns a request `failed`: it waits for a person, and says why. */
export async function failRequest(db: Executor, fr: FulfillmentRequest, reason: Reason, at: Date): Promise<void> {
  const { code, message, detail, isPublic } = reason;
  const found = isPublic ? message : undefined;
  const hint = code === 'credential_refused' ? await connectHint(db, fr.sourceId) : undefined;
  const explanation = explainState({ ...fr, processing: 'failed', reasonCode: code, orderId: null, found, hint });
  const change: FrChange = { processing: 'failed', reason: { code, message, hint }, explanation, nextStepAt: null };
  const event = {
    at,
    event: 'failed',
    by: 'workflow',
    detail: detail ? `${code}: ${message} (${detail})` : `${code}: ${message}`,
  };
  await changeRequest(db, fr.id, { ...change, isReady: false }, event);
}

/** The reason that checks give: the code of the first that failed, the words of all. */
export function reasonOfChecks(checks: readonly Check[]): Reason | null {
  const bad = checks.filter((check) => !check.ok);
  if (bad.length === 0) return null;
  return { code: bad[0]!.code, message: bad.map((check) => check.message).join('; '), isPublic: true };
}

export interface Trouble {
  code: string;
  message: string;
  /** When to try again by itself; null for what a person has to mend. */
  retryMs: number | null;
  /** The store's own words for the timeline, where the message has none; they may quote an address. */
  detail?: string | undefined;
}

/** What an error of the store means for a request that has not been posted. Other errors are thrown on. */
export function troubleOf(error: unknown): Trouble {
  const trouble = findTrouble(error);
  if (!trouble) throw error;
  return trouble;
}

/** The same; undefined for other errors. */
export function findTrouble(error: unknown): Trouble | undefined {
  if (error instanceof StoreError) {
    const { code, message, details } = error;
    if (error.isTemporary) return { code, message, retryMs: Math.max(1000, details.retryAfterMs ?? 1000) };
    return { code, message, retryMs: null, detail: details.said === undefined ? error.readWords() : undefined };
  }
  if (error instanceof SecretUnreadable) return { code: error.code, message: error.message, retryMs: null };
  if (error instanceof ApplicationFailure && error.type)
    return { code: error.type, message: error.message, retryMs: null };
  return undefined;
}

/** Records that the credential was refused, so that the other requests of the source do not try it in vain. */
export async function noteRefusal(
  db: Executor,
  sourceId: number,
  trouble: Pick<Trouble, 'code' | 'message'>,
): Promise<boolean> {
  if (!CONNECTION_CODES.has(trouble.code)) return false;
  const { code, message } = trouble;
  return recordRefusal(db, sourceId, { code, message });
}
