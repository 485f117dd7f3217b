import { patched, setCurrentDetails } from '@temporalio/workflow';
import { database } from './proxies.ts';

/**
 * Looks after what was lost: starts the workflows of requests that have none (their start was lost, or somebody
 * terminated them), tries orders again that no source could take, and follows what webhooks hinted at while nobody
 * listened. Every minute, and when a worker starts.
 */
export async function maintenance(): Promise<{ restarted: number; routed: number }> {
  const { restarted } = await database.restartLostRequests();
  const { routed } = await database.tryOpenOrders();
  if (patched('hints')) await database.followLeftHints();
  setCurrentDetails(`Restarted ${restarted} requests, routed ${routed} orders.`);
  return { restarted, routed };
}
