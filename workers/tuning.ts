import { CLOSE_WITHIN_MS } from './close.ts';
import type { Place } from './health.ts';
import { readMetricsAddress } from './metrics-address.ts';

/** How much a worker process does at once, and how it ends. Every number has a variable in the environment. */
export interface WorkerTuning {
  /** Which task queues it polls: a pool of workers may be for the stores alone, another for the rest. */
  queues: 'both' | 'core' | 'store';
  storeActivities: number;
  coreActivities: number;
  workflowTasks: number;
  cachedWorkflows: number;
  databaseConnections: number;
  graceSeconds: number;
  /** Where probes are answered on this machine; null: nowhere. */
  healthPort: number | null;
  /** Where metrics are told; null: nowhere. */
  metricsAddress: Place | null;
  /** Null: the worker takes every task. Otherwise only those of its version of the deployment. */
  version: { deploymentName: string; buildId: string } | null;
}

interface NumberSetting<Fallback = number> {
  name: `BCSOURCE_WORKER_${string}`;
  fallback: Fallback;
  least: number;
  most: number;
}

const NUMBERS = {
  /** Asking a store is waiting, not computing: the governor of the store decides how fast it goes. */
  storeActivities: { name: 'BCSOURCE_WORKER_STORE_ACTIVITIES', fallback: 40, least: 1, most: 1000 },
  /** Statements of milliseconds, and the long ones heartbeat; more of them would only wait for a connection. */
  coreActivities: { name: 'BCSOURCE_WORKER_CORE_ACTIVITIES', fallback: 40, least: 1, most: 1000 },
  /** Computing, on the one thread that all workflows share. */
  workflowTasks: { name: 'BCSOURCE_WORKER_WORKFLOW_TASKS', fallback: 40, least: 2, most: 1000 },
  /** A workflow in the cache costs about a megabyte and saves replaying its history. */
  cachedWorkflows: { name: 'BCSOURCE_WORKER_CACHED_WORKFLOWS', fallback: 200, least: 10, most: 100_000 },
  /** An activity holds one only while it writes: a page of an import, a few statements of a request. */
  databaseConnections: { name: 'BCSOURCE_WORKER_DATABASE_CONNECTIONS', fallback: 16, least: 2, most: 500 },
  /** Longer than a page takes to be written; a page that is still being fetched is given up and read again. */
  graceSeconds: { name: 'BCSOURCE_WORKER_GRACE_SECONDS', fallback: 10, least: 1, most: 300 },
} as const satisfies Record<string, NumberSetting>;

const HEALTH_PORT = { name: 'BCSOURCE_WORKER_HEALTH_PORT', fallback: null, least: 1, most: 65_535 } as const;

/** After the grace time, what was told to stop has this long to do so; with closing it is below 10 s. */
const FORCE_AFTER_SECONDS = 6;

/** How often heartbeats reach the server at the most, and so how fast a cancellation is heard. */
export const HEARTBEAT_THROTTLE = '2s';

export type ReadTuning = { ok: true; tuning: WorkerTuning } | { ok: false; problems: string[] };

/** Reads how a worker is to work from the environment; names everything that cannot be meant. */
export function readWorkerTuning(environment: Record<string, string | undefined>): ReadTuning {
  const problems: string[] = [];
  const numbers = Object.entries(NUMBERS).map(([key, setting]) => [key, readNumber(environment, setting, problems)]);
  const queues = environment['BCSOURCE_WORKER_QUEUES'] || 'both';
  if (!isQueues(queues)) problems.push('BCSOURCE_WORKER_QUEUES must be both, core or store');
  const healthPort = readNumber(environment, HEALTH_PORT, problems);
  const version = readVersion(environment, problems);
  const metricsAddress = readMetricsAddress(environment['BCSOURCE_METRICS_ADDRESS']);
  if (typeof metricsAddress === 'string') return { ok: false, problems: [...problems, metricsAddress] };
  if (problems.length > 0 || !isQueues(queues)) return { ok: false, problems };
  return {
    ok: true,
    tuning: {
      ...(Object.fromEntries(numbers) as Record<keyof typeof NUMBERS, number>),
      ...{ queues, healthPort, metricsAddress, version },
    },
  };
}

function readNumber<Fallback>(
  environment: Record<string, string | undefined>,
  { name, fallback, least, most }: NumberSetting<Fallback>,
  problems: string[],
): number | Fallback {
  const text = environment[name];
  if (!text) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    problems.push(`${name} must be a whole number from ${least} to ${most}`);
  return value;
}

function isQueues(text: string): text is WorkerTuning['queues'] {
  return text === 'both' || text === 'core' || text === 'store';
}

const LONGEST_NAME = 100;

function readVersion(environment: Record<string, string | undefined>, problems: string[]): WorkerTuning['version'] {
  const deploymentName = environment['BCSOURCE_WORKER_DEPLOYMENT'] || '';
  const buildId = environment['BCSOURCE_WORKER_BUILD_ID'] || '';
  if (!deploymentName && !buildId) return null;
  if (!deploymentName) problems.push('BCSOURCE_WORKER_DEPLOYMENT is not set, though BCSOURCE_WORKER_BUILD_ID is');
  if (!buildId) problems.push('BCSOURCE_WORKER_BUILD_ID is not set, though BCSOURCE_WORKER_DEPLOYMENT is');
  // Temporal joins them by a point or a colon and takes them apart at the first one.
  if (!/^[\w-]*$/.test(deploymentName))
    problems.push('BCSOURCE_WORKER_DEPLOYMENT may have letters, digits, - and _ only');
  if (!/^[\w.-]*$/.test(buildId))
    problems.push('BCSOURCE_WORKER_BUILD_ID may have letters, digits, points, - and _ only');
  for (const name of ['BCSOURCE_WORKER_DEPLOYMENT', 'BCSOURCE_WORKER_BUILD_ID'])
    if ((environment[name] ?? '').length > LONGEST_NAME)
      problems.push(`${name} may have ${LONGEST_NAME} characters at most`);
  return { deploymentName, buildId };
}

/** How long after the signal to stop a process gives up waiting for its steps. */
export function cutAfterMs({ graceSeconds }: WorkerTuning): number {
  return (graceSeconds + FORCE_AFTER_SECONDS) * 1000;
}

/** How long after the signal to stop a process has ended at the latest: all that is open closes at once, then the SDK's runtime. */
export function endsAfterMs(tuning: WorkerTuning): number {
  return cutAfterMs(tuning) + 2 * CLOSE_WITHIN_MS;
}
