import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { fillHint, hintOf, isFailureCode } from '../domain/failures.ts';
import type { FailureCode } from '../domain/failures.ts';

export interface Reason {
  code: FailureCode;
  reason: string;
  hint: string;
}

/** What a failed activity means for the run: the code that the activity gave, or the one that fits its timeout. */
export function reasonOf(error: unknown): Reason {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure)
    return why('store_unavailable', 'The store did not answer in the time that the source allows.');
  if (cause instanceof ApplicationFailure)
    return why(isFailureCode(cause.type) ? cause.type : 'internal', cause.message, cause.details);
  return why('internal', cause instanceof Error ? cause.message : 'Unknown failure.');
}

export function why(code: FailureCode, reason: string, details?: unknown): Reason {
  return { code, reason, hint: hintOf(code, details) };
}

/** The failure that ends the workflow of a source, as the Web UI shows it. */
export function failureOf({ code, reason, hint }: Reason, source: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`${reason} ${fillHint(hint, { source })}`, code);
}
