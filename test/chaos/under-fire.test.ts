import { expect, it } from '@jest/globals';
import { GROUP_NAMES } from './fire/plan.ts';
import { underFire } from './fire/under-fire.ts';
import type { Fire } from './fire/under-fire.ts';

/** A seed of one's own, and a small form for whoever looks for a mistake: `FIRE=small`. */
const seed = Number(process.env['FIRE_SEED'] ?? 1);
/** Of each group at least so many have to die. */
type Size = Fire & { each: number };
const SIZES: Record<string, Size> = {
  small: { seed, shops: 2, requests: 10, kills: 8, each: 1, everyMs: 6_000 },
  whole: { seed, shops: 10, requests: 50, kills: 60, each: 10, everyMs: 6_000 },
};

it('500 requests, imports and shipments come out right while everything is killed, frozen and cut off', async () => {
  const size = SIZES[process.env['FIRE'] ?? 'whole']!;
  const { broken, hits, underFire: seen } = await underFire(size);
  expect(broken).toEqual([]);
  // It did burn, and there was something to burn.
  const kills = GROUP_NAMES.map((group) => hits.kills[group]);
  expect(Math.min(...kills)).toBeGreaterThanOrEqual(size.each);
  expect(kills.reduce((sum, each) => sum + each, 0)).toBe(size.kills);
  for (const count of [hits.freezes, ...Object.values(hits.troubles), ...Object.values(seen)])
    expect(count).toBeGreaterThan(0);
}, 3_600_000);
