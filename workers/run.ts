import { setFlagsFromString } from 'node:v8';
import { Client } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { createCatalogLookups } from '../activities/catalog-lookup.ts';
import type { Logger } from 'pino';
import { createActivities } from '../activities/index.ts';
import { createGovernors } from '../bigcommerce/governors.ts';
import { connectDatabase } from '../database/connect.ts';
import type { Database } from '../database/connect.ts';
import { schemaState } from '../database/migrate.ts';
import { pingDatabase } from '../database/ping.ts';
import { describeRefusal, describeUnreachable } from '../database/unreachable.ts';
import { createSecretBox } from '../database/secrets.ts';
import type { SecretBox } from '../database/secrets.ts';
import type { Settings } from '../domain/environment.ts';
import { guessTemporalUi, workflowLink } from '../domain/web-links.ts';
import { closeAll } from './close.ts';
import { startHealth } from './health.ts';
import type { Place, Vitals } from './health.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { findMissingKeys } from './missing-keys.ts';
import { beginMaintenance } from './maintenance.ts';
import { pollUntilStopped } from './poll.ts';
import { reportQuotas } from './quota-report.ts';
import { freeAddress, readTemporalMetrics } from './temporal-metrics.ts';
import { temporalLogger } from './temporal-logger.ts';
import { connectTemporal, TemporalUnreachable } from './temporal-connection.ts';
import { stopBeforePolling } from './stop-signals.ts';
import type { EarlyStop } from './stop-signals.ts';
import { readTemporalSettings } from './temporal-settings.ts';
import type { TemporalSettings } from './temporal-settings.ts';
import { within } from './within.ts';
import { workerIdentity } from './identity.ts';
import type { WorkerTuning } from './tuning.ts';

/** A sentence for whoever started the worker; it cannot run like this, or not now. */
export class WorkerRefused extends Error {
  constructor(
    message: string,
    readonly hint = '',
    readonly code: 'worker_refused' | 'database_unavailable' | 'temporal_unavailable' = 'worker_refused',
  ) {
    super(message);
  }

  /** What it needs does not answer; started again later, it may run. */
  get isTemporary(): boolean {
    return this.code !== 'worker_refused';
  }
}

/**
 * By how much V8 lets a heap grow over what is alive in it before it collects what is not. On a machine with much memory
 * its own choice is up to 300: a worker that checked 20,000 requests then kept 250 MB of garbage.
 */
const HEAP_GROWTH_PERCENT = 60;

/** So long Temporal may take to answer at the start. */
const CONNECT_WITHIN_MS = 10_000;

/**
 * Runs a worker until SIGINT or SIGTERM: polls its task queues, finishes what is under way within the grace time and
 * closes what it opened. Writes `worker ready` to standard error once it polls. After `cut` the process has to be ended.
 */
export async function runWorker(settings: Settings, tuning: WorkerTuning): Promise<'whole' | 'cut'> {
  const early = stopBeforePolling();
  try {
    return await Promise.race([early.asked, startAndPoll(settings, tuning, early)]);
  } finally {
    early.over();
  }
}

async function startAndPoll(settings: Settings, tuning: WorkerTuning, early: EarlyStop): Promise<'whole' | 'cut'> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  const log = createLog(settings.logLevel);
  const place = readTemporalSettings();
  const { namespace, connectionOptions, address } = place;
  if (typeof connectionOptions.apiKey === 'string') log.rememberSecret(connectionOptions.apiKey);
  const exporter = tuning.metricsAddress === null ? null : await freeAddress();
  Runtime.install({
    logger: temporalLogger(log.logger),
    telemetryOptions: {
      logging: { filter: 'WARN', forward: {} },
      ...(exporter === null ? {} : { metrics: { prometheus: { bindAddress: exporter } } }),
    },
  });
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const db = connectDatabase(settings.databaseUrl, {
      poolSize: tuning.databaseConnections,
      onIdleError: (error) => log.logger.warn({ err: error }, 'lost a database connection'),
    });
    opened.push(() => db.destroy());
    await refuseForeignSchema(db, settings.databaseUrl, log.logger);
    // This one first: it has a limit, and says why it fails.
    const clientConnection = await connectTemporal(place, CONNECT_WITHIN_MS).catch(refuseUnreachable);
    opened.push(() => clientConnection.close());
    const connection = await connectNative(place);
    opened.push(() => connection.close());
    const guessed = guessTemporalUi(address);
    const temporal = new Client({ connection: clientConnection, namespace });
    const governors = createGovernors();
    const secrets = createSecretBox(settings.encryptionKeys);
    await refuseBlindWorker(db, secrets, temporal, log.logger);
    const metrics = createMetrics(() => Promise.resolve(db));
    const activities = createActivities({
      onStoreAnswer: metrics.storeAnswered,
      db,
      secrets,
      apiUrl: settings.apiUrl,
      governors,
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
    await beginMaintenance(temporal, log.logger);
    const endReports = reportQuotas(db, governors, log);
    opened.push(() => Promise.resolve(endReports()));
    let isPolling = () => false;
    const vitals = { isPolling: () => isPolling(), pingDatabase: () => pingDatabase(db) };
    if (tuning.healthPort !== null) {
      const place = { host: '127.0.0.1', port: tuning.healthPort };
      opened.push(await openHealth('BCSOURCE_WORKER_HEALTH_PORT', place, vitals));
    }
    if (tuning.metricsAddress !== null && exporter !== null) {
      const render = async () => (await metrics.render()) + (await readTemporalMetrics(exporter));
      opened.push(await openHealth('BCSOURCE_METRICS_ADDRESS', tuning.metricsAddress, { ...vitals, metrics: render }));
    }
    const onPolling = (asked: () => boolean) => {
      early.over();
      isPolling = asked;
    };
    const identity = workerIdentity(secrets.keyIds);
    const end = await pollUntilStopped({ connection, namespace, identity, activities, tuning, onPolling });
    if (end === 'cut') log.logger.warn('stopped before all was over; another worker takes up what was under way');
    return end;
  } finally {
    // Whatever was opened is closed, also where something later failed to start: it would keep the process alive. The
    // connection to Temporal stands on the runtime.
    await closeAll(opened, () => Runtime.instance().shutdown());
  }
}

