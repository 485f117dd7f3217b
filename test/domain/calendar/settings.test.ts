import { describe, expect, it } from '@jest/globals';
import { businessHoursSchema } from '../../../domain/source/fulfillment.ts';
import { readSourceFile } from '../../../domain/source/read.ts';

function problemsOf(hours: Record<string, unknown>) {
  const result = businessHoursSchema.safeParse({ timezone: 'America/New_York', ...hours });
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** The Mondays from some days before today on, without the one of `exceptWeek`. */
function mondays(count: number, exceptWeek = -1): string[] {
  const today = new Date();
  const sinceMonday = (today.getUTCDay() + 6) % 7;
  const dateOf = (week: number) =>
    new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() - sinceMonday - 7 + 7 * week));
  const weeks = Array.from({ length: count }, (_, week) => week).filter((week) => week !== exceptWeek);
  return weeks.map((week) => dateOf(week).toISOString().slice(0, 10));
}

describe('business hours in the settings', () => {
  const accepted: Record<string, string[]>[] = [
    { mon: ['00:00-24:00'] },
    { 'mon-fri': ['09:00-12:00', '13:00-17:00'], 'mon,sat': ['18:00-19:00'] },
    { 'sat-mon': ['22:00-06:00'], 'TUE, wed': [] },
    { fri: ['22:00-00:00'] },
  ];
  it.each(accepted)('may be %j', (weekly) => {
    expect(problemsOf({ weekly, holidays: ['2028-02-29'] })).toEqual([]);
  });

  const windows: [string, string][] = [
    ['9-17', 'did you mean "09:00-17:00"?'],
    ['9:00 - 17:30', 'did you mean "09:00-17:30"?'],
    ['900-1730', 'did you mean "09:00-17:30"?'],
    ['9am-5pm', 'write a window as "09:00-17:00"'],
    ['9-25', 'write a window as "09:00-17:00"'],
    ['09:00-17:00-18:00', 'write a window as "09:00-17:00"'],
    ['', 'write a window as "09:00-17:00"'],
    ['24:00-09:00', '24:00 is only an end'],
    ['24:00-24:00', '24:00 is only an end'],
    ['09:00-09:00', 'the whole day is "00:00-24:00"'],
    ['24:30-25:00', 'write a window as "09:00-17:00"'],
  ];
  it.each(windows)('refuse the window %j', (text, reason) => {
    expect(problemsOf({ weekly: { 'mon-fri': ['09:00-12:00', text] } })).toEqual([
      expect.stringMatching(/^weekly\.mon-fri\.1: /),
    ]);
    expect(problemsOf({ weekly: { mon: [text] } })[0]).toContain(reason);
  });

  it.each(['monday', 'mon-', 'mon-wed-fri', '', 'mon,', 'mon fri', '1-5'])('refuse the days %j', (key) => {
    expect(problemsOf({ weekly: { [key]: ['09:00-17:00'] } })).toEqual([
      `weekly.${key}: write days as mon, mon-fri or mon,wed`,
    ]);
  });

  it('refuse what never opens, where it is written', () => {
    const neverOpen = 'weekly: these hours never open: give at least one window';
    expect(problemsOf({ weekly: {} })).toEqual([neverOpen]);
    expect(problemsOf({ weekly: { 'mon-fri': [], sat: [] } })).toEqual([neverOpen]);
    expect(problemsOf({ weekly: { mon: ['09:00-17:00'] }, holidays: mondays(60) })).toEqual([
      'holidays: these hours never open: the holidays cover every window of the next 366 days',
    ]);
    expect(problemsOf({ weekly: { mon: ['09:00-17:00'] }, holidays: mondays(60, 50) })).toEqual([]);
  });

  it('tell all that is wrong at once', () => {
    const weekly = { mon: ['9-17'] };
    expect(problemsOf({ weekly, timezone: 'Mars/Olympus', holidays: ['2026-02-30'] })).toEqual([
      expect.stringMatching(/^timezone: /),
      expect.stringMatching(/^weekly\.mon\.0: /),
      expect.stringMatching(/^holidays\.0: write a holiday/),
    ]);
  });

  it('are told with line and column of the file', () => {
    const file = `name: a
connection: { type: oauth }
fulfillment:
  businessHours:
    timezone: UTC
    weekly:
      weekdays: ["09:00-17:00"]
`;
    expect(readSourceFile(file, {})).toMatchObject({
      problems: [
        { line: 7, column: 7, path: 'fulfillment.businessHours.weekly.weekdays', reason: /^write days as/ },
      ].map(({ reason, ...place }) => ({ ...place, reason: expect.stringMatching(reason) as unknown })),
    });
  });
});
