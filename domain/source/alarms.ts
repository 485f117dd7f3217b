import { z } from 'zod';

/** Causes of alarms, each with what it is about in two or three words. */
export const alarmCauses = {
  inventory_stale: 'stock is old',
  schedule_missed: 'schedule did not fire',
  requests_unsent: 'requests not sent',
  requests_failed: 'requests failed',
  orders_unshipped: 'orders not shipped',
  orders_lost: 'orders lost',
  orders_doubled: 'second orders',
  lookback_ending: 'requests leave the lookback period',
  connection_refused: 'connection refused',
  webhooks_quiet: 'webhooks quiet',
  quota_starving: 'quota used up by others',
  no_worker: 'no worker',
} as const;

export type AlarmCause = keyof typeof alarmCauses;

const causes = Object.keys(alarmCauses) as [AlarmCause, ...AlarmCause[]];

/** When absence is an alarm; the defaults suit a supplier that is imported every few hours. */
export const alarmsSchema = z.strictObject({
  /** Left out: twice the time between two runs of the schedule, a day where there is none. */
  inventoryMaxAgeHours: z.number().positive().max(8760).optional(),
  scheduleLateMinutes: z.number().min(1).max(1440).default(15),
  /** After hold, business hours and run of the job. */
  unsentMinutes: z.number().min(1).max(43_200).default(30),
  unshippedBusinessDays: z.int().min(1).max(90).default(5),
  lookbackWarningDays: z.number().min(0).max(365).default(3),
  webhooksQuietHours: z.number().min(1).max(720).default(24),
  quotaStarvingMinutes: z.number().min(1).max(1440).default(10),
  /** How often an alarm that nobody acknowledged is told again; 0 is never. */
  remindHours: z.number().min(0).max(720).default(24),
  off: z.array(z.enum(causes)).default([]),
});

export type AlarmSettings = z.infer<typeof alarmsSchema>;

/** The settings of a stored source; what a later version has added is left out, and nothing of it keeps alarms from being found. */
export function alarmSettingsOf(settings: Record<string, unknown>): AlarmSettings {
  return alarmsSchema.strip().parse(settings['alarms'] ?? {});
}
