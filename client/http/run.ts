import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { pingDatabase as pingDatabaseOnce } from '../../database/ping.ts';
import { startHealth } from '../../workers/health.ts';
import type { Place } from '../../workers/health.ts';
import { createLog } from '../../workers/log.ts';
import { readMetricsAddress } from '../../workers/metrics-address.ts';
import { createMetrics } from '../../workers/metrics.ts';
import type { Metrics } from '../../workers/metrics.ts';
import { listSources } from '../../database/sources.ts';
import type { Settings } from '../../domain/environment.ts';
import { requireApp } from '../app-settings.ts';
import { ClientError } from '../errors.ts';
import type { Session } from '../session.ts';
import { openSession, readServingSettings } from '../session.ts';
import type { AlsoRead } from '../settings-hint.ts';
import { endServing } from './end.ts';
import { createAppWatch } from './missing-app.ts';
import { createHttpServer } from './server.ts';
import { lookAgainAndAgain, watchForWorkers } from './watchdog.ts';

/** Connections to Postgres: more requests than these wait, they do not fail. A burst after a silence pays for opening each. */
const POOL_SIZE = 5;
/** So long a start waits for Temporal at the most. */
const MEET_WITHIN_MS = 2_000;

/**
 * Serves HTTP until SIGINT or SIGTERM, then ends what is under way and closes what it opened. Writes `serving` with its
 * address to standard error once it listens. After `cut` the process has to be ended. Throws ClientError when Postgres or
 * the address cannot be had.
 */
export async function runServer({ host, port }: { host: string; port: number }): Promise<'whole' | 'cut'> {
  const { settings, value: metricsAddress } = await readServingSettings(metricsPlaceOf);
  const log = createLog(settings.logLevel);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const session = await openSession({
    poolSize: POOL_SIZE,
    onIdleError: (error) => log.logger.warn({ err: error }, 'lost a database connection'),
    rememberSecret: log.rememberSecret,
  });
  try {
    await session.database();
    const installed = settings.app ? requireApp(settings) : null;
    if (installed) log.rememberSecret(installed.clientSecret);
    else await refuseSourcesOfApp(session, settings);
    const metrics = createMetrics(() => session.database());
    const deps = { session, log: log.logger, app: installed, metrics, now: () => new Date() };
    const app = await createHttpServer(deps);
    const watches = [
      watchForWorkers(deps),
      // One that is applied from now on would otherwise be noticed by its owner alone.
      lookAgainAndAgain(log.logger, 'sources of an app', createAppWatch(deps)),
    ];
    app.addHook('onClose', async () => watches.forEach((end) => end()));
    await meetTemporal(session, log.logger);
    const endMetrics = metricsAddress && (await tellMetrics(metricsAddress, session, metrics));
    await listen(() => app.listen({ host, port }), { host, port }, 'Give another --port or --host');
    const { port: taken } = app.server.address() as AddressInfo;
    process.stderr.write(`serving http://${host.includes(':') ? `[${host}]` : host}:${taken}\n`);
    await stopped;
    return await endServing(app, async () => {
      await endMetrics?.();
      await session.close();
    });
  } catch (error) {
    await session.close();
    throw error;
  }
}

function metricsPlaceOf(environment: NodeJS.ProcessEnv): AlsoRead<Place | null> {
  const read = readMetricsAddress(environment['BCSOURCE_METRICS_ADDRESS']);
  return typeof read === 'string'
    ? { ok: false, problems: [read], hint: 'See docs/monitoring.md.' }
    : { ok: true, value: read };
}

/**
 * Connects to Temporal before the first event comes: to load its client takes longer than a store should wait for an
 * answer. Where Temporal is away events are taken in all the same, and the first that needs it tries again.
 */
async function meetTemporal(session: Session, log: Logger): Promise<void> {
  const met = session.temporal().catch((error: unknown) => log.warn({ err: error }, 'Temporal does not answer yet'));
  await Promise.race([met, pause(MEET_WITHIN_MS, undefined, { ref: false })]);
}

/** For a Prometheus that is not on this machine. */
async function tellMetrics(place: Place, session: Session, metrics: Metrics): Promise<() => Promise<void>> {
  const pingDatabase = async () => pingDatabaseOnce(await session.database());
  const vitals = { isPolling: () => true, pingDatabase, metrics: metrics.render };
  let end: (() => Promise<void>) | undefined;
  await listen(async () => (end = await startHealth(place, vitals)), place, 'Set BCSOURCE_METRICS_ADDRESS to another');
  return end!;
}

/** Sources whose stores install the app need it; the one that is missing is named. */
async function refuseSourcesOfApp(session: Session, settings: Settings): Promise<void> {
  const sources = await listSources(await session.database());
  if (sources.some(({ connectionType }) => connectionType === 'oauth')) requireApp(settings);
}

async function listen(start: () => Promise<unknown>, { host, port }: Place, remedy: string): Promise<void> {
  try {
    await start();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined || !['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes(code)) throw error;
    throw new ClientError(
      'cannot_listen',
      `Cannot listen on ${host}:${port} (${code}).`,
      `${remedy}, or stop what listens there.`,
      1,
    );
  }
}
