import { Context } from '@temporalio/activity';

/** Well below the heartbeat timeouts of workflows/proxies.ts, and how fast a cancellation is heard. */
const HEARTBEAT_MS = 2000;

/** Runs `work` with heartbeats, so that a dead worker is noticed and a cancellation arrives. */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  // Local activities have no heartbeats: they are over before one would be due.
  if (context.info.isLocal) return work();
  context.heartbeat();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    return await work();
  } catch (error) {
    // A cancelled request says that it was aborted; Temporal must hear of the cancellation itself.
    if (context.cancellationSignal.aborted) await context.cancelled;
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Aborts reads when the activity is cancelled or the worker shuts down. */
export function signalOfActivity(): AbortSignal {
  return Context.current().cancellationSignal;
}
