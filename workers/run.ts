import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { createCatalogLookups } from '../activities/catalog-lookup.ts';
import { createActivities } from '../activities/index.ts';
import type { Activities } from '../activities/index.ts';
import { createGovernors } from '../bigcommerce/quota.ts';
import { connectDatabase } from '../database/connect.ts';
import { schemaState } from '../database/migrate.ts';
import { createSecretBox } from '../database/secrets.ts';
import type { Settings } from '../domain/environment.ts';
import { guessTemporalUi, workflowLink } from '../domain/web-links.ts';
import { CORE_TASK_QUEUE, STORE_TASK_QUEUE } from '../workflows/ids.ts';
import { createLog } from './log.ts';
import { ensureMaintenance } from './maintenance.ts';
import { temporalLogger } from './temporal-logger.ts';
import { workerTuning } from './tuning.ts';

/** A sentence for whoever started the worker; it cannot run like this. */
export class WorkerRefused extends Error {
  readonly code = 'worker_refused';
}

/**
 * Runs a worker until SIGINT or SIGTERM: polls both task queues, finishes what is under way within the grace time and
 * closes what it opened. Writes `worker ready` to standard error once it polls.
 */
export async function runWorker(settings: Settings): Promise<void> {
  const log = createLog(settings.logLevel);
  const config = loadClientConnectConfig();
  Runtime.install({
    logger: temporalLogger(log.logger),
    telemetryOptions: { logging: { filter: 'WARN', forward: {} } },
  });
  const opened: (() => Promise<unknown>)[] = [() => Runtime.instance().shutdown()];
  try {
    const db = connectDatabase(settings.databaseUrl, {
      poolSize: workerTuning.databaseConnections,
      onIdleError: (error) => log.logger.warn({ err: error }, 'lost a database connection'),
    });
    opened.push(() => db.destroy());
    await refuseForeignSchema(db);
    const connection = await NativeConnection.connect(config.connectionOptions);
    opened.push(() => connection.close());
    const clientConnection = await Connection.connect(config.connectionOptions);
    opened.push(() => clientConnection.close());
    const namespace = config.namespace ?? 'default';
    const guessed = guessTemporalUi(config.connectionOptions.address ?? '127.0.0.1:7233');
    const temporal = new Client({ connection: clientConnection, namespace });
    const activities = createActivities({
      db,
      secrets: createSecretBox(settings.encryptionKeys),
      apiUrl: settings.apiUrl,
      governors: createGovernors(),
      catalogs: createCatalogLookups(),
      log: log.logger,
      rememberSecret: log.rememberSecret,
      temporal,
      retention: settings.retention,
      notify: {
        smtp: settings.smtp,
        webUrl: (workflowId, runId) => workflowLink(settings.temporalUi ?? guessed, namespace, workflowId, runId),
      },
    });
    if (settings.smtp) log.rememberSecret(decodeURIComponent(new URL(settings.smtp.url).password));
    await ensureMaintenance(temporal);
    await pollUntilStopped({ connection, namespace, activities });
  } finally {
    // Whatever was opened is closed, the last first; an open one would keep a worker that failed to start alive.
    for (const close of opened.reverse()) await close();
  }
}

async function refuseForeignSchema(db: ReturnType<typeof connectDatabase>): Promise<void> {
  const state = await schemaState(db);
  if (state === 'current') return;
  throw new WorkerRefused(
    state === 'behind'
      ? 'The database schema is older than this program. Run `bcsource migrate`, then start the worker again.'
      : 'The database schema is newer than this program. Install the version that made it, or a later one.',
  );
}

interface Polling {
  connection: NativeConnection;
  namespace: string;
  activities: Activities;
}

async function pollUntilStopped({ connection, namespace, activities }: Polling): Promise<void> {
  const shared = {
    connection,
    namespace,
    activities,
    shutdownGraceTime: workerTuning.shutdownGraceTime,
    shutdownForceTime: workerTuning.shutdownForceTime,
    maxHeartbeatThrottleInterval: workerTuning.heartbeatThrottle,
  } satisfies Partial<WorkerOptions>;
  const core = await Worker.create({
    ...shared,
    ...workflowSource(),
    taskQueue: CORE_TASK_QUEUE,
    maxCachedWorkflows: workerTuning.cachedWorkflows,
    maxConcurrentActivityTaskExecutions: workerTuning.coreActivities,
  });
  const store = await Worker.create({
    ...shared,
    taskQueue: STORE_TASK_QUEUE,
    maxConcurrentActivityTaskExecutions: workerTuning.storeActivities,
  });
  const running = Promise.all([core.run(), store.run()]);
  process.stderr.write('worker ready\n');
  await running;
}

/** The bundle that the build made (a worker then starts in a second), or the sources where there is none. */
function workflowSource(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: fileURLToPath(import.meta.resolve('../workflows/index.js')) };
}
