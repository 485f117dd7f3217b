import { describe, expect, it } from '@jest/globals';
import { businessDaysBefore } from '../../../domain/alarms/business-days.ts';

/** Thanksgiving of 2026 is Thursday, 26 November. */
const hours = { timezone: 'America/New_York', weekly: { 'mon-fri': ['09:00-17:00'] }, holidays: ['2026-11-26'] };

describe('business days have passed since', () => {
  it.each([
    ['the same time of the day before', 'Wed 2026-11-25T10:00Z', 1, 'Tue 2026-11-24T10:00Z'],
    ['the same time on the Friday before', 'Mon 2026-11-30T10:00Z', 1, 'Fri 2026-11-27T10:00Z'],
    ['a week before, where five are asked for', 'Fri 2026-12-04T23:00Z', 5, 'Fri 2026-11-27T23:00Z'],
    ['not yet the night before, an hour short', 'Fri 2026-12-04T22:00Z', 5, 'Fri 2026-11-27T22:00Z'],
    ['the beginning of Friday, all Saturday long', 'Sat 2026-11-28T18:00Z', 1, 'Fri 2026-11-27T00:00Z'],
    ['the same, at the end of Sunday', 'Sun 2026-11-29T23:59Z', 1, 'Fri 2026-11-27T00:00Z'],
    ['now, where none is asked for', 'Wed 2026-11-25T10:00Z', 0, 'Wed 2026-11-25T10:00Z'],
  ])('%s', (_, now, days, since) => {
    expect(businessDaysBefore(new Date(now.slice(4)), days, undefined)).toEqual(new Date(since.slice(4)));
  });

  it.each([
    ['the day before the holiday', 'Fri 2026-11-27T15:00Z', 1, 'Wed 2026-11-25T15:00Z'],
    ['the day by the zone of the hours, not by UTC', 'Sat 2026-11-28T04:00Z', 1, 'Thu 2026-11-26T04:00Z'],
    ['the same time of day over a change of the clocks', 'Mon 2026-11-02T14:00Z', 1, 'Fri 2026-10-30T13:00Z'],
  ])('%s, where the source has hours', (_, now, days, since) => {
    expect(businessDaysBefore(new Date(now.slice(4)), days, hours)).toEqual(new Date(since.slice(4)));
  });
});
