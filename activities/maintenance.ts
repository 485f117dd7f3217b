import pLimit from 'p-limit';
import { findOpenByNumber, listOpenOfSource, listToLookAfter, markLookedAfter } from '../database/send-runs.ts';
import type { OpenRequest } from '../database/send-runs.ts';
import { listUnreadOrders, markUnreadOrders } from '../database/unread-orders.ts';
import { parseFrId } from '../workflows/ids.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { ensureFrWorkflow, hasFrWorkflow, signalRequest } from './fr-start.ts';
import { signalOfActivity } from './heartbeat.ts';
import { tellAtPace } from './pace.ts';
import { routeOpenOrders } from './routing.ts';

/** Every request is looked after at least this often, as long as there are no more than a sweep can do. */
const LOOKED_AFTER_EVERY_MS = 15 * 60_000;
const MOST_A_SWEEP = 500;
const AT_ONCE = 20;
const WAKE_BATCH = 500;
/** Below the five minutes that the step may take, with what it has begun. */
const TELL_FOR_MS = 2 * 60_000;
const ORDERS_A_SWEEP = 200;
const READ_BACK_FOR_MS = 2 * 24 * 3_600_000;
/** Visibility lags by seconds; a sweep a minute, with room for one that was missed. */
const CLOSED_WITHIN_MS = 10 * 60_000;

/** Activities that look after what was lost, for all sources. */
export function maintenanceActivities(deps: WorkerDependencies) {
  const { db } = deps;
  return {
    /**
     * Starts the workflows of requests that have none, though they are not ended or their order was not read back. Safe
     * to repeat.
     */
    async restartLostRequests(): Promise<{ restarted: number }> {
      const now = new Date();
      const overdue = await listToLookAfter(db, new Date(now.getTime() - LOOKED_AFTER_EVERY_MS), MOST_A_SWEEP);
      const lost = [...(await notRunning(deps, overdue)), ...(await closedTooEarly(deps, now))];
      const limit = pLimit(AT_ONCE);
      await Promise.all(lost.map((fr) => limit(() => ensureFrWorkflow(deps.temporal, fr))));
      await markLookedAfter(
        db,
        overdue.map((fr) => fr.id),
        now,
      );
      for (const { source, number } of lost) deps.log.warn({ source, number }, 'restarted the workflow of a request');
      return { restarted: lost.length + (await readOrdersBack(deps, now)) };
    },

    /** Tries orders again that no source could take when they came. Safe to repeat. */
    async tryOpenOrders(): Promise<{ routed: number }> {
      const start = (frs: OpenRequest[]) => Promise.all(frs.map((fr) => ensureFrWorkflow(deps.temporal, fr)));
      const { routed } = await routeOpenOrders(db, start, ORDERS_A_SWEEP);
      return { routed };
    },

    /**
     * Tells requests of a source, a batch at a time, that settings or connection have changed, and no faster than workers
     * take it. Safe to repeat.
     */
    async tellRequests(source: string, after: number): Promise<{ told: number; next: number | null }> {
      const open = await listOpenOfSource(db, source, after, WAKE_BATCH);
      const told = await tellAtPace(deps.temporal, open, {
        tell: (fr) => signalRequest(deps.temporal, fr, 'settingsChanged'),
        until: Date.now() + TELL_FOR_MS,
        signal: signalOfActivity(),
      });
      return { told, next: told < WAKE_BATCH && told === open.length ? null : open[told - 1]!.id };
    },
  };
}

/**
 * Has the orders read back whose workflow ended before it could: it does that and ends again. One that cannot be read
 * for days, e.g. because the store has deleted it, is left alone.
 */
async function readOrdersBack(deps: WorkerDependencies, now: Date): Promise<number> {
  const since = new Date(now.getTime() - READ_BACK_FOR_MS);
  const before = new Date(now.getTime() - LOOKED_AFTER_EVERY_MS);
  const unread = await listUnreadOrders(deps.db, { since, before, limit: MOST_A_SWEEP });
  const lost = await notRunning(deps, unread);
  await pLimit(AT_ONCE).map(lost, (fr) => ensureFrWorkflow(deps.temporal, fr));
  await markUnreadOrders(
    deps.db,
    unread.map((fr) => fr.id),
    now,
  );
  return lost.length;
}

async function notRunning({ temporal }: WorkerDependencies, requests: OpenRequest[]): Promise<OpenRequest[]> {
  const limit = pLimit(AT_ONCE);
  const running = await limit.map(requests, (fr) => hasFrWorkflow(temporal, fr));
  return requests.filter((_, index) => !running[index]);
}

/** Requests whose workflow somebody ended a short while ago, e.g. terminated in the Web UI, and that are not ended. */
async function closedTooEarly({ db, temporal }: WorkerDependencies, now: Date): Promise<OpenRequest[]> {
  const since = new Date(now.getTime() - CLOSED_WITHIN_MS).toISOString();
  const query = `WorkflowType = 'fulfillmentRequest' AND ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled') AND CloseTime > '${since}'`;
  const keys = [];
  for await (const { workflowId } of temporal.workflow.list({ query })) {
    const key = parseFrId(workflowId);
    if (key) keys.push(key);
  }
  return findOpenByNumber(db, keys);
}
