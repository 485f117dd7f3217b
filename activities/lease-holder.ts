import type { Client } from '@temporalio/client';
import { isTemporalError } from './temporal-errors.ts';

/** Whether the workflow that holds a lease has ended, or is unknown to Temporal (its state was lost or pruned). */
export async function isWorkflowClosed(
  temporal: Client,
  holder: { workflowId: string; runId: string },
): Promise<boolean> {
  try {
    const handle = temporal.workflow.getHandle(holder.workflowId, undefined, { firstExecutionRunId: holder.runId });
    const description = await handle.describe();
    // The id may belong to a later run by now; then the holder's chain has ended.
    if (description.raw.workflowExecutionInfo?.firstRunId !== holder.runId) return true;
    return description.status.name !== 'RUNNING';
  } catch (error) {
    if (isTemporalError(error, 'WorkflowNotFoundError')) return true;
    throw error;
  }
}
