import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { SendProgress } from '../../activities/send-run.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { openNamespace, withStandIns } from './stand-ins.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await openNamespace();
});
afterAll(() => environment.teardown());

it('a run lets requests go until none is left, and only then waits for their outcomes', async () => {
  const steps: string[] = [];
  const progress = { sentence: 'Sends.', due: 3, sent: 0, open: 3 };
  const cuts: SendProgress[] = [{ ...progress, isCut: true }, { ...progress, isCut: true }, progress];
  const activities = {
    beginSendRun: async () => ({ waitMs: 60_000 }),
    letGo: async () => {
      steps.push('letGo');
      return cuts.shift();
    },
    outcomesOfRun: async () => {
      steps.push('outcomes');
      return { ...progress, sent: 3, open: 0 };
    },
    finishSendRun: async (_: string, status: string) => void steps.push(status),
  };
  const input = { source: 'acme', trigger: 'manual' };
  const options = { workflowId: 'send:acme', taskQueue: CORE_TASK_QUEUE, args: [input] };
  await withStandIns(environment, activities, () =>
    environment.client.workflow.execute('sendFulfillmentRequests', options),
  );
  expect(steps).toEqual(['letGo', 'letGo', 'letGo', 'outcomes', 'completed']);
});
