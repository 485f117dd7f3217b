/** Builders and parsers of every id that Temporal sees. Ids carry names and numbers, never personal data. */

import type { JobKind } from '../domain/jobs.ts';

export type { JobKind } from '../domain/jobs.ts';

/** Workflow id of a job that a person started, and id of the Schedule that starts it by itself (which appends its time). */
export function jobWorkflowId(job: JobKind, source: string): string {
  return `${job}:${source}`;
}

/** Job and source of a workflow or schedule id; undefined when it is neither. */
export function parseJobId(id: string): { job: JobKind; source: string } | undefined {
  const match = /^(inventory|refresh|send|shipments):([a-z0-9][a-z0-9-]{0,62})(?:-\d{4}-\d{2}-\d{2}T[\d:.]+Z)?$/.exec(
    id,
  );
  return match ? { job: match[1] as JobKind, source: match[2]! } : undefined;
}

/** Workflow id of a fulfillment request: while it runs, nobody else sends the request. */
export function frWorkflowId(source: string, number: string): string {
  return `fr:${source}:${number}`;
}

/** Workflow id of the cancellation of an order that was sent already. */
export function cancelWorkflowId(source: string, number: string): string {
  return `fr-cancel:${source}:${number}`;
}

/** Workflow id of telling the waiting requests of a source that its settings or its connection have changed. */
export function wakeWorkflowId(source: string): string {
  return `wake:${source}`;
}

/** Id of the Schedule, and of the workflows that it starts, that looks after what was lost. */
export const MAINTENANCE_ID = 'maintenance';

/** Id of the Schedule that looks for alarms, and of the workflows that it starts. */
export const ALARMS_ID = 'alarms';

/** Id of the Schedule that deletes what is old, and of the workflows that it starts. */
export const PRUNE_ID = 'prune';

/** Workflow id of handing over notifications: one at a time for the whole system. */
export const NOTIFICATIONS_ID = 'notifications';

/** Workflow id of working on what webhooks have hinted at: one at a time a source. */
export function hintsWorkflowId(source: string): string {
  return `hints:${source}`;
}

/** Id of the Schedule that looks whether the webhooks of every source are as they should be, and of its workflows. */
export const WEBHOOKS_ID = 'webhooks';

/** Source and number of a request's workflow id; undefined when it is none. */
export function parseFrId(id: string): { source: string; number: string } | undefined {
  const match = /^fr:([a-z0-9][a-z0-9-]{0,62}):(.+)$/s.exec(id);
  return match ? { source: match[1]!, number: match[2]! } : undefined;
}

/** Workflow tasks and everything that costs no quota of a store. */
export const CORE_TASK_QUEUE = 'bcsource';
/** Activities that ask a store: a queue of their own, so that they can be limited and scaled by themselves. */
export const STORE_TASK_QUEUE = 'bcsource-store';

/** TaskQueueType of Temporal's API, whose enum no package of the SDK exports. */
export const QUEUE_TYPES = { workflow: 1, activity: 2 };

/**
 * So long at the most a request pauses before a send that nothing came of is tried again. Steps tell it: the next one comes by
 * then.
 */
export const LONGEST_SEND_PAUSE_MS = 60_000;

/**
 * What an attempt that began before its step was to be given up has left: longer than the requests of one page. Part of
 * the time limit of a step that asks a store (`storeProxy`), and taken off again where the step decides to give up.
 */
export const LAST_ATTEMPT_MS = 60_000;
