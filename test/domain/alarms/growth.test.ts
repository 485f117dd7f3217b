import { describe, expect, it } from '@jest/globals';
import { hasGrown } from '../../../domain/alarms/growth.ts';

const requests = (numbers: string[], count = numbers.length, codes = ['sku_not_found']) => ({ count, numbers, codes });
const missed = (...jobs: string[]) => ({ missed: jobs.map((job) => ({ job, at: '2026-11-29T08:00:00.000Z' })) });

describe('an alarm has grown', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['by one more request', requests(['A']), requests(['A', 'B'])],
    ['by another one while one was settled', requests(['A', 'B']), requests(['B', 'C'])],
    ['by requests that it does not name', requests(['A'], 60), requests(['A'], 61)],
    ['by a reason', requests(['A']), requests(['A'], 1, ['out_of_stock', 'sku_not_found'])],
    ['by a job', missed('send'), missed('send', 'inventory')],
    ['by another job', missed('send'), missed('inventory')],
    ['by another refusal', { code: 'scope_missing', since: 'x' }, { code: 'credential_refused', since: 'x' }],
    ['by a kind of event', { kinds: ['orders'] }, { kinds: ['orders', 'stock'] }],
  ])('%s', (_how, before, now) => {
    expect(hasGrown(before, now)).toBe(true);
  });
});

describe('an alarm has not grown', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['where nothing changed', requests(['A', 'B']), requests(['B', 'A'])],
    ['where a request was settled', requests(['A', 'B'], 2, ['x', 'y']), requests(['B'], 1, ['y'])],
    ['where another one of many moves up to be named', requests(['A', 'B'], 3), requests(['B', 'C'], 2)],
    ['where a job missed its next turn too', missed('send'), { missed: [{ job: 'send', at: 'later' }] }],
    ['where only time went by', { ageHours: 5, since: 'x' }, { ageHours: 6, since: 'x' }],
    ['where an older version said less of it', {}, { code: 'scope_missing', since: 'x' }],
  ])('%s', (_how, before, now) => {
    expect(hasGrown(before, now)).toBe(false);
  });
});
