import { describe, expect, it } from '@jest/globals';
import { readCommandLine } from '../../simulator/options.ts';

describe('the command line', () => {
  it('starts a shop of 2,000 products without a limit when nothing is said', () => {
    expect(readCommandLine([])).toEqual({
      port: 0,
      simulator: {
        size: { preset: 'shop', products: 2000, variants: 3, seed: 1 },
        quota: { limit: null, windowMs: 30_000, headers: true },
      },
    });
  });

  it('takes port, catalogue, quota and files', () => {
    const args =
      '--port 8080 --preset bulk --products 9 --variants 2 --seed 4 --quota 450/1000 --log l --state s'.split(' ');
    expect(readCommandLine(args)).toEqual({
      port: 8080,
      simulator: {
        size: { preset: 'bulk', products: 9, variants: 2, seed: 4 },
        quota: { limit: 450, windowMs: 1000, headers: true },
        logFile: 'l',
        stateFile: 's',
      },
    });
  });

  it('knows the quota of the Standard plan', () => {
    expect(readCommandLine(['--quota', 'standard'])).toMatchObject({
      simulator: { quota: { limit: 150, windowMs: 30_000 } },
    });
  });

  it('names every option that cannot be used', () => {
    const args = '--port 99999 --preset big --products many --variants 0 --seed -1 --quota 5'.split(' ');
    const { problems } = readCommandLine(args.map((arg) => (arg === '-1' ? '1.5' : arg))) as { problems: string[] };
    expect(problems).toHaveLength(6);
    for (const name of ['port', 'preset', 'products', 'variants', 'seed', 'quota']) {
      expect(problems.join('\n')).toContain(`--${name} must be`);
    }
  });

  it('refuses options that it does not know', () => {
    expect(readCommandLine(['--colour', 'red'])).toEqual({ problems: [expect.stringContaining('--colour')] });
  });
});
