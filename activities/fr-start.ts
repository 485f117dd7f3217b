import type { Client, WorkflowOptions } from '@temporalio/client';
import { CORE_TASK_QUEUE, frWorkflowId } from '../workflows/ids.ts';
import type { FrInput } from '../workflows/messages.ts';
import { isTemporalError } from './temporal-errors.ts';
import { terminateIfRunning } from './terminate.ts';

const sourceKey = { name: 'BcSource', type: 'KEYWORD' } as const;
const stateKey = { name: 'BcFrState', type: 'KEYWORD' } as const;
const numberKey = { name: 'BcFrNumber', type: 'KEYWORD' } as const;

type Start = WorkflowOptions & { args: [FrInput] };

/** How the workflow of a request is started, whoever starts it. */
export function startOf(fr: RequestId): Start {
  return {
    workflowId: frWorkflowId(fr.source, fr.number),
    taskQueue: CORE_TASK_QUEUE,
    args: [{ frId: fr.id, source: fr.source, number: fr.number }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    // Whoever submits thousands does not make the requests of other sources wait.
    priority: { fairnessKey: fr.source },
    // Which request it looks after: a number can be given anew when a source was removed with all its data.
    memo: { frId: fr.id },
    staticSummary: `Fulfillment request ${fr.number} of ${fr.source}`.slice(0, 200),
    typedSearchAttributes: [
      { key: sourceKey, value: fr.source },
      { key: numberKey, value: fr.number },
      // Set with the start, it costs nothing; the workflow corrects it where it is another.
      { key: stateKey, value: 'processing' },
    ],
  };
}

interface RequestId {
  id: number;
  source: string;
  number: string;
}

/** More than one other that comes or goes in between is no chance any more. */
const MOST_STARTS = 4;

/** Starts the workflow of a request unless it runs. One that looks after a request that is gone makes room. Safe to repeat. */
export async function ensureFrWorkflow(client: Client, fr: RequestId): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.workflow.start('fulfillmentRequest', startOf(fr));
      return;
    } catch (error) {
      if (!isTemporalError(error, 'WorkflowExecutionAlreadyStartedError') || attempt === MOST_STARTS) throw error;
    }
    if (await hasFrWorkflow(client, fr)) return;
    // It is another request's, or it has ended since: then there is nothing to end.
    await endFrWorkflow(client, fr);
  }
}

/** Whether the workflow of this number runs and looks after this very request. */
export async function hasFrWorkflow(client: Client, fr: RequestId): Promise<boolean> {
  const found = await describe(client, fr);
  return found?.status === 'RUNNING' && found.frId === fr.id;
}

async function describe(client: Client, fr: RequestId): Promise<{ status: string; frId: unknown } | undefined> {
  try {
    const { status, memo } = await client.workflow.getHandle(frWorkflowId(fr.source, fr.number)).describe();
    // One of an earlier version says nothing of itself.
    return { status: status.name, frId: memo?.['frId'] ?? fr.id };
  } catch (error) {
    if (isTemporalError(error, 'WorkflowNotFoundError')) return undefined;
    throw error;
  }
}

/** Ends the workflow of a request whose data are gone. Safe to repeat. */
export function endFrWorkflow(client: Client, { source, number }: Omit<RequestId, 'id'>): Promise<void> {
  return terminateIfRunning(client, frWorkflowId(source, number), 'Its request was removed with its source.');
}

/** Tells the workflow of a request something, and starts it first where it does not run. */
export async function signalRequest(
  client: Client,
  fr: RequestId,
  signal: string,
  signalArgs: unknown[] = [],
): Promise<void> {
  await client.workflow.signalWithStart('fulfillmentRequest', { ...startOf(fr), signal, signalArgs });
}
