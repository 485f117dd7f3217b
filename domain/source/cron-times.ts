import { CronExpressionParser } from 'cron-parser';
import { IANAZone } from 'luxon';

/** A cron expression of five fields, and the zone whose clocks it reads. */
export interface Cron {
  cron: string;
  timezone: string;
}

/** Local times are written as instants of UTC, in milliseconds. */
interface Calendar {
  zone: IANAZone;
  minutes: readonly number[];
  hours: ReadonlySet<number>;
  daysOfMonth: ReadonlySet<number>;
  months: ReadonlySet<number>;
  daysOfWeek: ReadonlySet<number>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Around a change of the clocks Temporal counts from one run to the next: what it makes of them hangs on where it began. */
const CHANGE_MS = 4 * HOUR_MS;
/** A 29 February on a certain day of the week comes within so long. */
const LONGEST_MS = 41 * 366 * DAY_MS;

/**
 * When Temporal starts the first run after an instant; null where none comes. Where both days are given, of the month and
 * of the week, both must fit. A time that the clocks skip is none. An hour that they show twice counts twice, and as
 * Temporal sees it: east of Greenwich it takes the hour before for the one that is repeated.
 */
export function nextCronTime(cron: Cron, after: Date): Date | null {
  const at = nextIn(readCalendar(cron), after.getTime());
  return at === null ? null : new Date(at);
}

/** When Temporal should have started the last run at or before an instant; null where there was none. */
export function previousCronTime(cron: Cron, until: Date): Date | null {
  const calendar = readCalendar(cron);
  const shown = startOf(HOUR_MS, shownAt(calendar.zone, until.getTime()));
  for (let hour = shown; hour > shown - LONGEST_MS;) {
    if (!isDay(calendar, hour)) {
      hour = startOf(DAY_MS, hour) - HOUR_MS;
      continue;
    }
    const last = calendar.hours.has(hourOf(hour)) ? lastIn(calendar, hour, until.getTime()) : null;
    if (last !== null) return new Date(last);
    hour -= HOUR_MS;
  }
  return null;
}

function readCalendar({ cron, timezone }: Cron): Calendar {
  const { fields } = CronExpressionParser.parse(cron);
  const valuesOf = (field: { values: readonly (number | string)[] }) => field.values.map(Number);
  return {
    zone: IANAZone.create(timezone),
    minutes: valuesOf(fields.minute).toSorted((a, b) => a - b),
    hours: new Set(valuesOf(fields.hour)),
    daysOfMonth: new Set(valuesOf(fields.dayOfMonth)),
    months: new Set(valuesOf(fields.month)),
    // Sunday is 0 and 7.
    daysOfWeek: new Set(valuesOf(fields.dayOfWeek).map((day) => day % 7)),
  };
}

function nextIn(calendar: Calendar, after: number): number | null {
  const { zone, hours, minutes } = calendar;
  const shown = shownAt(zone, after);
  let hour = startOf(HOUR_MS, shown);
  let minute = (startOf(MINUTE_MS, shown) - hour) / MINUTE_MS + 1;
  let isSecond = hourOf(shownAt(zone, after - HOUR_MS)) === hourOf(shown);
  while (hour < shown + LONGEST_MS) {
    const time = minutes.find((each) => each >= minute);
    minute = 0;
    if (!isDay(calendar, hour)) {
      [hour, isSecond] = [startOf(DAY_MS, hour) + DAY_MS, false];
    } else if (!hours.has(hourOf(hour))) {
      [hour, isSecond] = [hour + HOUR_MS, false];
    } else if (time === undefined) {
      isSecond = !isSecond && instantOf(zone, hour + HOUR_MS) - instantOf(zone, hour) > HOUR_MS;
      if (!isSecond) hour += HOUR_MS;
    } else {
      const at = instantOf(zone, hour + time * MINUTE_MS);
      if (hourOf(shownAt(zone, at)) === hourOf(hour)) return at + (isSecond ? HOUR_MS : 0);
      hour += HOUR_MS;
    }
  }
  return null;
}

/** The last run from about the beginning of a local hour on, up to an instant. */
function lastIn(calendar: Calendar, hour: number, until: number): number | null {
  const begins = instantOf(calendar.zone, hour);
  const isSteady = offsetMs(calendar.zone, begins - CHANGE_MS) === offsetMs(calendar.zone, begins + CHANGE_MS);
  let last: number | null = null;
  let at = nextIn(calendar, begins - 1 - (isSteady ? 0 : CHANGE_MS));
  while (at !== null && at <= until) {
    last = at;
    at = nextIn(calendar, at);
  }
  return last;
}

/** Whether a local day fits; the day of the week is that of an hour of it, which the clocks may skip. */
function isDay({ zone, months, daysOfMonth, daysOfWeek }: Calendar, local: number): boolean {
  const day = new Date(local);
  if (!months.has(day.getUTCMonth() + 1) || !daysOfMonth.has(day.getUTCDate())) return false;
  return daysOfWeek.has(new Date(shownAt(zone, instantOf(zone, local))).getUTCDay());
}

function startOf(unitMs: number, local: number): number {
  return Math.floor(local / unitMs) * unitMs;
}

function hourOf(local: number): number {
  return new Date(local).getUTCHours();
}

function offsetMs(zone: IANAZone, at: number): number {
  return zone.offset(at) * MINUTE_MS;
}

/** What the clocks show at an instant. */
function shownAt(zone: IANAZone, at: number): number {
  return at + offsetMs(zone, at);
}

/** The instant of a local time as Go's time.Date has it, also where there is none or there are two. */
function instantOf(zone: IANAZone, local: number): number {
  const guess = offsetMs(zone, local);
  return guess === 0 ? local : local - offsetMs(zone, local - guess);
}
