import { describe, expect, it } from '@jest/globals';
import { isTooRare, lastRunFor, nextCheck } from '../../../domain/shipments/schedule.ts';
import { nextRunAt } from '../../../domain/source/schedule.ts';
import type { ScheduleSettings } from '../../../domain/source/schedule.ts';

const now = new Date('2026-03-01T00:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const DAY = 1440;

describe('the next look at a request', () => {
  it('comes at widening intervals, then every 11 hours, for as long as anything is open', () => {
    for (const shipping of ['open', 'partially_shipped'] as const) {
      let [step, at] = [0, now];
      const minutes = Array.from({ length: 12 }, () => {
        const next = nextCheck({ step, now: at, shipping, shippedAt: null, recheckDays: 14, lastRunAt: null });
        const waited = (next.at!.getTime() - at.getTime()) / 60_000;
        [step, at] = [next.step, next.at!];
        return waited;
      });
      expect(minutes).toEqual([2, 5, 10, 20, 40, 80, 180, 360, 660, 660, 660, 660]);
    }
  });

  it.each([-1, 99])('is not put off by a step of %d', (step) => {
    const { at } = nextCheck({ step, now, shipping: 'open', shippedAt: null, recheckDays: 14, lastRunAt: null });
    expect(at!.getTime() - now.getTime()).toBeLessThanOrEqual(660 * 60_000);
  });

  it.each([
    ['every 11 hours after it has shipped', 0, 14, 660],
    ['when the days of rechecking end', 13.75 * DAY, 14, 360],
    ['never once they are over', 14 * DAY, 14, null],
    ['never without rechecking', 0, 0, null],
  ])('comes %s', (_name, shippedAgo, recheckDays, minutes) => {
    const shippedAt = later(-shippedAgo);
    const { at, step } = nextCheck({ step: 3, now, shipping: 'shipped', shippedAt, recheckDays, lastRunAt: null });
    expect(at).toEqual(minutes === null ? null : later(minutes));
    expect(step).toBe(3);
  });

  it('counts from now where nobody knows when it shipped', () => {
    expect(
      nextCheck({ step: 0, now, shipping: 'shipped', shippedAt: null, recheckDays: 1, lastRunAt: null }).at,
    ).toEqual(later(660));
  });
});

describe('a request that is open', () => {
  const cron = (text: string, timezone = 'UTC') => ({ cron: text, timezone });

  /** The longest time between two looks in three weeks, when each run comes to it so many minutes after its start. */
  function longestHours(schedule: ScheduleSettings, takes: number): number {
    let [step, asked, due, longest] = [0, now, now, 0];
    for (let run = now; run < later(21 * DAY); run = nextRunAt(schedule, run)!) {
      if (run < due) continue;
      const at = new Date(run.getTime() + takes * 60_000);
      longest = Math.max(longest, at.getTime() - asked.getTime());
      const lastRunAt = lastRunFor(schedule, at);
      const next = nextCheck({ step, now: at, shipping: 'open', shippedAt: null, recheckDays: 14, lastRunAt });
      [step, asked, due] = [next.step, at, next.at!];
    }
    return longest / 3_600_000;
  }

  it.each<[string, ScheduleSettings]>([
    ['every: 15m', { every: '15m' }],
    ['every: 1h', { every: '1h' }],
    ['every: 5h', { every: '5h' }],
    ['every: 6h', { every: '6h' }],
    ['every: 11h', { every: '11h' }],
    ['a cron of three a day', cron('0 1,12,18 * * 0-6')],
    ['working hours and two in the night', cron('0 8-16,22,2 * * *', 'America/New_York')],
  ])('is asked for within 12 hours with %s, and nobody is warned', (_name, schedule) => {
    for (const takes of [0, 5, 29]) expect([takes, longestHours(schedule, takes) <= 12]).toEqual([takes, true]);
    expect(isTooRare(schedule, now)).toBe(false);
  });

  it.each<[string, ScheduleSettings, number]>([
    ['every: 12h', { every: '12h' }, 12.1],
    ['every: 1d', { every: '1d' }, 24.1],
    ['working days', cron('*/30 8-16 * * mon-fri'), 63.6],
  ])('is asked for by each run that is rarer (%s), of which a warning tells', (_name, schedule, most) => {
    expect(longestHours(schedule, 5)).toBeLessThanOrEqual(most);
    expect(isTooRare(schedule, now)).toBe(true);
  });

  it.each([
    ['whose next run is years away', '0 3 29 2 *'],
    ['that leaves out a month', '0 * * 1-11 *'],
    ['that leaves out a day of the month', '0 * 1-30 * *'],
  ])('is warned of with a cron %s', (_name, text) => {
    expect(isTooRare(cron(text), now)).toBe(true);
  });

  it('is not asked for again by the run that is under way', () => {
    const schedule = cron('0 0 * * mon');
    const at = new Date('2026-03-01T23:59:50Z');
    const input = { step: 3, now: at, shipping: 'open' as const, shippedAt: null, recheckDays: 14 };
    const next = nextCheck({ ...input, lastRunAt: lastRunFor(schedule, at) });
    expect(next.at!.getTime() - at.getTime()).toBe(120_000);
  });
});