/** Answers probes at the place that a setting names. Throws WorkerRefused, with what to do, where that cannot be had. */
export async function openHealth(setting: string, place: Place, vitals: Vitals): Promise<() => Promise<void>> {
  try {
    return await startHealth(place, vitals);
  } catch (error) {
    const { code = 'unknown' } = error as { code?: string };
    const what = vitals.metrics ? 'Metrics cannot be told' : 'Probes cannot be answered';
    throw new WorkerRefused(
      `${what} on ${place.host}, port ${place.port} (${setting}): ${code}.`,
      `Set ${setting} to another, or stop what listens there.`,
    );
  }
}

/** The SDK's own has no limit where TLS is on; what is under way then ends with the process. */
async function connectNative(place: TemporalSettings): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(place.connectionOptions);
  try {
    const connected = await within(CONNECT_WITHIN_MS, connecting);
    if (connected !== 'late') return connected;
  } catch (error) {
    refuseUnreachable(new TemporalUnreachable(place, error instanceof Error ? error.message.slice(0, 200) : ''));
  }
  connecting.catch(() => undefined);
  return refuseUnreachable(new TemporalUnreachable(place, `no answer within ${CONNECT_WITHIN_MS / 1_000} s`));
}

function refuseUnreachable(error: unknown): never {
  if (!(error instanceof TemporalUnreachable)) throw error;
  throw new WorkerRefused(error.message, error.hint, 'temporal_unavailable');
}

/**
 * A worker that cannot read what another one can would take steps from that one and fail them. Where nobody can, e.g.
 * because a key was lost, it says so and serves the others.
 */
async function refuseBlindWorker(
  db: Database,
  secrets: SecretBox,
  temporal: Client,
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  const missing = await findMissingKeys(db, secrets, temporal).catch((error: unknown) => {
    log.warn({ err: error }, 'cannot say which keys stored secrets need');
    return null;
  });
  if (missing === null) return;
  const { names, knower } = missing;
  const message = `Stored secrets need keys that BCSOURCE_ENCRYPTION_KEY of this worker lacks: ${names.join(', ')}.`;
  const hint = 'Add them behind a comma and start it again; `bcsource doctor` says more.';
  if (knower !== null) throw new WorkerRefused(`${message} The worker ${knower} has them.`, hint);
  log.warn({ missing: names }, `${message} ${hint}`);
}

async function refuseForeignSchema(db: Database, databaseUrl: string, log: Pick<Logger, 'info'>): Promise<void> {
  const state = await schemaState(db).catch((error: unknown) => {
    const refusal = describeRefusal(error);
    if (refusal) throw new WorkerRefused(refusal.message, refusal.hint);
    const { message, hint } = describeUnreachable(databaseUrl, error);
    throw new WorkerRefused(message, hint, 'database_unavailable');
  });
  if (state === 'current') return;
  if (state === 'newer') return log.info('The schema is of a later version, which this one can work with.');
  throw new WorkerRefused(
    state === 'behind'
      ? 'The database schema is older than this program. Run `bcsource migrate`, then start the worker again.'
      : 'The database schema is newer than this program. Install the version that made it, or a later one.',
  );
}
