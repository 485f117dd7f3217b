import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';
import { CORE_TASK_QUEUE, STORE_TASK_QUEUE } from '../workflows/ids.ts';
import { HEARTBEAT_THROTTLE } from './tuning.ts';
import type { WorkerTuning } from './tuning.ts';

/** What the workers of a process are made with, one for each queue that it polls; `folder` is where the bundle is looked for. */
export function workerOptions(tuning: WorkerTuning, folder = new URL('./', import.meta.url)) {
  const shared = sharedOptions(tuning);
  const core = {
    ...shared,
    ...workflowSource(folder),
    taskQueue: CORE_TASK_QUEUE,
    maxCachedWorkflows: tuning.cachedWorkflows,
    maxConcurrentWorkflowTaskExecutions: tuning.workflowTasks,
    maxConcurrentActivityTaskExecutions: tuning.coreActivities,
  };
  const store = {
    ...shared,
    taskQueue: STORE_TASK_QUEUE,
    maxConcurrentActivityTaskExecutions: tuning.storeActivities,
  };
  const { queues } = tuning;
  return [...(queues === 'store' ? [] : [core]), ...(queues === 'core' ? [] : [store])] satisfies WorkerOptions[];
}

/** What all workers of a process have in common. */
function sharedOptions({ graceSeconds, version }: WorkerTuning) {
  return {
    shutdownGraceTime: graceSeconds * 1000,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    ...(version && {
      workerDeploymentOptions: {
        version,
        useWorkerVersioning: true as const,
        // Requests sleep for days and are written to be replayed by newer code; the short ones end before it matters.
        defaultVersioningBehavior: 'AUTO_UPGRADE' as const,
      },
    }),
  } satisfies Partial<WorkerOptions>;
}

/** The bundle that the build made (a worker then starts in a second), or the sources where there is none. */
function workflowSource(folder: URL): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = fileURLToPath(new URL('workflow-bundle.js', folder));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: fileURLToPath(new URL('../workflows/index.js', folder)) };
}
