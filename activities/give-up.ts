import type { Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { LAST_ATTEMPT_MS } from '../workflows/ids.ts';

export type Attempt = Pick<
  Info,
  'attempt' | 'retryPolicy' | 'scheduleToCloseTimeoutMs' | 'scheduledTimestampMs' | 'currentAttemptScheduledTimestampMs'
>;

/**
 * Makes a step with a time limit give up on time: the last attempt begins when the limit, less the room that it has for
 * that attempt, is reached, and none follows. Temporal's own limit alone would cut an attempt that is getting on well;
 * it is left for those of which nothing is heard. `tookMs` is how long this attempt took.
 */
export function givingUpOnTime(failure: unknown, attempt: Attempt, tookMs: number): unknown {
  const limitMs = attempt.scheduleToCloseTimeoutMs;
  if (!(failure instanceof ApplicationFailure) || failure.nonRetryable || limitMs === 0) return failure;
  // Both instants are the server's, so that a worker whose clock is wrong gives up no sooner or later.
  const beganMs = attempt.currentAttemptScheduledTimestampMs - attempt.scheduledTimestampMs;
  const leftMs = Math.ceil(limitMs - LAST_ATTEMPT_MS - beganMs - tookMs);
  const { message, type } = failure;
  const same = { message, ...(type ? { type } : {}) };
  if (leftMs <= 0) return ApplicationFailure.create({ ...same, nonRetryable: true });
  if (delayMs(failure, attempt) <= leftMs) return failure;
  return ApplicationFailure.create({ ...same, nextRetryDelay: leftMs });
}

/** When Temporal would try again. What reaches an activity of the policy is in milliseconds. */
function delayMs(failure: ApplicationFailure, { attempt, retryPolicy }: Attempt): number {
  if (failure.nextRetryDelay) return Number(failure.nextRetryDelay);
  const { initialInterval = 1000, backoffCoefficient = 2, maximumInterval } = retryPolicy ?? {};
  const first = Number(initialInterval);
  return Math.min(first * backoffCoefficient ** (attempt - 1), Number(maximumInterval ?? first * 100));
}
