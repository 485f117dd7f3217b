import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { HEARTBEAT_THROTTLE, readWorkerTuning } from '../workers/tuning.ts';

// A worker as workers/run.ts makes it, for workflows whose activities do nothing. Stops on SIGTERM.

const view = { processing: 'processing', explanation: 'Goes out now.', nextStepAt: null, orderId: null };

/** Answers of the same size as those of a request's activities. */
export const noopActivities = {
  openNothing: (_frId: number) => Promise.resolve({ ...view, openAttempt: false, needsCheck: true }),
  decideNothing: (_frId: number, _now: string) => Promise.resolve({ goesNow: true, waitMs: null, view }),
  sendNothing: (_frId: number, _now: string) => Promise.resolve({ waitMs: null, view }),
};

async function main(): Promise<void> {
  const read = readWorkerTuning(process.env);
  if (!read.ok) throw new Error(read.problems.join('; '));
  const { tuning } = read;
  const logger = new DefaultLogger('WARN');
  Runtime.install({ logger, telemetryOptions: { logging: { filter: 'WARN', forward: {} } } });
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
  const workflowsPath = fileURLToPath(new URL('./noop-workflow.js', import.meta.url));
  const shared = {
    connection,
    activities: noopActivities,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  };
  const core = await Worker.create({
    ...shared,
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger }),
    taskQueue: 'bench-noop',
    maxCachedWorkflows: tuning.cachedWorkflows,
    maxConcurrentActivityTaskExecutions: tuning.coreActivities,
  });
  const store = await Worker.create({
    ...shared,
    taskQueue: 'bench-noop-store',
    maxConcurrentActivityTaskExecutions: tuning.storeActivities,
  });
  process.stderr.write('worker ready\n');
  await Promise.all([core.run(), store.run()]);
  await connection.close();
}

await main();
