import type { Client } from '@temporalio/client';
import { CORE_TASK_QUEUE, QUEUE_TYPES, STORE_TASK_QUEUE } from '../workflows/ids.ts';

const QUEUES = [
  { name: CORE_TASK_QUEUE, taskQueueType: QUEUE_TYPES.workflow, what: 'workflows' },
  { name: CORE_TASK_QUEUE, taskQueueType: QUEUE_TYPES.activity, what: 'database steps' },
  { name: STORE_TASK_QUEUE, taskQueueType: QUEUE_TYPES.activity, what: 'steps that ask a store' },
];

/**
 * Temporal names whoever asked for work within five minutes. One that waits in vain asks again after a minute: who did
 * not, while others did, has ended.
 */
const LONGEST_POLL_SECONDS = 75;

/** Who asks for the work of a queue. */
export interface Pollers {
  /** The queue, as sentences name it. */
  title: string;
  identities: string[];
}

/** Every worker once, by what it is called. */
export function identitiesIn(queues: readonly Pollers[]): string[] {
  return [...new Set(queues.flatMap(({ identities }) => identities))];
}

/** Who asks for work now, by queue. */
export function pollersOf(client: Client): Promise<Pollers[]> {
  const { namespace } = client.options;
  const asked = QUEUES.map(async ({ name, taskQueueType, what }) => {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType,
    });
    const known = (pollers ?? []).map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      askedAt: Number(lastAccessTime?.seconds ?? 0),
    }));
    const newest = Math.max(...known.map(({ askedAt }) => askedAt));
    const alive = known.filter(({ askedAt }) => askedAt > newest - LONGEST_POLL_SECONDS);
    return { title: `${what} (${name})`, identities: alive.map(({ identity }) => identity) };
  });
  return Promise.all(asked);
}
