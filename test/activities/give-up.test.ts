import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { givingUpOnTime } from '../../activities/give-up.ts';
import type { Attempt } from '../../activities/give-up.ts';
import { LAST_ATTEMPT_MS } from '../../workflows/ids.ts';

const GIVE_UP_MS = 300_000;

/** An attempt that the server scheduled `ms` after the first one. */
function attemptAt(ms: number, attempt: number, limitMs = GIVE_UP_MS + LAST_ATTEMPT_MS): Attempt {
  return {
    attempt,
    retryPolicy: { initialInterval: 1000, backoffCoefficient: 2, maximumInterval: 20_000 },
    scheduleToCloseTimeoutMs: limitMs,
    scheduledTimestampMs: 1_000_000,
    currentAttemptScheduledTimestampMs: 1_000_000 + ms,
  };
}

function silent(nextRetryDelay?: number): ApplicationFailure {
  const delay = nextRetryDelay === undefined ? {} : { nextRetryDelay };
  return ApplicationFailure.create({ message: 'no answer', type: 'store_unavailable', ...delay });
}

describe('a step that asks a store', () => {
  it('is tried again as usual while there is time', () => {
    const failure = silent();
    expect(givingUpOnTime(failure, attemptAt(0, 1), 5)).toBe(failure);
    expect(givingUpOnTime(failure, attemptAt(279_000, 20), 1000)).toBe(failure);
  });

  it('is tried for the last time when it is to be given up, also where the usual pause is longer', () => {
    const expected = { message: 'no answer', type: 'store_unavailable', nonRetryable: false, nextRetryDelay: 9000 };
    expect(givingUpOnTime(silent(), attemptAt(290_000, 20), 1000)).toMatchObject(expected);
    expect(givingUpOnTime(silent(30_000), attemptAt(290_000, 1), 1000)).toMatchObject(expected);
  });

  it.each([
    ['began in time and ended late', attemptAt(299_000, 20), 15_000],
    ['was the last', attemptAt(300_000, 21), 4],
  ])('is given up with its own code after an attempt that %s', (_, attempt, tookMs) => {
    const expected = { message: 'no answer', type: 'store_unavailable', nonRetryable: true };
    expect(givingUpOnTime(silent(), attempt, tookMs)).toMatchObject(expected);
  });
});

it.each([
  ['a step without a time limit', silent(), attemptAt(900_000, 40, 0)],
  ['a failure that is final', ApplicationFailure.nonRetryable('no', 'scope_missing'), attemptAt(290_000, 1)],
  ['a cancellation', new Error('canceled'), attemptAt(400_000, 1)],
])('%s is left as it is', (_, failure, attempt) => {
  expect(givingUpOnTime(failure, attempt, 1000)).toBe(failure);
});
