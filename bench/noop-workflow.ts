import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { proxyActivities, proxyLocalActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { noopActivities } from './noop-worker.ts';

const stateKey = defineSearchAttributeKey('BcFrState', SearchAttributeType.KEYWORD);
const orderKey = defineSearchAttributeKey('BcOrderId', SearchAttributeType.KEYWORD);
const nextStepKey = defineSearchAttributeKey('BcNextStepAt', SearchAttributeType.DATETIME);

const desk = proxyLocalActivities<typeof noopActivities>({ startToCloseTimeout: '20 seconds' });
const sends = proxyActivities<typeof noopActivities>({
  taskQueue: 'bench-noop-store',
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
  priority: { priorityKey: 1, fairnessKey: 'bench' },
});

/** The shape of a fulfillment request that waits for nothing and is sent at once: what Temporal alone costs. */
export async function noop(input: { frId: number; source: string; number: string }): Promise<{ processing: string }> {
  await desk.openNothing(input.frId);
  setCurrentDetails('The request was just taken in.');
  await desk.decideNothing(input.frId, new Date(Date.now()).toISOString());
  await sends.sendNothing(input.frId, new Date(Date.now()).toISOString());
  setCurrentDetails('Sent as BigCommerce order 1.');
  upsertSearchAttributes([
    { key: stateKey, value: 'acknowledged' },
    { key: nextStepKey, value: null },
    { key: orderKey, value: String(input.frId) },
  ]);
  return { processing: 'acknowledged' };
}
