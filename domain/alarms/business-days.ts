import { DateTime } from 'luxon';
import { daysOf } from '../calendar/weekly.ts';
import type { BusinessHours } from '../source/fulfillment.ts';

/** Where a source has no business hours. */
const MONDAY_TO_FRIDAY = [0, 1, 2, 3, 4];
/** Hours that open on one day a year would be searched for long. */
const LONGEST_DAYS = 3660;

/**
 * The instant since which `days` business days have passed at `now`, counted as the source's business hours say: the same
 * time of day so many open days ago. On a closed day no time passes.
 */
export function businessDaysBefore(now: Date, days: number, hours: BusinessHours | undefined): Date {
  const open = hours ? openDays(hours) : MONDAY_TO_FRIDAY;
  const holidays = new Set(hours?.holidays);
  const isOpen = (day: DateTime) => open.includes(day.weekday - 1) && !holidays.has(day.toISODate() ?? '');
  const present = DateTime.fromJSDate(now, { zone: hours?.timezone ?? 'UTC' });
  let day = isOpen(present) ? present : present.startOf('day');
  for (let left = days, gone = 0; left > 0 && gone < LONGEST_DAYS; gone++) {
    day = day.minus({ days: 1 });
    if (isOpen(day)) left--;
  }
  return day.toJSDate();
}

function openDays({ weekly }: BusinessHours): number[] {
  const named = Object.entries(weekly).filter(([, windows]) => windows.length > 0);
  return named.flatMap(([key]) => daysOf(key) ?? []);
}
