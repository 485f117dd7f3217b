import { DateTime } from 'luxon';
import { daysOf } from '../calendar/weekly.ts';
import type { BusinessHours } from '../source/fulfillment.ts';

/** Where a source has no business hours. */
const MONDAY_TO_FRIDAY = [0, 1, 2, 3, 4];
/** Hours that open on one day a year would be searched for long. */
const LONGEST_DAYS = 3660;

/** The instant since which `days` business days have passed at `now`, counted as the source's business hours say. */
export function businessDaysBefore(now: Date, days: number, hours: BusinessHours | undefined): Date {
  const open = hours ? openDays(hours) : MONDAY_TO_FRIDAY;
  const holidays = new Set(hours?.holidays);
  let day = DateTime.fromJSDate(now, { zone: hours?.timezone ?? 'UTC' });
  for (let left = days, gone = 0; left > 0 && gone < LONGEST_DAYS; gone++) {
    if (open.includes(day.weekday - 1) && !holidays.has(day.toISODate() ?? '')) left--;
    day = day.minus({ days: 1 });
  }
  return day.toJSDate();
}

function openDays({ weekly }: BusinessHours): number[] {
  const named = Object.entries(weekly).filter(([, windows]) => windows.length > 0);
  return named.flatMap(([key]) => daysOf(key) ?? []);
}
