import type { Client, ScheduleHandle, ScheduleOptions, ScheduleSpec } from '@temporalio/client';
import pLimit from 'p-limit';
import { isWorkflowClosed } from '../activities/lease-holder.ts';
import { isTemporalError } from '../activities/temporal-errors.ts';
import type { Lease } from '../database/leases.ts';
import { jobSchedules } from '../domain/source/job-schedules.ts';
import type { ScheduleSettings } from '../domain/source/schedule.ts';
import { durationMs } from '../domain/duration.ts';
import { nextRunAt } from '../domain/source/schedule.ts';
import { CORE_TASK_QUEUE, jobWorkflowId, parseJobId } from '../workflows/ids.ts';
import type { JobKind } from '../workflows/ids.ts';
import { knownError } from './errors.ts';

/** Workflow type of each job that can be scheduled. */
const workflowTypes: Record<JobKind, string> = {
  inventory: 'importInventory',
  refresh: 'refreshInventory',
  send: 'sendFulfillmentRequests',
  shipments: 'syncShipments',
};

const DESCRIBED_AT_ONCE = 20;

/** After an outage one run is enough, not one for each that was missed (Temporal's default is a year). */
const CATCH_UP = '10 minutes';

function optionsOf(job: JobKind, source: string, settings: ScheduleSettings): ScheduleOptions {
  const id = jobWorkflowId(job, source);
  const spec: ScheduleSpec =
    'cron' in settings
      ? { cronExpressions: [settings.cron], timezone: settings.timezone }
      : { intervals: [{ every: durationMs(settings.every)! }] };
  return {
    scheduleId: id,
    spec,
    action: {
      type: 'startWorkflow',
      workflowType: workflowTypes[job],
      workflowId: id,
      taskQueue: CORE_TASK_QUEUE,
      args: [{ source, trigger: 'schedule' }],
    },
    policies: { overlap: 'SKIP', catchupWindow: CATCH_UP, pauseOnFailure: false },
  };
}

type StoredSettings = Readonly<Record<string, unknown>>;

/** Temporal cannot use the times of a schedule; the message is its own. */
export class ScheduleRefused extends Error {
  readonly code = 'schedule_refused';

  constructor(
    readonly job: JobKind,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Makes the Schedules of all jobs of a source equal to its settings; none is left where there are no settings. Throws
 * ScheduleRefused. Safe to repeat.
 */
export async function ensureSchedules(client: Client, source: string, settings: StoredSettings): Promise<void> {
  // What Temporal may refuse comes first: a Schedule that was deleted can be made again, but not its pause.
  await ensureScheduled(client, source, settings);
  await deleteUnscheduled(client, source, settings);
}

/** Makes the Schedules that a source has by its settings; deletes none. Throws ScheduleRefused. Safe to repeat. */
export async function ensureScheduled(client: Client, source: string, settings: StoredSettings): Promise<void> {
  for (const { job, schedule } of jobSchedules(settings))
    if (schedule) await ensureSchedule(client, job, source, schedule);
}

/** Deletes the Schedules that a source has not by its settings, with their pauses. Safe to repeat. */
export async function deleteUnscheduled(client: Client, source: string, settings: StoredSettings): Promise<void> {
  for (const { job, schedule } of jobSchedules(settings))
    if (!schedule) await ensureSchedule(client, job, source, undefined);
}

/** Makes the Schedule of a job equal to the settings: created, updated or removed. A pause by a person stays. Throws ScheduleRefused. Safe to repeat. */
export async function ensureSchedule(
  client: Client,
  job: JobKind,
  source: string,
  settings: ScheduleSettings | undefined,
): Promise<void> {
  const handle = client.schedule.getHandle(jobWorkflowId(job, source));
  if (!settings) return ignoreMissing(() => handle.delete());
  const options = optionsOf(job, source, settings);
  try {
    await handle.update((current) => ({
      spec: options.spec,
      action: options.action as typeof current.action,
      policies: options.policies as typeof current.policies,
      state: current.state,
    }));
  } catch (error) {
    if (!isTemporalError(error, 'ScheduleNotFoundError')) throw refusalOr(job, error);
    await client.schedule.create(options).catch((refused: unknown) => {
      throw refusalOr(job, refused);
    });
  }
}

/** Whether the Schedule of a job is as the settings say; a pause does not count. */
export async function scheduleMatches(
  client: Client,
  job: JobKind,
  source: string,
  settings: ScheduleSettings | undefined,
): Promise<boolean> {
  try {
    const { info, action, policies } = await client.schedule.getHandle(jobWorkflowId(job, source)).describe();
    if (!settings || action.workflowType !== workflowTypes[job]) return false;
    if (policies.overlap !== 'SKIP' || policies.pauseOnFailure) return false;
    // Temporal rewrites what it was given, so what counts is when it would run: it tells some ten times.
    const times = info.nextActionTimes;
    if (times.length < 2) return false;
    return times.every((at, index) => {
      const before = times[index - 1] ?? new Date(at.getTime() - 1);
      return nextRunAt(settings, before)?.getTime() === at.getTime();
    });
  } catch (error) {
    if (isTemporalError(error, 'ScheduleNotFoundError')) return settings === undefined;
    throw error;
  }
}

/** The SDK makes a TypeError of "Invalid schedule spec". */
function refusalOr(job: JobKind, error: unknown): unknown {
  return error instanceof TypeError ? new ScheduleRefused(job, error.message) : error;
}

async function ignoreMissing(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isTemporalError(error, 'ScheduleNotFoundError')) throw error;
  }
}

