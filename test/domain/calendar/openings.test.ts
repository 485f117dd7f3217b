import { describe, expect, it } from '@jest/globals';
import { NoOpening, isOpen, nextOpening } from '../../../domain/calendar/waits.ts';
import type { BusinessHours } from '../../../domain/source/fulfillment.ts';
import { hoursOf, newYork } from './builders.ts';
import type { Weekly } from './builders.ts';

const opensAt = (hours: BusinessHours, at: string) => nextOpening(hours, new Date(at)).toISOString();

describe('the next opening', () => {
  const night = hoursOf({ fri: ['22:00-02:00'] });
  const wrapping = hoursOf({ 'sat-mon': ['09:00-12:00'] }, { timezone: 'UTC' });
  const table: [string, BusinessHours, string, string][] = [
    ['is the instant itself when open', newYork, '2026-11-27T15:00:30.123Z', '2026-11-27T15:00:30.123Z'],
    ['is the instant itself when a window begins', newYork, '2026-11-27T14:00:00.000Z', '2026-11-27T14:00:00.000Z'],
    ['a window is over at its end', newYork, '2026-11-27T22:00:00.000Z', '2026-11-30T14:00:00.000Z'],
    ['a window lasts to the millisecond before', newYork, '2026-11-27T21:59:59.999Z', '2026-11-27T21:59:59.999Z'],
    ['waits for Monday', newYork, '2026-11-28T12:00:00.000Z', '2026-11-30T14:00:00.000Z'],
    [
      'several windows a day',
      hoursOf({ mon: ['13:00-17:00', '09:00-12:00'] }),
      '2026-11-30T17:00Z',
      '2026-11-30T18:00Z',
    ],
    ['a list of days', hoursOf({ 'mon,wed': ['09:00-10:00'] }), '2026-11-30T15:00Z', '2026-12-02T14:00Z'],
    ['a range over the end of the week', wrapping, '2026-11-27T10:00Z', '2026-11-28T09:00Z'],
    ['... holds its last day', wrapping, '2026-11-29T12:00Z', '2026-11-30T09:00Z'],
    ['... and no other', wrapping, '2026-11-30T12:00Z', '2026-12-05T09:00Z'],
    [
      'days in several keys have all their windows',
      hoursOf({ 'mon-fri': ['09:00-10:00'], MON: ['12:00-13:00'] }),
      '2026-11-30T15:00Z',
      '2026-11-30T17:00Z',
    ],
    ['over midnight: still open on Saturday', night, '2026-11-28T06:59:59.999Z', '2026-11-28T06:59:59.999Z'],
    ['over midnight: closed from its end on', night, '2026-11-28T07:00Z', '2026-12-05T03:00Z'],
    ['over midnight: it does not open before Friday', night, '2026-11-27T06:00Z', '2026-11-28T03:00Z'],
    ['until 00:00 is until 24:00', hoursOf({ fri: ['22:00-00:00'] }), '2026-11-28T05:00Z', '2026-12-05T03:00Z'],
    ['the whole day', hoursOf({ sat: ['00:00-24:00'] }), '2026-11-29T05:00Z', '2026-12-05T05:00Z'],
    [
      'the local date decides on a holiday',
      { ...newYork, holidays: ['2026-12-25'] },
      '2026-12-24T22:00Z',
      '2026-12-28T14:00Z',
    ],
  ];
  it.each(table)('%s', (_name, hours, at, expected) => {
    expect(opensAt(hours, at)).toBe(new Date(expected).toISOString());
  });

  it('leaves the hour after a holiday alone where the night before had begun on it', () => {
    const nights = hoursOf({ 'mon-sun': ['22:00-06:00'] }, { timezone: 'UTC', holidays: ['2026-12-25'] });
    expect(opensAt(nights, '2026-12-24T23:59:59.999Z')).toBe('2026-12-24T23:59:59.999Z');
    expect(opensAt(nights, '2026-12-25T00:00Z')).toBe('2026-12-26T22:00:00.000Z');
  });
});

