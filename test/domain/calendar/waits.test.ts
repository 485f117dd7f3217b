import { describe, expect, it, test } from '@jest/globals';
import { computeWaits, describeWaits } from '../../../domain/calendar/waits.ts';
import type { WaitingRules } from '../../../domain/calendar/waits.ts';
import { hoursOf, newYork } from './builders.ts';

function rulesOf(changes: Partial<WaitingRules> = {}): WaitingRules {
  return { holdHours: 0, businessHoursHold: false, ...changes };
}

function waitsOf(rules: WaitingRules, releasedAt: string, holdUntil: string | null = null, notBefore?: string) {
  const { holdEndsAt, goesOutAt } = computeWaits(rules, {
    releasedAt: new Date(releasedAt),
    holdUntil: holdUntil === null ? null : new Date(holdUntil),
    notBefore: notBefore === undefined ? undefined : new Date(notBefore),
  });
  return [holdEndsAt.toISOString(), goesOutAt.toISOString()];
}

describe('the waits of a fulfillment request', () => {
  const friday = '2026-11-27T20:30:15.250Z';
  const inOpenTime = (holdHours: number) => rulesOf({ holdHours, businessHoursHold: true, businessHours: newYork });
  const table: [string, WaitingRules, [string, (string | null)?, string?], [string, string]][] = [
    ['none: goes at once', rulesOf(), [friday], [friday, friday]],
    [
      'a hold in calendar time',
      rulesOf({ holdHours: 2 }),
      [friday],
      ['2026-11-27T22:30:15.250Z', '2026-11-27T22:30:15.250Z'],
    ],
    [
      'a fraction of an hour',
      rulesOf({ holdHours: 0.1 }),
      [friday],
      ['2026-11-27T20:36:15.250Z', '2026-11-27T20:36:15.250Z'],
    ],
    ['hours only, open', rulesOf({ businessHours: newYork }), [friday], [friday, friday]],
    [
      'the hold ends in the window',
      rulesOf({ holdHours: 1, businessHours: newYork }),
      [friday],
      ['2026-11-27T21:30:15.250Z', '2026-11-27T21:30:15.250Z'],
    ],
    [
      'the hold ends after the window',
      rulesOf({ holdHours: 2, businessHours: newYork }),
      [friday],
      ['2026-11-27T22:30:15.250Z', '2026-11-30T14:00Z'],
    ],
    ['open time goes on on Monday', inOpenTime(2), [friday], ['2026-11-30T14:30:15.250Z', '2026-11-30T14:30:15.250Z']],
    [
      'open time that fills a window ends with it',
      inOpenTime(1),
      ['2026-11-27T21:00Z'],
      ['2026-11-27T22:00Z', '2026-11-30T14:00Z'],
    ],
    ['no open time at all', inOpenTime(0), ['2026-11-28T12:00Z'], ['2026-11-28T12:00Z', '2026-11-30T14:00Z']],
    [
      'open time without hours is calendar time',
      rulesOf({ holdHours: 1, businessHoursHold: true }),
      [friday],
      ['2026-11-27T21:30:15.250Z', '2026-11-27T21:30:15.250Z'],
    ],
    [
      'neighbouring and overlapping windows count once',
      {
        ...inOpenTime(3),
        businessHours: hoursOf({ mon: ['09:00-10:00', '10:00-11:00', '10:30-13:00', '09:15-09:30'] }),
      },
      ['2026-11-28T00:00Z'],
      ['2026-11-30T17:00Z', '2026-11-30T17:00Z'],
    ],
    [
      'a person shortens it',
      rulesOf({ holdHours: 5 }),
      [friday, '2026-11-27T21:00Z'],
      ['2026-11-27T21:00Z', '2026-11-27T21:00Z'],
    ],
    [
      'a person lengthens it, hours hold',
      inOpenTime(1),
      [friday, '2026-11-28T12:00Z'],
      ['2026-11-28T12:00Z', '2026-11-30T14:00Z'],
    ],
    [
      "a person's hold that was over at the release",
      rulesOf({ holdHours: 5 }),
      [friday, '2026-11-27T10:00Z'],
      [friday, friday],
    ],
    [
      'late, and closed again',
      rulesOf({ businessHours: newYork }),
      [friday, null, '2026-11-28T00:00Z'],
      [friday, '2026-11-30T14:00Z'],
    ],
    [
      'late, and open',
      rulesOf({ businessHours: newYork }),
      [friday, null, '2026-11-27T21:00Z'],
      [friday, '2026-11-27T21:00Z'],
    ],
    [
      'looked at before the hold ends',
      rulesOf({ holdHours: 1 }),
      [friday, null, friday],
      ['2026-11-27T21:30:15.250Z', '2026-11-27T21:30:15.250Z'],
    ],
  ];
  test.each(table)('%s', (_name, rules, from, expected) => {
    expect(waitsOf(rules, ...from)).toEqual(expected.map((at) => new Date(at).toISOString()));
  });

  it('counts the part of a night after midnight once, and not on a holiday', () => {
    const nights = { mon: ['22:00-02:00'], wed: ['09:00-17:00'] };
    const businessHours = hoursOf(nights, { timezone: 'UTC' });
    const rules = { ...inOpenTime(5), businessHours };
    expect(waitsOf(rules, '2026-11-30T20:00Z')[0]).toBe('2026-12-02T10:00:00.000Z');
    const withHoliday = { ...rules, businessHours: { ...businessHours, holidays: ['2026-12-01'] } };
    expect(waitsOf(withHoliday, '2026-11-30T20:00Z')[0]).toBe('2026-12-02T12:00:00.000Z');
  });

  it('counts the repeated hour as an hour, and the skipped one as none', () => {
    const rules = { ...inOpenTime(4), businessHours: hoursOf({ sun: ['00:00-06:00'] }) };
    expect(waitsOf(rules, '2026-11-01T04:00Z')[0]).toBe('2026-11-01T08:00:00.000Z');
    expect(waitsOf({ ...rules, holdHours: 5 }, '2026-03-08T05:00Z')[0]).toBe('2026-03-08T10:00:00.000Z');
    expect(waitsOf({ ...rules, holdHours: 6 }, '2026-03-08T05:00Z')[0]).toBe('2026-03-15T05:00:00.000Z');
  });

  it('ends a hold in open time too, also in the middle of it', () => {
    const holidays = Array.from({ length: 400 }, (_, day) =>
      new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
    );
    const closedFor2026 = hoursOf({ 'mon-sun': ['00:00-24:00'] }, { timezone: 'UTC', holidays });
    const rules = rulesOf({ holdHours: 48, businessHoursHold: true, businessHours: closedFor2026 });
    expect(() => waitsOf(rules, '2025-12-31T00:00Z')).toThrow('after 2026-01-01T00:00Z');
  });

  it('a hold that would last for decades is no wait', () => {
    const businessHours = hoursOf({ mon: ['09:00-09:01'] });
    const rules = rulesOf({ holdHours: 8760, businessHoursHold: true, businessHours });
    expect(() => waitsOf(rules, '2026-01-01T00:00Z')).toThrow('A hold of 8760 open hours');
  });
});

