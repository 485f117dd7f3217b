import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import { CORE_TASK_QUEUE, QUEUE_TYPES, STORE_TASK_QUEUE } from '../workflows/ids.ts';

/** Signals in flight at once; Temporal's development server takes some hundred a second. */
const AT_ONCE = 20;
const PART = 50;
/** More in a second no store's quota lets go; and Temporal counts what waits only every few seconds. */
const EVERY_MS = 500;
/** What workers of one machine work off in a few seconds, and as many workflows as they have room for in their caches. */
const MOST_WAITING = 200;
/** A queue that others keep full must not keep anybody from being told. */
const LONGEST_WAIT_MS = 10_000;

export interface Pace<Request> {
  tell: (request: Request) => Promise<void>;
  /** After each part, in order. */
  onTold?: (part: readonly Request[]) => Promise<void>;
  /** When to stop, at the end of a part; the first part is told in any case. */
  until: number;
  signal: AbortSignal;
}

/**
 * Tells requests something as fast as workers take it, a part at a time, and answers how many were told. All at once would
 * fill the queues: every request would lose its place in a worker's cache, Temporal would hand each of its tasks out
 * twice, and what is urgent would wait behind them all.
 */
export async function tellAtPace<Request>(
  client: Client,
  requests: readonly Request[],
  { tell, onTold, until, signal }: Pace<Request>,
): Promise<number> {
  let told = 0;
  while (told < requests.length && (told === 0 || Date.now() < until)) {
    if (told > 0) await room(client, signal);
    const part = requests.slice(told, told + PART);
    await pLimit(AT_ONCE).map(part, tell);
    await onTold?.(part);
    told += part.length;
  }
  return told;
}

async function room(client: Client, signal: AbortSignal): Promise<void> {
  const until = Date.now() + LONGEST_WAIT_MS;
  do await pause(EVERY_MS, undefined, { signal });
  while (Date.now() < until && (await isFull(client)));
}

/** That of sends (workflows/proxies.ts). */
const FIRST_PRIORITY = '1';

async function isFull(client: Client): Promise<boolean> {
  const [workflows, steps] = await Promise.all([
    describe(client, CORE_TASK_QUEUE, QUEUE_TYPES.workflow),
    describe(client, STORE_TASK_QUEUE, QUEUE_TYPES.activity),
  ]);
  const sends = steps.statsByPriorityKey?.[FIRST_PRIORITY];
  return [workflows.stats, sends].some((stats) => Number(stats?.approximateBacklogCount ?? 0) > MOST_WAITING);
}

/** A server that tells no statistics gets all as fast as it takes it. */
function describe(client: Client, name: string, taskQueueType: number) {
  const { namespace } = client.options;
  return client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType, reportStats: true });
}
