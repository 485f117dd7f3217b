import { describe, expect, it } from '@jest/globals';
import { readRetention, retentionDefaults } from '../../domain/retention.ts';

describe('for how long what has ended is kept', () => {
  it.each([
    ['', {}],
    ['runs=120', { runs: 120 }],
    [' runs = 7 , notifications=3,', { runs: 7, findings: 7, notifications: 3 }],
    ['findings=400', { findings: 90 }],
    ['alarms=36500', { alarms: 36_500 }],
  ])('is by %j what it says, and for the rest the default', (text, kept) => {
    expect(readRetention(text)).toEqual({ ...retentionDefaults, ...kept });
  });

  it.each([
    'runs',
    'runs=',
    'runs=0',
    'runs=-1',
    'runs=1.5',
    'runs=36501',
    'orders=3',
    'runs=3;alarms=3',
    'toString=3',
  ])('is not said by %s', (text) => {
    expect(readRetention(text)).toMatch(/^must be whole days .*kinds are runs, findings, notifications, alarms$/);
  });
});
