import { describe, expect, it } from '@jest/globals';
import { nextRunAt, previousRunAt } from '../../../domain/source/schedule.ts';

/** Every run in a span of UTC, looked for from one to the next, in both directions. */
function runs(cron: string, timezone: string, from: string, to: string) {
  const schedule = { cron, timezone };
  const [begins, ends] = [new Date(`${from}Z`), new Date(`${to}Z`)];
  const onwards: Date[] = [];
  for (let at = nextRunAt(schedule, before(begins)); at && at < ends; at = nextRunAt(schedule, at)) onwards.push(at);
  const back: Date[] = [];
  const previous = (at: Date) => previousRunAt(schedule, before(at));
  for (let at = previous(ends); at && at >= begins; at = previous(at)) back.unshift(at);
  expect(back).toEqual(onwards);
  return onwards.map((at) => at.toISOString().slice(0, 16));
}

const before = (at: Date) => new Date(at.getTime() - 1);
const NEW_YORK = 'America/New_York';

describe('the runs of a cron expression', () => {
  it('leave out a time that the clocks skip', () => {
    expect(runs('0 2 * * *', NEW_YORK, '2027-03-12T12:00', '2027-03-16T12:00')).toEqual([
      ...['2027-03-13T07:00', '2027-03-15T06:00', '2027-03-16T06:00'],
    ]);
    expect(runs('0 */2 * * *', NEW_YORK, '2027-03-14T04:00', '2027-03-14T11:00')).toEqual([
      ...['2027-03-14T05:00', '2027-03-14T08:00', '2027-03-14T10:00'],
    ]);
  });

  it('come twice in an hour that the clocks show twice, as Temporal takes it', () => {
    expect(runs('30 1 * * *', NEW_YORK, '2027-11-06T12:00', '2027-11-09T00:00')).toEqual([
      ...['2027-11-07T05:30', '2027-11-07T06:30', '2027-11-08T06:30'],
    ]);
    // The clocks show 01:30 and 02:30.
    expect(runs('30 1 * * *', 'Europe/Berlin', '2027-10-30T12:00', '2027-11-01T12:00')).toEqual([
      ...['2027-10-30T23:30', '2027-10-31T00:30', '2027-11-01T00:30'],
    ]);
  });

  it('meet both days, of the month and of the week, where both are given', () => {
    expect(runs('0 0 13 * 5', 'UTC', '2026-01-01T00:00', '2027-12-01T00:00')).toEqual([
      ...['2026-02-13T00:00', '2026-03-13T00:00', '2026-11-13T00:00', '2027-08-13T00:00'],
    ]);
    expect(runs('0 0 */10 jan 7', 'UTC', '2026-01-01T00:00', '2028-01-01T00:00')).toEqual([
      ...['2026-01-11T00:00', '2027-01-31T00:00'],
    ]);
  });

  it('may be many years away, or none', () => {
    const now = new Date('2027-01-01');
    const leapMonday = { cron: '0 0 29 2 1', timezone: 'UTC' };
    expect(nextRunAt(leapMonday, now)).toEqual(new Date('2044-02-29'));
    expect(previousRunAt(leapMonday, now)).toEqual(new Date('2016-02-29'));
    expect(nextRunAt({ cron: '0 0 1 1 *', timezone: NEW_YORK }, now)).toEqual(new Date('2027-01-01T05:00Z'));
    const never = { cron: '0 0 31 2,4 1', timezone: NEW_YORK };
    expect([nextRunAt(never, now), previousRunAt(never, now)]).toEqual([null, null]);
  });

  const zones = [NEW_YORK, 'Europe/Berlin', 'Europe/London', 'Australia/Lord_Howe', 'America/Santiago', 'UTC'];
  const days = ['2027-03-13', '2027-03-27', '2027-04-03', '2027-09-04', '2027-10-02', '2027-10-30', '2027-11-06'];
  it.each(zones)('in %s are the same looked for backwards', (zone) => {
    for (const day of days) {
      for (const cron of ['*/20 * * * *', '30 1-2 * * *', '0 0 * * 0'])
        runs(cron, zone, `${day}T12:00`, new Date(Date.parse(`${day}T12:00Z`) + 86_400_000).toISOString().slice(0, 16));
    }
  });

  it('are looked for from within a minute', () => {
    const hourly = { cron: '0 * * * *', timezone: 'UTC' };
    const at = (time: string) => new Date(`2027-01-01T${time}Z`);
    expect(nextRunAt(hourly, at('08:59:59.999'))).toEqual(at('09:00:00'));
    expect(nextRunAt(hourly, at('09:00:00'))).toEqual(at('10:00:00'));
    expect(nextRunAt(hourly, at('09:00:00.001'))).toEqual(at('10:00:00'));
    expect(previousRunAt(hourly, at('09:00:00'))).toEqual(at('09:00:00'));
    expect(previousRunAt(hourly, at('08:59:59.999'))).toEqual(at('08:00:00'));
  });
});
