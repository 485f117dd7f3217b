import { IANAZone } from 'luxon';
import type { BusinessHours } from '../source/fulfillment.ts';
import { shortInstant } from './short-instant.ts';
import { MINUTES_A_DAY, windowsByWeekday } from './weekly.ts';
import type { Window } from './weekly.ts';

const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_A_DAY * MINUTE_MS;
/** Longer than a year, so that hours with a single opening a year still open. */
export const SEARCH_DAYS = 366;

/** Thrown where a search for an open instant finds none, or none in useful time; the message says which hours. */
export class NoOpening extends Error {
  readonly code = 'no_opening';
  override readonly name = 'NoOpening';
}

/** Open from `from` up to, but not at, `to`, in milliseconds of UTC. */
export interface Stretch {
  from: number;
  to: number;
}

/** Business hours, read. Days are counted from 1970-01-01. */
interface Calendar {
  zone: IANAZone;
  week: readonly (readonly Window[])[];
  holidays: ReadonlySet<number>;
}

/**
 * Whether `at` lies in business hours: its local wall-clock time is in a window [start, end) of its local day, or in
 * the part after midnight of a window of the day before. Everything else here follows from this one sentence:
 *
 * - a wall-clock time that DST skips is never open; a window that starts in the gap opens at the first instant after it;
 * - a wall-clock time that comes twice is open both times. A window that starts in the repeated hour opens at the first
 *   occurrence; one that ends in it closes at the first occurrence and is open again from where the clock goes back until
 *   the second. A window around the whole repeated hour is simply an hour longer;
 * - a day that a zone left out (Apia, 2011-12-30) has no windows but what its night window has after midnight.
 *
 * Holidays are local dates on which nothing is sent: a window of the day before closes at midnight, and a window that
 * starts on the holiday does not open, nor does its part after midnight, which belongs to the holiday's shift.
 */
export function isOpen(hours: BusinessHours, at: Date): boolean {
  const calendar = readCalendar(hours);
  const local = at.getTime() + offsetMs(calendar, at.getTime());
  const day = Math.floor(local / DAY_MS);
  const minute = (local - day * DAY_MS) / MINUTE_MS;
  return windowsOn(calendar, day).some(({ from, to }) => from <= minute && minute < to);
}

/**
 * The first open instant at or after `at`: `at` itself, to the millisecond, when it is open.
 * Throws {@link NoOpening} when nothing opens within 366 days.
 */
export function nextOpening(hours: BusinessHours, at: Date): Date {
  return new Date(openStretches(hours, at).next().value.from);
}

/**
 * The open stretches from `at` on, in order, without overlap; neighbours may touch. Goes on for ever, and throws
 * {@link NoOpening} when 366 days pass without one.
 *
 * It walks spans of one UTC offset, in which windows are plain subtraction. So no kind of change of the clock needs a
 * case of its own, and a year of search costs a few milliseconds.
 */
export function* openStretches(hours: BusinessHours, at: Date): Generator<Stretch, never> {
  const calendar = readCalendar(hours);
  let closedSince = at.getTime();
  let from = closedSince;
  let offset = offsetMs(calendar, from);
  for (;;) {
    const limit = closedSince + SEARCH_DAYS * DAY_MS;
    if (!(from < limit)) throw noOpening(hours, closedSince);
    const { to, nextOffset } = offsetSpan(calendar, { from, to: Math.min(from + DAY_MS, limit) }, offset);
    for (const stretch of stretchesIn(calendar, { from, to }, offset)) {
      yield stretch;
      closedSince = stretch.to;
    }
    from = to;
    offset = nextOffset;
  }
}

function noOpening(hours: BusinessHours, since: number): NoOpening {
  const after = shortInstant(new Date(since));
  return new NoOpening(
    `The business hours (${hours.timezone}) do not open within ${SEARCH_DAYS} days after ${after}: check their windows and holidays.`,
  );
}

/** Settings are checked for their zone, but another Node may bring other zones than the one that checked them. */
function readCalendar({ timezone, weekly, holidays }: BusinessHours): Calendar {
  const zone = IANAZone.create(timezone);
  if (!zone.isValid) throw new RangeError(`This Node does not know the time zone ${timezone} of the business hours.`);
  return {
    zone,
    week: windowsByWeekday(weekly),
    holidays: new Set(holidays.map((date) => Date.parse(date) / DAY_MS)),
  };
}

function offsetMs({ zone }: Calendar, at: number): number {
  return zone.offset(at) * MINUTE_MS;
}

/** How long the offset of `from` lasts within a span of at most a day, and the one after it. No zone changes twice a day. */
function offsetSpan(calendar: Calendar, { from, to }: Stretch, offset: number): { to: number; nextOffset: number } {
  const nextOffset = offsetMs(calendar, to);
  if (nextOffset === offset) return { to, nextOffset };
  let before = from;
  let after = to;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetMs(calendar, middle) === offset) before = middle;
    else after = middle;
  }
  return { to: after, nextOffset };
}

function* stretchesIn(calendar: Calendar, span: Stretch, offset: number): Generator<Stretch> {
  const lastDay = Math.floor((span.to - 1 + offset) / DAY_MS);
  for (let day = Math.floor((span.from + offset) / DAY_MS); day <= lastDay; day++) {
    const midnight = day * DAY_MS - offset;
    for (const window of windowsOn(calendar, day)) {
      const from = Math.max(span.from, midnight + window.from * MINUTE_MS);
      const to = Math.min(span.to, midnight + window.to * MINUTE_MS);
      if (from < to) yield { from, to };
    }
  }
}

/** What is open on a local day, between its midnights, in order and merged. */
function windowsOn({ week, holidays }: Calendar, day: number): Window[] {
  if (holidays.has(day)) return [];
  const nights = holidays.has(day - 1) ? [] : windowsOf(week, day - 1).filter(({ to }) => to > MINUTES_A_DAY);
  return merged([
    ...nights.map(({ to }) => ({ from: 0, to: to - MINUTES_A_DAY })),
    ...windowsOf(week, day).map(({ from, to }) => ({ from, to: Math.min(to, MINUTES_A_DAY) })),
  ]);
}

/** 1970-01-01 was a Thursday. */
function windowsOf(week: Calendar['week'], day: number): readonly Window[] {
  return week[(((day + 3) % 7) + 7) % 7]!;
}

function merged(windows: readonly Window[]): Window[] {
  const result: Window[] = [];
  for (const window of windows.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && window.from <= last.to) last.to = Math.max(last.to, window.to);
    else result.push({ ...window });
  }
  return result;
}