export interface ScheduleRow {
  id: string;
  source: string;
  job: JobKind;
  paused: boolean;
  note: string | null;
  nextRunAt: string | null;
  lastRunAt: string | null;
}

/** All schedules of ours, by id. */
export async function listSchedules(client: Client): Promise<ScheduleRow[]> {
  const rows: Promise<ScheduleRow | null>[] = [];
  const limit = pLimit(DESCRIBED_AT_ONCE);
  for await (const { scheduleId } of client.schedule.list()) {
    const parsed = parseJobId(scheduleId);
    if (parsed) rows.push(limit(() => describeSchedule(client, scheduleId, parsed).catch(nullWhereGone)));
  }
  return (await Promise.all(rows)).filter((row) => row !== null).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The list of schedules is behind by up to some seconds, and may have one that was deleted. */
function nullWhereGone(error: unknown): null {
  if (isTemporalError(error, 'ScheduleNotFoundError')) return null;
  throw error;
}

async function describeSchedule(
  client: Client,
  id: string,
  of: { job: JobKind; source: string },
): Promise<ScheduleRow> {
  const { state, info } = await client.schedule.getHandle(id).describe();
  return {
    id,
    ...of,
    paused: state.paused,
    note: state.note ?? null,
    // Temporal goes on counting for one that is paused.
    nextRunAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
    lastRunAt: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
  };
}

/** Runs `act` on the Schedule of a job. Throws ClientError `not_found` where the job has none. */
export async function withSchedule(
  client: Client,
  job: JobKind,
  source: string,
  act: (handle: ScheduleHandle) => Promise<unknown>,
): Promise<void> {
  try {
    await act(client.schedule.getHandle(jobWorkflowId(job, source)));
  } catch (error) {
    if (!isTemporalError(error, 'ScheduleNotFoundError')) throw error;
    throw knownError('not_found', `Job ${job} of source ${source} has no schedule.`);
  }
}

/**
 * Starts a scheduled job now, unless it runs: the SDK's own default would start a second one beside it. Answers with the
 * run of the schedule that is under way, for which Temporal skips this one.
 */
export async function triggerSchedule(client: Client, job: JobKind, source: string): Promise<Lease | undefined> {
  let running: Lease | undefined;
  await withSchedule(client, job, source, async (handle) => {
    running = await openRunOf(client, handle);
    await handle.trigger('SKIP');
  });
  return running;
}

async function openRunOf(client: Client, handle: ScheduleHandle): Promise<Lease | undefined> {
  const { info } = await handle.describe();
  for (const { workflow } of info.runningActions) {
    const run = { workflowId: workflow.workflowId, runId: workflow.firstExecutionRunId };
    // Temporal tells of one for a moment after its end, too.
    if (!(await isWorkflowClosed(client, run))) return run;
  }
  return undefined;
}
