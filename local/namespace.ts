import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';

const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
/** How long Temporal keeps the history of what has ended; ours is in Postgres. */
const RETENTION_DAYS = 7;
// Each service of a cluster looks for new namespaces every few seconds.
const SEEN_WITHIN_MS = 60_000;

/** Makes the namespace where it is missing and waits until every service knows it; tells whether it was made. Safe to repeat. */
export async function ensureNamespace({ workflowService }: Connection, namespace: string): Promise<boolean> {
  const isThere = await workflowService.describeNamespace({ namespace }).then(() => true, falseIf(NOT_FOUND));
  if (isThere) return false;
  const workflowExecutionRetentionPeriod = { seconds: (RETENTION_DAYS * 24 * 3600) as unknown as Long };
  await workflowService
    .registerNamespace({ namespace, workflowExecutionRetentionPeriod })
    .catch(falseIf(ALREADY_EXISTS));
  const deadline = Date.now() + SEEN_WITHIN_MS;
  const isSeen = (): Promise<boolean> =>
    workflowService.listWorkflowExecutions({ namespace, pageSize: 1 }).then(() => true, falseIf(NOT_FOUND));
  while (!(await isSeen())) {
    if (Date.now() > deadline) throw new Error(`Temporal does not find its new namespace ${namespace}.`);
    await sleep(250);
  }
  return true;
}

type Registration = NonNullable<Parameters<Connection['workflowService']['registerNamespace']>[0]>;
type Long = NonNullable<NonNullable<Registration['workflowExecutionRetentionPeriod']>['seconds']>;

function falseIf(expected: number): (error: { code?: number }) => false {
  return (error) => {
    if (error.code === expected) return false;
    throw error;
  };
}
