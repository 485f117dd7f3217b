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
  /** By the schedule of the source file; null unless it is active, as far as is known. */
  nextRunAt: Date | null;
  paused: boolean;
  /** `missing`: the source file has one and Temporal has not. `unknown` where Temporal does not answer. */
  schedule: 'active' | 'paused' | 'missing' | 'none' | 'unknown';
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
 * Every source in one look, or those that `isShown` names. Temporal is asked only which schedules there are and which of
 * them are paused; without it, that is unknown.
 */
export async function readOverview(
  session: Session,
  now: Date,
  isShown: (source: StoredSource) => boolean = () => true,
): Promise<Overview> {
  const db = await session.database();
  const schedules = await readSchedules(session);
  const sources: SourceOverview[] = [];
  for (const source of (await listSources(db)).filter(isShown))
    sources.push(await overviewOf(session, source, schedules, now));
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

/** Of each schedule in Temporal, whether it is paused. */
type Schedules = ReadonlyMap<string, boolean>;

/** Null where Temporal does not answer. */
async function readSchedules(session: Session): Promise<Schedules | null> {
  try {
    const rows = await listSchedules(await session.temporal());
    return new Map(rows.map((row) => [`${row.job}:${row.source}`, row.paused]));
  } catch {
    return null;
  }
}

function stateOf(isScheduled: boolean, id: string, schedules: Schedules | null): JobOverview['schedule'] {
  if (!isScheduled) return 'none';
  if (!schedules) return 'unknown';
  const isPaused = schedules.get(id);
  return isPaused === undefined ? 'missing' : isPaused ? 'paused' : 'active';
}

async function overviewOf(session: Session, source: StoredSource, schedules: Schedules | null, now: Date) {
  const db = await session.database();
  const last = await counts.lastRuns(db, source.id);
  const jobs = shownJobs(source).map(({ job, schedule }): JobOverview => {
    const state = stateOf(schedule !== undefined, `${job}:${source.name}`, schedules);
    const goes = state === 'active' || state === 'unknown';
    const run = last.find((each) => each.job === job);
    return {
      ...{ job, schedule: state, paused: state === 'paused' },
      nextRunAt: schedule && goes ? nextRunAt(schedule, now) : null,
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
