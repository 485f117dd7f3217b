import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { computeWaits, isOpen, nextOpening } from '../../../domain/calendar/waits.ts';
import type { BusinessHours } from '../../../domain/source/fulfillment.ts';
import { isLong } from '../../helpers/form.ts';
import { weekly } from './arbitraries.ts';
import { oracleOf } from './oracle.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** All cases together; the transitions that must never be left out have six sevenths of them. */
const cases = isLong ? 2000 : 154;
const runs = { numRuns: Math.ceil(cases / 7) };

interface Transition {
  timezone: string;
  at: string;
}

const always: [string, Transition][] = [
  ['New York goes forward', { timezone: 'America/New_York', at: '2026-03-08T07:00Z' }],
  ['New York goes back', { timezone: 'America/New_York', at: '2026-11-01T06:00Z' }],
  ['Lord Howe goes back half an hour', { timezone: 'Australia/Lord_Howe', at: '2026-04-04T15:00Z' }],
  ['Lord Howe goes forward half an hour', { timezone: 'Australia/Lord_Howe', at: '2026-10-03T15:30Z' }],
  ['Apia leaves out a day', { timezone: 'Pacific/Apia', at: '2011-12-30T10:00Z' }],
  ['Apia goes back at night', { timezone: 'Pacific/Apia', at: '2012-03-31T14:00Z' }],
];

const others: Transition[] = [
  // Back from a minute past midnight into the day before: local days in two pieces.
  { timezone: 'America/St_Johns', at: '2006-10-29T02:31Z' },
  // Midnight itself does not exist, or comes twice.
  { timezone: 'Africa/Cairo', at: '2024-04-25T22:00Z' },
  { timezone: 'Africa/Cairo', at: '2024-10-31T21:00Z' },
  { timezone: 'America/Sao_Paulo', at: '2018-11-04T03:00Z' },
  { timezone: 'Antarctica/Troll', at: '2026-03-29T01:00Z' },
  { timezone: 'Africa/Casablanca', at: '2026-02-15T02:00Z' },
  { timezone: 'Asia/Kathmandu', at: '2026-01-01T00:00Z' },
  // Kwajalein left out 1993-08-21 from the other side of the date line.
  { timezone: 'Pacific/Kwajalein', at: '1993-08-21T12:00Z' },
  { timezone: 'UTC', at: '2026-12-31T00:00Z' },
];

function casesNear({ timezone, at }: Transition) {
  const change = Date.parse(at);
  const near = fc
    .oneof(fc.integer({ min: -4 * HOUR, max: 4 * HOUR }), fc.integer({ min: -3 * DAY, max: 2 * DAY }))
    .chain((ms) => fc.constantFrom(ms, Math.round(ms / HOUR) * HOUR))
    .map((ms) => change + ms);
  const dateNear = fc.integer({ min: -4, max: 4 }).map((days) => new Date(change + days * DAY).toISOString());
  const holidays = fc.array(
    dateNear.map((text) => text.slice(0, 10)),
    { maxLength: 3 },
  );
  return fc.record({
    hours: fc.record({ timezone: fc.constant(timezone), weekly, holidays }),
    releasedAt: near,
    holdUntil: fc.option(near, { freq: 4 }),
    notBefore: fc.option(near),
    holdMinutes: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 240 }),
      fc.double({ min: 0, max: 120, noNaN: true }),
    ),
    businessHoursHold: fc.boolean(),
    looks: fc.array(near, { minLength: 10, maxLength: 10 }),
  });
}

type Case = ReturnType<typeof casesNear> extends fc.Arbitrary<infer T> ? T : never;

function expectAsOracle({ hours, releasedAt, holdUntil, notBefore, holdMinutes, businessHoursHold, looks }: Case) {
  const oracle = oracleOf(hours);
  for (const at of looks) expect(isOpen(hours, new Date(at))).toBe(oracle.isOpen(at));
  expect(nextOpening(hours, new Date(releasedAt)).getTime()).toBe(oracle.nextOpening(releasedAt));

  const holdHours = holdMinutes / 60;
  const holdMs = Math.round(holdHours * HOUR);
  const settingsHold = businessHoursHold ? oracle.endOfOpenHold(releasedAt, holdMs) : releasedAt + holdMs;
  const holdEndsAt = holdUntil === null ? settingsHold : Math.max(releasedAt, holdUntil);
  const goesOutAt = oracle.nextOpening(Math.max(holdEndsAt, notBefore ?? 0));
  const waits = computeWaits(rulesOf(hours, holdHours, businessHoursHold), {
    releasedAt: new Date(releasedAt),
    holdUntil: holdUntil === null ? null : new Date(holdUntil),
    ...(notBefore === null ? {} : { notBefore: new Date(notBefore) }),
  });
  expect(waits).toEqual({ holdEndsAt: new Date(holdEndsAt), goesOutAt: new Date(goesOutAt) });
}

function rulesOf(businessHours: BusinessHours, holdHours: number, businessHoursHold: boolean) {
  return { holdHours, businessHoursHold, businessHours };
}

describe('the waiting rules agree with a walk minute by minute', () => {
  it.each(always)('when %s', (_name, transition) => {
    fc.assert(fc.property(casesNear(transition), expectAsOracle), runs);
  });

  it('near odd changes of other zones', () => {
    fc.assert(fc.property(fc.constantFrom(...others).chain(casesNear), expectAsOracle), runs);
  });
});
