import { expect, it } from '@jest/globals';
import { underFire } from './fire/under-fire.ts';
import type { Fire } from './fire/under-fire.ts';

/** A seed of one's own, and a small form for whoever looks for a mistake: `FIRE=small`. */
const seed = Number(process.env['FIRE_SEED'] ?? 1);
const SIZES: Record<string, Fire> = {
  small: { seed, shops: 2, requests: 10, kills: 8, everyMs: 6_000 },
  whole: { seed, shops: 10, requests: 50, kills: 60, everyMs: 6_000 },
};

it('500 requests, imports and shipments come out right while everything is killed, frozen and cut off', async () => {
  expect(await underFire(SIZES[process.env['FIRE'] ?? 'whole']!)).toEqual([]);
}, 3_600_000);
