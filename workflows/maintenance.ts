import { isCancellation, patched, setCurrentDetails } from '@temporalio/workflow';
import { database, probeProxy } from './proxies.ts';

/**
 * Looks after what was lost: starts the workflows of requests that have none (their start was lost, or somebody
 * terminated them), tries orders again that no source could take, follows what webhooks hinted at while nobody
 * listened, tries again cancellations that the store did not carry out and connections that were refused, and ends the
 * records of runs whose workflow is gone, so that somebody hears of it. Every minute, and when a worker starts.
 */
export async function maintenance(): Promise<{ restarted: number; routed: number }> {
  const { restarted } = await database.restartLostRequests();
  const { routed } = await database.tryOpenOrders();
  if (patched('hints')) await database.followLeftHints();
  if (patched('connections')) {
    await database.retryCancellations();
    await probeConnections();
  }
  if (patched('lost-runs')) await database.endLostRuns();
  setCurrentDetails(`Restarted ${restarted} requests, routed ${routed} orders.`);
  return { restarted, routed };
}

const PROBES_AT_ONCE = 50;

async function probeConnections(): Promise<void> {
  const refused = await database.listConnectionsToProbe();
  const probe = async (source: string) => {
    try {
      await probeProxy(source).probeConnection(source);
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
  };
  for (let at = 0; at < refused.length; at += PROBES_AT_ONCE)
    await Promise.all(refused.slice(at, at + PROBES_AT_ONCE).map(probe));
}
