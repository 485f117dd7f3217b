import { expect } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { computeWaits, isOpen } from '../../domain/calendar/waits.ts';
import { weekly } from '../domain/calendar/arbitraries.ts';
import { HOUR, MINUTE } from '../helpers/requests.ts';
import type { World } from '../helpers/requests.ts';

const DAY = 24 * HOUR;
/** A hold that is counted in half an hour a week lasts for years, and its workflow wakes every day. */
const LONG_WAIT_MS = 100_000;

/** Opening times in zones whose clocks change, a hold, and how long before the next change it begins. */
export const anyCalendar = fc.record({
  timezone: fc.constantFrom('America/New_York', 'Australia/Lord_Howe', 'America/St_Johns', 'Africa/Cairo', 'UTC'),
  weekly,
  closed: fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 2 }),
  holdMinutes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 * 24 * 60 })),
  businessHoursHold: fc.boolean(),
  beforeMinutes: fc.integer({ min: 30, max: 3 * 24 * 60 }),
});

type Calendar = typeof anyCalendar extends fc.Arbitrary<infer T> ? T : never;

/** Goes to the next change of the clocks, and sends one request through its waits. */
export async function expectToGoOutInTime(world: World, name: string, calendar: Calendar): Promise<void> {
  const { timezone, beforeMinutes, holdMinutes, businessHoursHold, closed } = calendar;
  const now = await world.now();
  const startsAt = nextChange(timezone, now.getTime() + 4 * DAY) - beforeMinutes * MINUTE;
  await world.pass(startsAt - now.getTime());
  const holidays = closed.map((days) => new Date(startsAt + days * DAY).toISOString().slice(0, 10));
  const businessHours = { timezone, weekly: calendar.weekly, holidays: [...new Set(holidays)] };
  const rules = { holdHours: holdMinutes / 60, businessHoursHold, businessHours };
  const supplier = await world.supplier(name, rules);
  const fr = await supplier.submit();
  const { releasedAt } = await fr.row();
  const { goesOutAt } = computeWaits(rules, { releasedAt: releasedAt!, holdUntil: null });
  const waits = goesOutAt > (await world.now());
  if (waits) {
    await fr.until('to wait', ({ nextStepAt }) => nextStepAt !== null);
    expect((await fr.row()).nextStepAt).toEqual(goesOutAt);
  }
  expect(await fr.result(LONG_WAIT_MS)).toEqual({ processing: 'acknowledged' });
  const sent = (await fr.timeline()).find(({ event }) => event === 'sending')!.at;
  // Not a moment early; and what comes after it is the work of sending, none of the waits that are counted in minutes.
  expect(sent.getTime()).toBeGreaterThanOrEqual(goesOutAt.getTime());
  expect(isOpen(businessHours, goesOutAt)).toBe(true);
  expect(Math.floor((sent.getTime() - goesOutAt.getTime()) / MINUTE)).toBe(0);
}

/** An instant, to some hours, after `from` at which the offset of the zone has changed, or a month later where it never does. */
function nextChange(zone: string, from: number): number {
  const offset = (at: number) => DateTime.fromMillis(at, { zone }).offset;
  const first = offset(from);
  for (let at = from; at < from + 366 * DAY; at += 6 * HOUR) if (offset(at) !== first) return at;
  return from + 30 * DAY;
}