describe('when the clock changes', () => {
  const early = hoursOf({ sun: ['02:30-04:00'] });
  const lordHowe = (window: string) => hoursOf({ sun: [window] }, { timezone: 'Australia/Lord_Howe' });
  const apia = (weekly: Weekly) => hoursOf(weekly, { timezone: 'Pacific/Apia' });
  const table: [string, BusinessHours, string, string][] = [
    ['nine is nine before New York goes forward', newYork, '2026-03-06T12:00Z', '2026-03-06T14:00Z'],
    ['nine is nine afterwards', newYork, '2026-03-07T12:00Z', '2026-03-09T13:00Z'],
    ['a start in the gap opens right after it', early, '2026-03-08T05:00Z', '2026-03-08T07:00Z'],
    [
      'a window within the gap waits a week',
      hoursOf({ sun: ['02:15-02:45'] }),
      '2026-03-08T05:00Z',
      '2026-03-15T06:15Z',
    ],
    [
      'a start that comes twice opens the first time',
      hoursOf({ sun: ['01:30-04:00'] }),
      '2026-11-01T04:00Z',
      '2026-11-01T05:30Z',
    ],
    [
      '... is closed where the clock went back',
      hoursOf({ sun: ['01:30-04:00'] }),
      '2026-11-01T06:00Z',
      '2026-11-01T06:30Z',
    ],
    [
      'an end that comes twice closes the first time',
      hoursOf({ sun: ['00:00-01:30'] }),
      '2026-11-01T05:30Z',
      '2026-11-01T06:00Z',
    ],
    ['... and again the second time', hoursOf({ sun: ['00:00-01:30'] }), '2026-11-01T06:30Z', '2026-11-08T05:00Z'],
    ['half an hour is missing on Lord Howe', lordHowe('02:15-03:00'), '2026-10-03T15:00Z', '2026-10-03T15:30Z'],
    ['half an hour comes twice on Lord Howe', lordHowe('01:45-01:50'), '2026-04-04T14:50Z', '2026-04-04T15:15Z'],
    ['Apia has no Friday', apia({ fri: ['09:00-17:00'] }), '2011-12-24T10:00Z', '2012-01-05T19:00Z'],
    [
      'its night after the missing Friday opens',
      apia({ fri: ['22:00-06:00'] }),
      '2011-12-30T09:00Z',
      '2011-12-30T10:00Z',
    ],
    ['Saturday follows Thursday', apia({ sat: ['00:00-24:00'] }), '2011-12-30T09:59Z', '2011-12-30T10:00Z'],
  ];
  it.each(table)('%s', (_name, hours, at, expected) => {
    expect(opensAt(hours, at)).toBe(new Date(expected).toISOString());
    expect(isOpen(hours, new Date(expected))).toBe(true);
    if (new Date(at) < new Date(expected)) expect(isOpen(hours, new Date(at))).toBe(false);
  });
});

describe('a calendar that does not open', () => {
  const holidaysFrom2026 = (days: number) =>
    Array.from({ length: days }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10));
  const closedFor = (days: number) => hoursOf({ 'mon-sun': ['00:00-24:00'] }, { holidays: holidaysFrom2026(days) });

  it('is searched for 366 days', () => {
    expect(opensAt(closedFor(365), '2026-01-01T05:00Z')).toBe('2027-01-01T05:00:00.000Z');
    const search = () => opensAt(closedFor(366), '2026-01-01T05:00Z');
    expect(search).toThrow(NoOpening);
    expect(search).toThrow('(America/New_York) do not open within 366 days after 2026-01-01T05:00Z');
    expect(search).toThrow(expect.objectContaining({ code: 'no_opening' }));
  });

  it('is refused at once when its zone is unknown', () => {
    const lost = hoursOf({ mon: ['09:00-17:00'] }, { timezone: 'Mars/Olympus' });
    expect(() => opensAt(lost, '2026-01-01T00:00Z')).toThrow('does not know the time zone Mars/Olympus');
    expect(() => isOpen(lost, new Date(0))).toThrow(RangeError);
  });
});
