import type { Client } from '@temporalio/client';
import { CORE_TASK_QUEUE, wakeWorkflowId } from '../workflows/ids.ts';

/** Has every waiting request of a source look at its settings and its connection again. Safe to repeat. */
export async function wakeSource(client: Client, name: string): Promise<void> {
  await client.workflow.start('wakeRequests', {
    workflowId: wakeWorkflowId(name),
    taskQueue: CORE_TASK_QUEUE,
    args: [name],
    // One that is under way may have passed requests by before this change.
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  });
}
