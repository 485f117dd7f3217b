import { lastCompletedImport } from '../database/alarm-facts.ts';
import { listAlarms } from '../database/alarms.ts';
import type { Alarm } from '../database/alarms.ts';
import * as counts from '../database/overview.ts';
import { listSources } from '../database/sources.ts';
import type { StoredSource } from '../database/sources.ts';
import { lastQuota } from '../database/store-quota.ts';
import type { KnownQuota } from '../database/store-quota.ts';
import type { AlarmCause } from '../domain/source/alarms.ts';
import type { JobKind } from '../domain/jobs.ts';
import { jobSchedules, jobSections } from '../domain/source/job-schedules.ts';
import { nextRunAt } from '../domain/source/schedule.ts';
import { listSchedules } from './schedules.ts';
import type { Session } from './session.ts';

export interface JobOverview {
  job: JobKind;
  last: { runId: string; status: string; startedAt: Date; finishedAt: Date | null; reasonCode: string | null } | null;
  /** Null for a job without schedule, and for one that is paused. */
  nextRunAt: Date | null;
  paused: boolean;
}

export interface SourceOverview {
  source: string;
  jobs: JobOverview[];
  /** How old the stock is; null before the first import. */
  stockAgeMinutes: number | null;
  requests: { processing: string; shipping: string; reasonCode: string | null; count: number }[];
  alarms: Alarm[];
  /** As a worker last saw it; null where none did today. */
  quota: KnownQuota | null;
  /** What waits for a person here. */
  waiting: { failed: number; unprocessed: number; approvals: number };
}

export interface Overview {
  at: Date;
  sources: SourceOverview[];
  openOrders: number;
  notificationsGivenUp: number;
  waitsForPerson: boolean;
}

/**
 * Every source in one look, or those that `isShown` names. Temporal is asked only which schedules are paused; without
 * it, none is shown as paused.
 */
export async function readOverview(
  session: Session,
  now: Date,
  isShown: (source: StoredSource) => boolean = () => true,
): Promise<Overview> {
  const db = await session.database();
  const paused = await pausedSchedules(session);
  const sources: SourceOverview[] = [];
  for (const source of (await listSources(db)).filter(isShown))
    sources.push(await overviewOf(session, source, paused, now));
  const openOrders = await counts.countOpenOrders(db);
  const notificationsGivenUp = await counts.countGivenUp(db);
  const waitsForPerson = openOrders > 0 || notificationsGivenUp > 0 || sources.some(waitsHere);
  return { at: now, sources, openOrders, notificationsGivenUp, waitsForPerson };
}

/** Alarms that nothing but a person ends. */
const FOR_PERSONS: ReadonlySet<AlarmCause> = new Set<AlarmCause>([
  ...(['connection_refused', 'no_worker', 'orders_lost', 'orders_doubled'] as const),
]);

function waitsHere({ waiting, alarms }: SourceOverview): boolean {
  const isHeldUp = alarms.some(({ cause, acknowledgedAt }) => FOR_PERSONS.has(cause) && !acknowledgedAt);
  return isHeldUp || Object.values(waiting).some((count) => count > 0);
}

async function pausedSchedules(session: Session): Promise<Set<string>> {
  try {
    const rows = await listSchedules(await session.temporal());
    return new Set(rows.filter((row) => row.paused).map((row) => `${row.job}:${row.source}`));
  } catch {
    return new Set();
  }
}

async function overviewOf(session: Session, source: StoredSource, paused: Set<string>, now: Date) {
  const db = await session.database();
  const last = await counts.lastRuns(db, source.id);
  const jobs = shownJobs(source).map(({ job, schedule }) => {
    const isPaused = paused.has(`${job}:${source.name}`);
    const run = last.find((each) => each.job === job);
    return {
      ...{ job, paused: isPaused, nextRunAt: schedule && !isPaused ? nextRunAt(schedule, now) : null },
      last: run ? lastOf(run) : null,
    };
  });
  const requests = await counts.countByState(db, source.id);
  const inState = (state: string) =>
    requests.filter(({ processing }) => processing === state).reduce((sum, { count }) => sum + count, 0);
  const importedAt = await lastCompletedImport(db, source.id);
  return {
    ...{ source: source.name, jobs, requests },
    stockAgeMinutes: importedAt && Math.floor((now.getTime() - importedAt.getTime()) / 60_000),
    alarms: await listAlarms(db, { sourceId: source.id, limit: 20 }),
    quota: source.storeHash === null ? null : await lastQuota(db, source.storeHash),
    waiting: {
      ...{ failed: inState('failed'), unprocessed: inState('unprocessed') },
      approvals: await counts.countWaitingRuns(db, source.id),
    },
  };
}

/** The quick rhythm is no job of its own where it has no schedule. */
function shownJobs({ settings }: StoredSource) {
  return jobSchedules(settings).filter(
    ({ job, schedule }) => settings[jobSections[job]] !== undefined && (job !== 'refresh' || schedule !== undefined),
  );
}

function lastOf({ id, status, startedAt, finishedAt, reasonCode }: counts.LastRun) {
  return { runId: id, status, startedAt, finishedAt, reasonCode };
}
