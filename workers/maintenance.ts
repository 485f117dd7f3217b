import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { CORE_TASK_QUEUE, MAINTENANCE_ID } from '../workflows/ids.ts';

/**
 * Makes sure that the Schedule of maintenance exists, one for the whole system, and lets it run now: what was accepted
 * while nobody was there is started within seconds. Safe to repeat, also by several workers at once.
 */
export async function ensureMaintenance(client: Client): Promise<void> {
  const handle = client.schedule.getHandle(MAINTENANCE_ID);
  try {
    await client.schedule.create({
      scheduleId: MAINTENANCE_ID,
      spec: { intervals: [{ every: '1 minute' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'maintenance',
        workflowId: MAINTENANCE_ID,
        taskQueue: CORE_TASK_QUEUE,
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await handle.trigger(ScheduleOverlapPolicy.SKIP);
}
