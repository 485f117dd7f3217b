import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleDescription, ScheduleOptions } from '@temporalio/client';
import type { Logger } from 'pino';
import { ALARMS_ID, CORE_TASK_QUEUE, MAINTENANCE_ID, PRUNE_ID, WEBHOOKS_ID } from '../workflows/ids.ts';
import { within } from './within.ts';

const MINUTE_MS = 60_000;
const CATCH_UP_MS = MINUTE_MS;

/** What runs by itself for the whole system: id of the Schedule and of its workflows, and their type. */
export const sweeps = [
  { id: MAINTENANCE_ID, workflowType: 'maintenance', everyMs: MINUTE_MS, offsetMs: 0, atOnce: true },
  { id: ALARMS_ID, workflowType: 'watchAlarms', everyMs: MINUTE_MS, offsetMs: 0, atOnce: true },
  // Beside the full hour, when so many schedules of jobs begin.
  { id: PRUNE_ID, workflowType: 'prune', everyMs: 60 * MINUTE_MS, offsetMs: 17 * MINUTE_MS, atOnce: false },
  { id: WEBHOOKS_ID, workflowType: 'tendWebhooks', everyMs: 15 * MINUTE_MS, offsetMs: 0, atOnce: true },
] as const;

type Sweep = (typeof sweeps)[number];

/**
 * Makes sure that the Schedules of the sweeps exist as this version has them, one each for the whole system, and lets
 * those run now that look for what was lost: what was accepted while nobody was there is started within seconds. A pause
 * by a person stays. Safe to repeat, also by several workers at once.
 */
export async function ensureMaintenance(client: Client): Promise<void> {
  // Side by side: a schedule that was made a moment ago says for seconds nothing of itself.
  await Promise.all(sweeps.map((sweep) => ensureSweep(client, sweep)));
}

/** Temporal's own workers answer for Schedules, and may come back later than the rest of it after a crash. */
const ANSWER_WITHIN_MS = 2_000;

/** {@link ensureMaintenance} for a worker that starts: one that is kept waiting begins, and the Schedules follow. */
export async function beginMaintenance(
  client: Client,
  log: Pick<Logger, 'warn' | 'error'>,
  withinMs = ANSWER_WITHIN_MS,
): Promise<void> {
  const ensured = ensureMaintenance(client);
  if ((await within(withinMs, ensured)) !== 'late') return;
  log.warn('Temporal does not answer about its Schedules yet; the worker begins without them.');
  void ensured.catch((err: unknown) =>
    log.error(
      { err },
      'The Schedules of the sweeps are not as they should be: see `bcsource doctor`, start the worker again.',
    ),
  );
}

async function ensureSweep(client: Client, sweep: Sweep): Promise<void> {
  const options = optionsOf(sweep);
  const handle = client.schedule.getHandle(sweep.id);
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // One that is right is left alone: an update makes Temporal reckon its next times anew.
    if (!sweepMatches(sweep, await handle.describe())) {
      await handle.update((current) => ({
        spec: options.spec,
        action: options.action as typeof current.action,
        policies: options.policies!,
        state: current.state,
      }));
    }
  }
  if (sweep.atOnce) await handle.trigger(ScheduleOverlapPolicy.SKIP);
}

function optionsOf({ id, workflowType, everyMs, offsetMs }: Sweep): ScheduleOptions {
  return {
    scheduleId: id,
    spec: { intervals: [{ every: everyMs, offset: offsetMs }] },
    action: { type: 'startWorkflow', workflowType, workflowId: id, taskQueue: CORE_TASK_QUEUE },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
  };
}

/** Whether the Schedule of a sweep is as this version makes it; a pause does not count. */
export function sweepMatches(sweep: Sweep, { spec, action, policies }: ScheduleDescription): boolean {
  const [interval, ...more] = spec.intervals ?? [];
  const isTimely = interval?.every === sweep.everyMs && (interval.offset ?? 0) === sweep.offsetMs;
  const others = [...more, ...(spec.calendars ?? []), ...(spec.skip ?? [])];
  const isAction = action.workflowType === sweep.workflowType && action.taskQueue === CORE_TASK_QUEUE;
  return isTimely && others.length === 0 && isAction && policies.overlap === ScheduleOverlapPolicy.SKIP;
}
