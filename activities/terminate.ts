import type { Client } from '@temporalio/client';
import { isTemporalError } from './temporal-errors.ts';

/**
 * Ends a workflow; nothing happens where none of this id runs. Terminated and not canceled: where no worker is there to
 * hear of it, a canceled workflow keeps its name. Safe to repeat.
 */
export async function terminateIfRunning(client: Client, workflowId: string, reason: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).terminate(reason);
  } catch (error) {
    if (!isTemporalError(error, 'WorkflowNotFoundError')) throw error;
  }
}
