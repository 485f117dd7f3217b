import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { StoreError } from '../bigcommerce/failures.ts';
import { SecretUnreadable } from '../database/secrets.ts';
import { sqlState } from '../database/errors.ts';
import { RequestGone } from '../database/fulfillment-requests.ts';
import { PageAlreadyWritten, RunEnded } from '../database/import-ledger.ts';
import type { FailureCode } from '../domain/failures.ts';

/** A failure of ours: a code, a sentence without personal data, and what to do where the code alone does not say it. */
export function failure(code: FailureCode, message: string, hint?: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code, ...(hint === undefined ? [] : [{ hint }]));
}

/**
 * The only place where errors become Temporal failures. Messages of unknown errors stay in the worker's log: they may
 * quote what history must not hold.
 */
export function toFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof StoreError) return failureOfStore(error);
  if (error instanceof SecretUnreadable) return failure('secret_unreadable', error.message);
  if (error instanceof RequestGone) return failure('not_found', error.message);
  if (error instanceof RunEnded) return failure('canceled', error.message);
  if (error instanceof PageAlreadyWritten) return ApplicationFailure.retryable(error.message, error.code);
  if (error instanceof Error && error.name === 'AbortError') return error;
  const state = sqlState(error);
  if (state && /^(22|23|42)/.test(state)) {
    return failure('internal', `The database refused a statement (SQLSTATE ${state}); the worker log has the details.`);
  }
  const kind = state ?? (error instanceof Error ? error.name : 'unknown');
  return ApplicationFailure.retryable(`The worker met an error (${kind}); its log has the details.`, 'internal');
}

function failureOfStore(error: StoreError): ApplicationFailure {
  const wait = error.details.retryAfterMs;
  return ApplicationFailure.create({
    message: `${error.message.replace(/\.+$/, '')}.`,
    type: error.code satisfies FailureCode,
    nonRetryable: !error.isTemporary,
    ...(error.details.hint === undefined ? {} : { details: [{ hint: error.details.hint }] }),
    ...(error.code === 'rate_limited' && wait ? { nextRetryDelay: Math.max(1000, wait) } : {}),
  });
}
