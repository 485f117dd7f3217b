import type { Logger } from 'pino';
import { notificationActivities } from '../../activities/notifications.ts';
import { listAlarms, raiseAlarm } from '../../database/alarms.ts';
import { ALARMS_BEAT, lastBeat } from '../../database/heartbeats.ts';
import { listSources } from '../../database/sources.ts';
import { missingWorker } from '../../domain/alarms/find-stores.ts';
import { alarmSettingsOf } from '../../domain/source/alarms.ts';
import type { HttpDependencies } from './dependencies.ts';

const EVERY_MS = 20_000;
/** Three looks for alarms in a row that did not happen. */
const SILENT_MS = 3 * 60_000;
/** Ten messages a round: enough for every receiver of many sources. */
const MOST_ROUNDS = 50;

type WatchDependencies = Pick<HttpDependencies, 'session' | 'log' | 'now'>;

/**
 * Looks whether a worker works. A worker that is not there cannot say so: the alarm is raised, and its notifications are
 * sent, from here. It ends by itself when a worker looks for alarms again. Answers how to end the looking.
 */
export function watchForWorkers(deps: WatchDependencies): () => void {
  const startedAt = deps.now();
  return lookAgainAndAgain(deps.log, 'workers', () => lookForWorkers(deps, startedAt));
}

/** Looks every 20 s, one look at a time; one that fails is not the last. Answers how to end the looking. */
export function lookAgainAndAgain(log: Logger, what: string, look: () => Promise<unknown>): () => void {
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch((error: unknown) => log.warn({ err: error }, `could not look for ${what}`))
      .finally(() => (isLooking = false));
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** One look. Answers how many alarms have begun. Safe to repeat. */
export async function lookForWorkers({ session, log, now }: WatchDependencies, startedAt: Date): Promise<number> {
  const db = await session.database();
  const beaten = await lastBeat(db, ALARMS_BEAT);
  const since = beaten && beaten > startedAt ? beaten : startedAt;
  const at = now();
  if (at.getTime() - since.getTime() < SILENT_MS) return 0;
  const deps = { ...(await session.dependencies()), log, notify: notifyOf(session) };
  let started = 0;
  for (const source of await listSources(db)) {
    const { off, remindHours } = alarmSettingsOf(source.settings);
    if (off.includes('no_worker')) continue;
    const open = await listAlarms(db, { sourceId: source.id, limit: 100 });
    const before = open.find(({ cause }) => cause === 'no_worker');
    const alarm = missingWorker(since, at);
    if (await raiseAlarm(db, { id: source.id, name: source.name, remindHours }, { alarm, before }, at)) started++;
  }
  if (started > 0) log.error({ since, sources: started }, 'no worker works');
  // At every look: what a receiver did not take is tried again, and nobody else does it meanwhile.
  const { deliverDue } = notificationActivities(deps);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { delivered, failed } = await deliverDue();
    if (delivered + failed === 0) break;
  }
  return started;
}

function notifyOf({ settings, webUrl }: HttpDependencies['session']) {
  return { smtp: settings.smtp, webUrl: (id: string, runId?: string) => webUrl(id, runId) };
}
