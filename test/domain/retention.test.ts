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
    ['runs', 'runs'],
    ['runs=', 'runs'],
    ['runs=0', 'runs'],
    ['runs=-1', 'runs'],
    ['runs=1.5', 'runs'],
    ['runs=36501', 'runs'],
    ['orders=3', 'part 1, of no such kind'],
    ['=3', 'part 1, of no such kind'],
    ['runs=3;alarms=3', 'runs'],
    ['toString=3', 'part 1, of no such kind'],
    ['runs=1,runs=2', 'runs, more than once'],
    ['runs=0,findings=x,bar=2', 'runs; findings; part 3, of no such kind'],
  ])('is not said by %s, and every wrong part is named', (text, wrong) => {
    const rule = 'must be whole days from 1 to 36500 such as runs=90,findings=30';
    const kinds = 'kinds are runs, findings, notifications, alarms';
    expect(readRetention(text)).toBe(`${rule}; ${kinds}. Wrong: ${wrong}`);
  });
});
