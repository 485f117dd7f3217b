import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';
import { durationMs } from '../duration.ts';
import { nextCronTime, previousCronTime } from './cron-times.ts';

/** Whether `text` is a zone of the IANA database that this Node knows; newer ones take offsets too, Temporal does not. */
export function isTimezone(text: string): boolean {
  if (!/^[A-Z]/i.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

export const timezoneSchema = z
  .string()
  .refine(isTimezone, { error: 'is not a time zone of the IANA database; write it like America/New_York or UTC' });

/** The zones whose name is three capitals; JavaScript takes others too, such as PST, which no IANA database has. */
const SHORT_ZONES = /^(CET|EET|EST|GMT|HST|MET|MST|PRC|ROC|ROK|UCT|UTC|WET)$/;

/**
 * How Temporal wants a zone to be spelled that JavaScript knows by `text`: it looks for a file of that very name. Of an old
 * name JavaScript tells only the new one, so that not every capital of it is checked.
 */
function spellingOf(text: string): string {
  const known = new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone;
  const isOldName = known.toLowerCase() !== text.toLowerCase();
  if (!isOldName) return known;
  const isShort = /^[A-Z]{3}$/.test(text);
  const isSpelledWell = isShort ? SHORT_ZONES.test(text) : text.split('/').every((part) => /^[A-Z]/.test(part));
  return isSpelledWell ? text : known;
}

/** A zone that Temporal takes; business hours are our own, and have any that this Node knows. */
const scheduleZoneSchema = timezoneSchema.superRefine((text, context) => {
  const spelling = isTimezone(text) ? spellingOf(text) : text;
  if (spelling === text) return;
  context.addIssue({ code: 'custom', message: `is not spelled as in the IANA database; write ${spelling}` });
});

const cronSchema = z.string().superRefine((text, context) => {
  const problem = cronProblem(text);
  if (problem) context.addIssue({ code: 'custom', message: problem });
});

/** What Temporal and we read alike; it takes `#` for a comment, others for the second Monday. */
const cronField = /^((\*|\d+|[a-z]{3})(-(\d+|[a-z]{3}))?(\/\d+)?(,|$))+$/i;

function cronProblem(text: string): string | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) {
    return 'a cron expression has five fields: minute, hour, day of month, month, day of week, e.g. "0 */4 * * *"';
  }
  const strange = fields.find((field) => !cronField.test(field));
  if (strange !== undefined) {
    return `is not a cron expression: write ${strange} with numbers, names of three letters, lists, ranges and steps`;
  }
  try {
    CronExpressionParser.parse(text);
    return undefined;
  } catch (error) {
    return `is not a cron expression: ${(error as Error).message}`;
  }
}

/** Temporal counts intervals from 1970: of one that is too long there never is a next run, and nobody says so. */
const LONGEST_EVERY_MS = 366 * 86_400_000;

const everySchema = z
  .string()
  .refine((text) => (durationMs(text) ?? 0) >= 60_000, {
    error: 'write a time of at least a minute, e.g. 15m, 4h or 1d',
  })
  .refine((text) => (durationMs(text) ?? 0) <= LONGEST_EVERY_MS, {
    error: 'is too long: write at most 366d, or leave the schedule out and start the job by hand',
  });

/** When a job runs by itself: either `cron` (UTC unless `timezone` is given) or `every`. */
export const scheduleSchema = z.union([
  z.strictObject({ cron: cronSchema, timezone: scheduleZoneSchema.default('UTC') }),
  z.strictObject({ every: everySchema }),
]);

export type ScheduleSettings = z.infer<typeof scheduleSchema>;

/** The rhythm of the whole feed, and beside it a quick one for what was modified since the last look. */
export const inventoryScheduleSchema = z.union([
  z.strictObject({
    cron: cronSchema,
    timezone: scheduleZoneSchema.default('UTC'),
    refresh: scheduleSchema.optional(),
  }),
  z.strictObject({ every: everySchema, refresh: scheduleSchema.optional() }),
]);

/** When Temporal starts the next run, after `now`: intervals count from the epoch there. */
export function nextRunAt(schedule: ScheduleSettings, now: Date): Date | null {
  if ('every' in schedule) {
    const every = durationMs(schedule.every)!;
    return new Date((Math.floor(now.getTime() / every) + 1) * every);
  }
  return nextCronTime(schedule, now);
}

/** When Temporal should have started the last run, at or before `now`. */
export function previousRunAt(schedule: ScheduleSettings, now: Date): Date | null {
  if ('every' in schedule) {
    const every = durationMs(schedule.every)!;
    return new Date(Math.floor(now.getTime() / every) * every);
  }
  return previousCronTime(schedule, now);
}
