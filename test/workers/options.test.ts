import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { workerOptions } from '../../workers/options.ts';
import { readWorkerTuning } from '../../workers/tuning.ts';

const numbers = {
  ...{
    BCSOURCE_WORKER_STORE_ACTIVITIES: '11',
    BCSOURCE_WORKER_CORE_ACTIVITIES: '12',
    BCSOURCE_WORKER_GRACE_SECONDS: '13',
  },
  ...{ BCSOURCE_WORKER_WORKFLOW_TASKS: '14', BCSOURCE_WORKER_CACHED_WORKFLOWS: '15' },
};

function tuningOf(environment: Record<string, string>) {
  const read = readWorkerTuning(environment);
  if (!read.ok) throw new Error(read.problems.join());
  return read.tuning;
}

describe('the workers of a process', () => {
  const shared = { shutdownGraceTime: 13_000, maxHeartbeatThrottleInterval: '2s' };
  const core = {
    ...{ ...shared, taskQueue: 'bcsource', workflowsPath: expect.stringMatching(/workflows.index\.js$/) },
    ...{ maxConcurrentActivityTaskExecutions: 12, maxConcurrentWorkflowTaskExecutions: 14, maxCachedWorkflows: 15 },
  };
  const store = { ...shared, taskQueue: 'bcsource-store', maxConcurrentActivityTaskExecutions: 11 };

  it.each([
    ['both', [core, store]],
    ['core', [core]],
    ['store', [store]],
  ])('poll the queues that the environment names (%s), each with the numbers that it sets', (queues, options) => {
    expect(workerOptions(tuningOf({ ...numbers, BCSOURCE_WORKER_QUEUES: queues }))).toEqual(options);
  });

  it('take work of their version only, where it is set', () => {
    const version = { BCSOURCE_WORKER_DEPLOYMENT: 'bcsource', BCSOURCE_WORKER_BUILD_ID: '0.2.0' };
    for (const { workerDeploymentOptions } of workerOptions(tuningOf(version)))
      expect(workerDeploymentOptions).toEqual({
        version: { deploymentName: 'bcsource', buildId: '0.2.0' },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      });
  });

  it('run, where they are built, the workflows that the build bundled', async () => {
    const built = new URL('../../dist/workers/', import.meta.url);
    const { workerOptions: builtOptions } = (await import(new URL('options.js', built).href)) as {
      workerOptions: typeof workerOptions;
    };
    const [first] = builtOptions(tuningOf({}));
    const codePath = fileURLToPath(new URL('workflow-bundle.js', built));
    expect(first).toMatchObject({ workflowBundle: { codePath } });
    expect(first).not.toHaveProperty('workflowsPath');
    expect(existsSync(codePath)).toBe(true);
  });
});
