import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { FrActivities } from '../activities/fr-desk.ts';
import { CORE_TASK_QUEUE, LAST_ATTEMPT_MS, STORE_TASK_QUEUE } from './ids.ts';

/** Failures that no retry can mend; the activity says so too, this is for errors that cross a restart of the worker. */
const finalTypes = [
  'credential_refused',
  'scope_missing',
  'request_rejected',
  'not_found',
  'store_not_found',
  'unit_unknown',
  'source_not_found',
  'already_running',
  'waiting_for_approval',
  'feed_incomplete',
  'secret_unreadable',
];

/**
 * Activities on our own database. Retried without end: Postgres comes back, and until then there is nothing better to
 * do than to ask again.
 */
export const database = proxyActivities<Activities>({
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  // A run is not ended while a step of it may still write; steps hear of a cancellation within two seconds.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '15s',
    nonRetryableErrorTypes: finalTypes,
  },
});

/** A slice of reading ends after some 15 s; the rest is room for slow pages and for waiting for quota. */
const LONGEST_SLICE = '4 minutes';

/**
 * Activities that ask a store, given up when the store has not answered for `giveUpMs`: they see to that themselves
 * (activities/give-up.ts), so that an attempt under way is not cut. They heartbeat, so that the work of a dead worker is
 * taken over within seconds and a cancellation is heard.
 */
export function storeProxy(source: string, giveUpMs: number) {
  return proxyActivities<Activities>({
    taskQueue: STORE_TASK_QUEUE,
    startToCloseTimeout: LONGEST_SLICE,
    scheduleToCloseTimeout: giveUpMs + LAST_ATTEMPT_MS,
    heartbeatTimeout: '10 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '20s',
      nonRetryableErrorTypes: finalTypes,
    },
    priority: { priorityKey: 5, fairnessKey: source },
  });
}

/**
 * Steps of a fulfillment request in our own database. Local: one event in the history each and no wait for a queue, and
 * nothing that takes longer than a few statements.
 */
export const desk = proxyLocalActivities<FrActivities>({
  startToCloseTimeout: '20 seconds',
  retry: {
    initialInterval: '200ms',
    backoffCoefficient: 2,
    maximumInterval: '10s',
    nonRetryableErrorTypes: finalTypes,
  },
});

/**
 * Reads of a store for a fulfillment request; before imports. A check that the store does not answer in time is made
 * again before sending anyhow.
 */
export function frReadProxy(source: string) {
  return proxyActivities<Activities>({
    taskQueue: STORE_TASK_QUEUE,
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: '10 minutes',
    heartbeatTimeout: '10 seconds',
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '1 minute',
      nonRetryableErrorTypes: finalTypes,
    },
    priority: { priorityKey: 2, fairnessKey: source },
  });
}

/**
 * Steps that may make or change an order: one attempt each, and the workflow decides what follows from how it ended.
 * The time limit leaves room for waiting for quota, the look-ups and the POST, whose own limit is 25 s.
 */
export function frSendProxy(source: string) {
  return proxyActivities<Activities>({
    taskQueue: STORE_TASK_QUEUE,
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: '10 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
    priority: { priorityKey: 1, fairnessKey: source },
  });
}

/**
 * What webhooks hint at, after sends and before imports: given up soon, because the hints stay and the next ones may be
 * about something else.
 */
export function hintsProxy(source: string) {
  return proxyActivities<Activities>({
    taskQueue: STORE_TASK_QUEUE,
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: '3 minutes',
    heartbeatTimeout: '10 seconds',
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '15s',
      nonRetryableErrorTypes: finalTypes,
    },
    priority: { priorityKey: 3, fairnessKey: source },
  });
}

/** Asks whether a connection works again: one attempt, because the next sweep asks anew and must not wait for this one. */
export function probeProxy(source: string) {
  return proxyActivities<Activities>({
    taskQueue: STORE_TASK_QUEUE,
    startToCloseTimeout: '30 seconds',
    scheduleToCloseTimeout: '40 seconds',
    heartbeatTimeout: '10 seconds',
    retry: { maximumAttempts: 1 },
    priority: { priorityKey: 4, fairnessKey: source },
  });
}

/** Reads of shipments: after sends and before imports, given up when the store has not answered for a quarter of an hour. */
export function shipmentsProxy(source: string) {
  return proxyActivities<Activities>({
    taskQueue: STORE_TASK_QUEUE,
    startToCloseTimeout: LONGEST_SLICE,
    scheduleToCloseTimeout: '15 minutes',
    heartbeatTimeout: '10 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '30s',
      nonRetryableErrorTypes: finalTypes,
    },
    priority: { priorityKey: 3, fairnessKey: source },
  });
}
