import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { FrView } from '../../activities/fr-desk.ts';
import { CORE_TASK_QUEUE, STORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { workflowBundle } from './replay.ts';

/** A namespace of the run's Temporal for one file: others have workers for the same queues. Once a process. */
export async function openNamespace(): Promise<TestWorkflowEnvironment> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = process.env['TEST_TEMPORAL_ADDRESS']!;
  return TestWorkflowEnvironment.createFromExistingServer({ address, namespace: await takeNamespace() });
}

/** What a workflow knows of a request that says this and needs nothing else. */
export const viewOf = (explanation: string, processing: FrView['processing'] = 'processing'): FrView => ({
  ...{ processing, explanation, nextStepAt: null, orderId: null },
  ...{ openAttempt: false, needsCheck: false, cancelRequested: false, needsFinish: false },
});

/** Runs our workflows on both queues with these activities as long as `work` lasts. */
export async function withStandIns<T>(
  { nativeConnection: connection, namespace = 'default' }: TestWorkflowEnvironment,
  activities: object,
  work: () => Promise<T>,
): Promise<T> {
  const shared = { connection, namespace, activities };
  const core = await Worker.create({ ...shared, taskQueue: CORE_TASK_QUEUE, workflowBundle });
  const store = await Worker.create({ ...shared, taskQueue: STORE_TASK_QUEUE });
  return core.runUntil(store.runUntil(work));
}
