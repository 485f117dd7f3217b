import { describe, expect, it } from '@jest/globals';
import { nextCheck } from '../../../domain/shipments/schedule.ts';

const now = new Date('2026-03-01T00:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const DAY = 1440;

describe('the next look at a request', () => {
  it('comes at widening intervals, then every 11 hours, for as long as anything is open', () => {
    for (const shipping of ['open', 'partially_shipped'] as const) {
      let [step, at] = [0, now];
      const minutes = Array.from({ length: 12 }, () => {
        const next = nextCheck({ step, now: at, shipping, shippedAt: null, recheckDays: 14 });
        const waited = (next.at!.getTime() - at.getTime()) / 60_000;
        [step, at] = [next.step, next.at!];
        return waited;
      });
      expect(minutes).toEqual([2, 5, 10, 20, 40, 80, 180, 360, 660, 660, 660, 660]);
    }
  });

  it.each([-1, 99])('is not put off by a step of %d', (step) => {
    const { at } = nextCheck({ step, now, shipping: 'open', shippedAt: null, recheckDays: 14 });
    expect(at!.getTime() - now.getTime()).toBeLessThanOrEqual(660 * 60_000);
  });

  it.each([
    ['every 11 hours after it has shipped', 0, 14, 660],
    ['when the days of rechecking end', 13.75 * DAY, 14, 360],
    ['never once they are over', 14 * DAY, 14, null],
    ['never without rechecking', 0, 0, null],
  ])('comes %s', (_name, shippedAgo, recheckDays, minutes) => {
    const shippedAt = later(-shippedAgo);
    const { at, step } = nextCheck({ step: 3, now, shipping: 'shipped', shippedAt, recheckDays });
    expect(at).toEqual(minutes === null ? null : later(minutes));
    expect(step).toBe(3);
  });

  it('counts from now where nobody knows when it shipped', () => {
    expect(nextCheck({ step: 0, now, shipping: 'shipped', shippedAt: null, recheckDays: 1 }).at).toEqual(later(660));
  });
});
