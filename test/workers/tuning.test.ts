import { describe, expect, it } from '@jest/globals';
import { cutAfterMs, endsAfterMs, readWorkerTuning } from '../../workers/tuning.ts';
import { codeOf, readText, rowsOf, sectionOf } from '../docs/markdown.ts';

describe('the settings of a worker', () => {
  it('are good where nothing is set, and what the documents say', () => {
    const read = readWorkerTuning({});
    if (!read.ok) throw new Error(read.problems.join());
    const rows = rowsOf(sectionOf(readText('docs/deploy.md'), '## Tuning workers'));
    const documented = Object.fromEntries(rows.map(([name, fallback]) => [codeOf(name), codeOf(fallback) ?? fallback]));
    const { tuning } = read;
    expect(documented).toMatchObject({
      BCSOURCE_WORKER_QUEUES: tuning.queues,
      BCSOURCE_WORKER_STORE_ACTIVITIES: String(tuning.storeActivities),
      BCSOURCE_WORKER_CORE_ACTIVITIES: String(tuning.coreActivities),
      BCSOURCE_WORKER_WORKFLOW_TASKS: String(tuning.workflowTasks),
      BCSOURCE_WORKER_CACHED_WORKFLOWS: String(tuning.cachedWorkflows),
      BCSOURCE_WORKER_DATABASE_CONNECTIONS: String(tuning.databaseConnections),
      BCSOURCE_WORKER_GRACE_SECONDS: String(tuning.graceSeconds),
      BCSOURCE_WORKER_HEALTH_PORT: 'none',
      BCSOURCE_WORKER_DEPLOYMENT: 'none',
      BCSOURCE_WORKER_BUILD_ID: 'none',
    });
    expect(cutAfterMs(tuning)).toBe(16_000);
    const [, grace, end] =
      /within (\d+) s, and ends within (\d+) s at the latest/.exec(readText('docs/deploy.md')) ?? [];
    expect(Number(grace)).toBe(tuning.graceSeconds);
    expect(endsAfterMs(tuning)).toBeLessThan(Number(end) * 1000);
    expect(endsAfterMs(tuning)).toBeLessThan((tuning.graceSeconds + 10) * 1000);
  });

  it('are taken from the environment', () => {
    const environment = { BCSOURCE_WORKER_QUEUES: 'store', BCSOURCE_WORKER_STORE_ACTIVITIES: '7' };
    expect(readWorkerTuning({ ...environment, BCSOURCE_WORKER_CORE_ACTIVITIES: '' })).toMatchObject({
      ok: true,
      tuning: { queues: 'store', storeActivities: 7, coreActivities: 40, healthPort: null, version: null },
    });
    const version = { BCSOURCE_WORKER_DEPLOYMENT: 'bcsource', BCSOURCE_WORKER_BUILD_ID: '0.2.0' };
    expect(readWorkerTuning(version)).toMatchObject({
      tuning: { version: { deploymentName: 'bcsource', buildId: '0.2.0' } },
    });
  });

  it.each([
    [{ BCSOURCE_WORKER_QUEUES: 'all' }, ['BCSOURCE_WORKER_QUEUES must be both, core or store']],
    [
      { BCSOURCE_WORKER_STORE_ACTIVITIES: '0', BCSOURCE_WORKER_GRACE_SECONDS: '10s' },
      [
        'BCSOURCE_WORKER_STORE_ACTIVITIES must be a whole number from 1 to 1000',
        'BCSOURCE_WORKER_GRACE_SECONDS must be a whole number from 1 to 300',
      ],
    ],
    [
      { BCSOURCE_WORKER_DATABASE_CONNECTIONS: '1e2' },
      ['BCSOURCE_WORKER_DATABASE_CONNECTIONS must be a whole number from 2 to 500'],
    ],
    [{ BCSOURCE_WORKER_BUILD_ID: '1' }, ['BCSOURCE_WORKER_DEPLOYMENT is not set, though BCSOURCE_WORKER_BUILD_ID is']],
    [
      { BCSOURCE_WORKER_DEPLOYMENT: 'bc.source' },
      [
        'BCSOURCE_WORKER_BUILD_ID is not set, though BCSOURCE_WORKER_DEPLOYMENT is',
        'BCSOURCE_WORKER_DEPLOYMENT may have letters, digits, - and _ only',
      ],
    ],
    [
      { BCSOURCE_WORKER_DEPLOYMENT: 'd'.repeat(101), BCSOURCE_WORKER_BUILD_ID: '1'.repeat(101) },
      [
        'BCSOURCE_WORKER_DEPLOYMENT may have 100 characters at most',
        'BCSOURCE_WORKER_BUILD_ID may have 100 characters at most',
      ],
    ],
  ])('are refused by name where they cannot be meant: %j', (environment, problems) => {
    expect(readWorkerTuning(environment)).toEqual({ ok: false, problems });
  });
});
