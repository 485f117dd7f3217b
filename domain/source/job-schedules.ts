import { jobKinds } from '../jobs.ts';
import type { JobKind } from '../jobs.ts';
import type { ScheduleSettings } from './schedule.ts';

/** The section of a source file that sets a job up. */
export const jobSections: Record<JobKind, 'inventory' | 'fulfillment' | 'shipments'> = {
  inventory: 'inventory',
  refresh: 'inventory',
  send: 'fulfillment',
  shipments: 'shipments',
};

export interface JobSchedule {
  job: JobKind;
  /** Undefined where the job runs by hand only, or not at all. */
  schedule: ScheduleSettings | undefined;
}

/** When each job of a source runs by itself. */
export function jobSchedules(settings: Readonly<Record<string, unknown>>): JobSchedule[] {
  return jobKinds.map((job) => {
    const section = settings[jobSections[job]] as { schedule?: ScheduleSettings & WithRefresh } | undefined;
    const schedule = section?.schedule;
    return { job, schedule: job === 'refresh' ? schedule?.refresh : schedule };
  });
}

interface WithRefresh {
  refresh?: ScheduleSettings | undefined;
}
