import type { Client, WorkflowOptions } from '@temporalio/client';
import { CORE_TASK_QUEUE, frWorkflowId } from '../workflows/ids.ts';
import type { FrInput } from '../workflows/messages.ts';
import { isTemporalError } from './temporal-errors.ts';

const sourceKey = { name: 'BcSource', type: 'KEYWORD' } as const;
const stateKey = { name: 'BcFrState', type: 'KEYWORD' } as const;
const numberKey = { name: 'BcFrNumber', type: 'KEYWORD' } as const;

type Start = WorkflowOptions & { args: [FrInput] };

/** How the workflow of a request is started, whoever starts it. */
export function startOf(fr: { id: number; source: string; number: string }): Start {
  return {
    workflowId: frWorkflowId(fr.source, fr.number),
    taskQueue: CORE_TASK_QUEUE,
    args: [{ frId: fr.id, source: fr.source, number: fr.number }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `Fulfillment request ${fr.number} of ${fr.source}`.slice(0, 200),
    typedSearchAttributes: [
      { key: sourceKey, value: fr.source },
      { key: numberKey, value: fr.number },
      // Set with the start, it costs nothing; the workflow corrects it where it is another.
      { key: stateKey, value: 'processing' },
    ],
  };
}

/** Starts the workflow of a request unless it runs. Safe to repeat. */
export async function ensureFrWorkflow(
  client: Client,
  fr: { id: number; source: string; number: string },
): Promise<void> {
  try {
    await client.workflow.start('fulfillmentRequest', startOf(fr));
  } catch (error) {
    if (!isTemporalError(error, 'WorkflowExecutionAlreadyStartedError')) throw error;
  }
}

/** Tells the workflow of a request something, and starts it first where it does not run. */
export async function signalRequest(
  client: Client,
  fr: { id: number; source: string; number: string },
  signal: string,
  signalArgs: unknown[] = [],
): Promise<void> {
  const { workflowIdConflictPolicy: _, ...start } = startOf(fr);
  await client.workflow.signalWithStart('fulfillmentRequest', { ...start, signal, signalArgs });
}