describe('the sentence', () => {
  const sentence = (rules: WaitingRules, releasedAt: string, now: string) =>
    describeWaits(computeWaits(rules, { releasedAt: new Date(releasedAt), holdUntil: null }), rules, new Date(now));
  const opens = 'business hours, which open Mon 09:00 America/New_York: goes out 2026-11-30T14:00Z.';
  const table: [string, WaitingRules, string, string][] = [
    [
      'tells both waits',
      rulesOf({ holdHours: 3, businessHours: newYork }),
      '2026-11-27T20:00Z',
      `On hold until 2026-11-27T23:00Z, then waits for ${opens}`,
    ],
    [
      'tells of the hours only when the hold is over',
      rulesOf({ holdHours: 3, businessHours: newYork }),
      '2026-11-28T00:00Z',
      `Waits for ${opens}`,
    ],
    [
      'tells the hold only when nothing follows',
      rulesOf({ holdHours: 1, businessHours: newYork }),
      '2026-11-27T20:00Z',
      'On hold until 2026-11-27T21:00Z: goes out then.',
    ],
    [
      'shows seconds where there are some',
      rulesOf({ holdHours: 0.01 }),
      '2026-11-27T20:00Z',
      'On hold until 2026-11-27T20:00:36Z: goes out then.',
    ],
    ['ends with the waits', rulesOf({ holdHours: 1 }), '2026-11-27T21:00Z', 'Its waits are over: goes out now.'],
  ];
  it.each(table)('%s', (_name, rules, now, expected) => {
    expect(sentence(rules, '2026-11-27T20:00Z', now)).toBe(expected);
  });
});
