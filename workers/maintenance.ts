import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ALARMS_ID, CORE_TASK_QUEUE, MAINTENANCE_ID, PRUNE_ID, WEBHOOKS_ID } from '../workflows/ids.ts';

/** What runs by itself for the whole system: id of the Schedule and of its workflows, and their type. */
const sweeps = [
  { id: MAINTENANCE_ID, workflowType: 'maintenance', spec: { every: '1 minute' }, atOnce: true },
  { id: ALARMS_ID, workflowType: 'watchAlarms', spec: { every: '1 minute' }, atOnce: true },
  // Beside the full hour, when so many schedules of jobs begin.
  { id: PRUNE_ID, workflowType: 'prune', spec: { every: '1 hour', offset: '17 minutes' }, atOnce: false },
  { id: WEBHOOKS_ID, workflowType: 'tendWebhooks', spec: { every: '15 minutes' }, atOnce: true },
] as const;

/**
 * Makes sure that the Schedules of the sweeps exist, one each for the whole system, and lets those run now that look for
 * what was lost: what was accepted while nobody was there is started within seconds. Safe to repeat, also by several
 * workers at once.
 */
export async function ensureMaintenance(client: Client): Promise<void> {
  for (const sweep of sweeps) await ensureSweep(client, sweep);
}

async function ensureSweep(client: Client, { id, workflowType, spec, atOnce }: (typeof sweeps)[number]): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: id,
      spec: { intervals: [spec] },
      action: { type: 'startWorkflow', workflowType, workflowId: id, taskQueue: CORE_TASK_QUEUE },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  if (atOnce) await client.schedule.getHandle(id).trigger(ScheduleOverlapPolicy.SKIP);
}
