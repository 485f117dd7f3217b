import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideLook } from '../../../domain/fulfillment/looks.ts';
import type { LookRules, LookedFor } from '../../../domain/fulfillment/looks.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const start = Date.parse('2026-11-23T14:00:00Z');
const at = (ms: number) => new Date(start + ms);
const rules: LookRules = { firstLookSeconds: 30, resendAfterSeconds: 180, giveUpMinutes: 15 };

/** An attempt that began and ended at the start. */
function attemptOf(fields: Partial<LookedFor> = {}): LookedFor {
  const begun = { endedAt: at(0), sendingSince: at(0), postEndsAt: at(30 * SECOND) };
  return { ...begun, looks: 0, lookedAt: at(0), quietMs: 0, isParked: false, ...fields };
}

const cases: [string, Partial<LookedFor>, number, string, number][] = [
  ['the first look', {}, 30 * SECOND, 'look again', 30 * SECOND],
  ['a later look', { looks: 1, lookedAt: at(30 * SECOND), quietMs: 30 * SECOND }, MINUTE, 'look again', 45 * SECOND],
  ['the first look after silence', { lookedAt: null, quietMs: 170 * SECOND }, 5 * MINUTE, 'look again', 10 * SECOND],
  ['silence, however long', { lookedAt: null }, 14 * MINUTE, 'look again', 30 * SECOND],
  ['enough quiet', {}, 180 * SECOND, 'post again', 0],
  ['a millisecond too little', {}, 180 * SECOND - 1, 'look again', 500],
  ['a POST that may still run', { postEndsAt: at(200 * SECOND) }, 190 * SECOND, 'look again', 10 * SECOND],
  ['an old attempt', {}, 15 * MINUTE, 'hand over', 0],
  ['an attempt that a person has already', { isParked: true, quietMs: 60 * MINUTE }, 5 * MINUTE, 'hand over', 0],
];

it.each(cases)('%s', (_name, fields, nowMs, then, nextLookMs) => {
  const decided = decideLook(attemptOf(fields), rules, at(nowMs));
  expect(decided.then).toBe(then);
  expect(decided.nextLookMs).toBeCloseTo(nextLookMs, 6);
});

const anyRules = fc.record({
  firstLookSeconds: fc.double({ min: 0.01, max: 300, noNaN: true }),
  resendAfterSeconds: fc.double({ min: 0.01, max: 3600, noNaN: true }),
  giveUpMinutes: fc.double({ min: 0.01, max: 120, noNaN: true }),
});

describe('whatever the settings, and whenever the store can be asked', () => {
  const steps = fc.array(fc.record({ late: fc.nat(90 * SECOND), isAnswered: fc.boolean() }), { maxLength: 60 });

  it('it is posted again only after quiet for as long as they say, and never after it was given up', () => {
    fc.assert(
      fc.property(anyRules, steps, fc.nat(60 * SECOND), (given, story, postEndsMs) => {
        let attempt = attemptOf({ postEndsAt: at(postEndsMs) });
        let [now, quiet, since] = [0, 0, 0 as number | null];
        for (const { late, isAnswered } of story) {
          now += late;
          if (!isAnswered) {
            // What a failed look leaves: the clock stands.
            attempt = { ...attempt, lookedAt: null };
            since = null;
            continue;
          }
          quiet += since === null ? 0 : now - since;
          since = now;
          const decided = decideLook(attempt, given, at(now));
          expect(decided.quietMs).toBe(quiet);
          if (decided.then === 'post again') {
            expect(quiet).toBeGreaterThanOrEqual(given.resendAfterSeconds * SECOND);
            expect(now).toBeGreaterThanOrEqual(postEndsMs);
            expect(now).toBeLessThan(given.giveUpMinutes * MINUTE);
            return;
          }
          if (decided.then === 'hand over') return expect(now).toBeGreaterThanOrEqual(given.giveUpMinutes * MINUTE);
          expect(decided.nextLookMs).toBeGreaterThanOrEqual(500);
          expect(decided.nextLookMs).toBeLessThanOrEqual(MINUTE);
          attempt = { ...attempt, lookedAt: at(now), quietMs: decided.quietMs, looks: attempt.looks + 1 };
        }
      }),
    );
  });

  it('looks that are answered come to an end in time', () => {
    fc.assert(
      fc.property(anyRules, (given) => {
        let attempt = attemptOf();
        for (let now = given.firstLookSeconds * SECOND; ;) {
          const { then, nextLookMs, quietMs } = decideLook(attempt, given, at(now));
          const latest = Math.max(given.giveUpMinutes * MINUTE, given.firstLookSeconds * SECOND) + SECOND;
          expect(now).toBeLessThanOrEqual(latest);
          if (then !== 'look again') return;
          attempt = { ...attempt, lookedAt: at(now), quietMs, looks: attempt.looks + 1 };
          now += nextLookMs;
        }
      }),
    );
  });
});
