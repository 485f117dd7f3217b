import { describe, expect, it } from '@jest/globals';
import { buildProgram } from '../../client/cli/program.ts';
import { days, instant, instantOrAge, positiveInteger, wholeNumber } from '../../client/cli/commands/options.ts';

describe('an instant of an option', () => {
  it.each([
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T14:00', '2026-11-23T14:00:00.000Z'],
    ['2026-11-23T14:00:05.5Z', '2026-11-23T14:00:05.500Z'],
    ['2026-11-23T00:30+02:00', '2026-11-22T22:30:00.000Z'],
    ['2028-02-29T14:00-0500', '2028-02-29T19:00:00.000Z'],
  ])('may be %s', (text, expected) => {
    expect(instant(text).toISOString()).toBe(expected);
  });

  it.each([
    '2027-02-30',
    '2027-02-29T10:00Z',
    '2026-13-01',
    '2026-11-23T25:00Z',
    '5',
    '2026',
    'tomorrow',
    '',
    '11/23/2026',
  ])('is not %j', (text) => {
    expect(() => instant(text)).toThrow('Give an instant like');
  });
});

it('an age may be given in its place', () => {
  const ageMs = Date.now() - instantOrAge('2h').getTime();
  expect(Math.round(ageMs / 60_000)).toBe(120);
  expect(instantOrAge('2026-11-23')).toEqual(instant('2026-11-23'));
  for (const text of ['2x', 'foo', '9999999999d'])
    expect(() => instantOrAge(text)).toThrow(
      'Give an instant like 2026-11-23T14:00Z, or how long ago it was, like 2h.',
    );
});

describe('a number of an option', () => {
  it('has an end, and the complaint tells it', () => {
    expect([positiveInteger('999999999'), wholeNumber('0'), days('3650')]).toEqual([999_999_999, 0, 3650]);
    expect(() => positiveInteger('1000000000')).toThrow('to 999999999');
    expect(() => wholeNumber('9007199254740993')).toThrow('15 digits');
    for (const text of ['0', '3651', '1e3', '-1']) expect(() => days(text)).toThrow('from 1 to 3650');
  });
});

it.each([
  [['fr', 'export', '']],
  [['fr', 'show', ' ']],
  [['fr', 'release', 'FR-1', '']],
  [['order', 'show', '']],
  [['shipments', 'sync', 'acme', '--fr', '']],
  [['shipments', 'list', '--fr', '']],
  [['mapping', 'test', 'acme', '--fr', '']],
])('an empty number is wrong usage: %j', async (args) => {
  await expect(buildProgram().parseAsync(args, { from: 'user' })).rejects.toMatchObject({
    ...{ code: 'commander.invalidArgument', message: expect.stringContaining('It is empty.') },
  });
});

it.each(['', ' '])('an empty address is not taken for every network: %j', async (host) => {
  await expect(buildProgram().parseAsync(['serve', '--host', host], { from: 'user' })).rejects.toMatchObject({
    ...{ code: 'commander.invalidArgument', message: expect.stringContaining("'--host <address>'") },
  });
});

it.each(['--json', '--json=lines'])('an export is CSV or %s, not both', async (json) => {
  const parsing = buildProgram().parseAsync(['inventory', 'export', 'acme', '--csv', json], { from: 'user' });
  await expect(parsing).rejects.toMatchObject({
    ...{ code: 'commander.conflictingOption', exitCode: 1 },
    message: expect.stringContaining("'--csv' cannot be used with option '--json [format]'"),
  });
});
