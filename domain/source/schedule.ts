import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration such as `15m`, `2h` or `90s`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text.trim());
  return match ? Number(match[1]) * units[match[2]!]! : undefined;
}

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

const cronSchema = z.string().superRefine((text, context) => {
  const problem = cronProblem(text);
  if (problem) context.addIssue({ code: 'custom', message: problem });
});

function cronProblem(text: string): string | undefined {
  if (text.trim().split(/\s+/).length !== 5) {
    return 'a cron expression has five fields: minute, hour, day of month, month, day of week, e.g. "0 */4 * * *"';
  }
  try {
    CronExpressionParser.parse(text);
    return undefined;
  } catch (error) {
    return `is not a cron expression: ${(error as Error).message}`;
  }
}

const everySchema = z.string().refine((text) => (durationMs(text) ?? 0) >= 60_000, {
  error: 'write a time of at least a minute, e.g. 15m, 4h or 1d',
});

/** When a job runs by itself: either `cron` (UTC unless `timezone` is given) or `every`. */
export const scheduleSchema = z.union([
  z.strictObject({ cron: cronSchema, timezone: timezoneSchema.default('UTC') }),
  z.strictObject({ every: everySchema }),
]);

export type ScheduleSettings = z.infer<typeof scheduleSchema>;
