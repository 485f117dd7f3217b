import { Worker } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { workerOptions } from './options.ts';
import { STOP_SIGNALS } from './stop-signals.ts';
import { cutAfterMs } from './tuning.ts';
import type { WorkerTuning } from './tuning.ts';

/** What a worker polls with. */
export interface Polling {
  connection: NativeConnection;
  namespace: string;
  /** Said to whoever looks at a queue. */
  identity: string;
  activities: Activities;
  tuning: WorkerTuning;
  /** Told, once it polls, how to find out whether it still does. */
  onPolling: (isPolling: () => boolean) => void;
}

/**
 * Polls until SIGINT or SIGTERM. Answers `whole` when everything under way was finished, `cut` when the time was up before:
 * then the process must end, or it would go on with work that another worker has taken up by then.
 */
export async function pollUntilStopped({
  connection,
  namespace,
  identity,
  activities,
  tuning,
  onPolling,
}: Polling): Promise<'whole' | 'cut'> {
  const shared = { connection, namespace, activities, identity };
  const workers: Worker[] = [];
  for (const options of workerOptions(tuning)) workers.push(await Worker.create({ ...shared, ...options }));
  const running = runAll(workers);
  onPolling(() => workers.every((worker) => worker.getState() === 'RUNNING'));
  process.stderr.write('worker ready\n');
  return Promise.race([running, timeIsUp(cutAfterMs(tuning))]);
}

/** All have ended when this resolves, so that what one of them still uses can be closed. */
async function runAll(workers: readonly Worker[]): Promise<'whole'> {
  const ends = await Promise.allSettled(workers.map((worker) => worker.run().finally(() => workers.forEach(stop))));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return 'whole';
}

/**
 * Some time after the signal to stop. The SDK has such a limit too, but then still waits for its native part, which waits
 * for the steps under way.
 */
function timeIsUp(ms: number): Promise<'cut'> {
  return new Promise((resolve) => {
    const begin = () => void setTimeout(() => resolve('cut'), ms).unref();
    for (const signal of STOP_SIGNALS) process.once(signal, begin);
  });
}

/** One that ended, by whatever, takes the other along: half a worker would take work that nobody goes on with. */
function stop(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
