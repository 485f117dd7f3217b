import { expect, it } from '@jest/globals';
import { GROUPS, planOf, told } from './fire/plan.ts';
import type { Deed } from './fire/plan.ts';

const KILLS = 60;
const seeds = Array.from({ length: 50 }, (_, index) => index + 1);
const killed = (plan: readonly Deed[], ...victims: string[]) =>
  plan.filter((deed) => deed.do === 'kill' && victims.includes(deed.victim)).length;

it('the same seed plans the same deeds, another others', () => {
  expect(planOf(7, KILLS, 2_000)).toEqual(planOf(7, KILLS, 2_000));
  expect(planOf(8, KILLS, 2_000)).not.toEqual(planOf(7, KILLS, 2_000));
});

it('each plan kills so often, each part at least ten times, with pauses and troubles of every way between', () => {
  const all = seeds.map((seed) => planOf(seed, KILLS, 2_000));
  for (const plan of all) {
    expect(plan.filter((deed) => deed.do === 'kill')).toHaveLength(KILLS);
    const parts = [['worker-1', 'worker-2'], ['front', 'back'], ['postgres'], ['simulator'], ['serve']];
    expect(Object.values(GROUPS)).toEqual(parts);
    for (const part of parts) expect(killed(plan, ...part)).toBeGreaterThanOrEqual(10);
    expect(plan.filter((deed) => deed.do === 'freeze').length).toBeGreaterThan(5);
  }
  const deeds = new Set(all.flat().map((deed) => told(deed).replace(/ for \d+ ms$/, '')));
  for (const how of ['reset', 'delay', 'cut'])
    for (const link of ['postgres', 'temporal', 'store']) expect(deeds).toContain(`${how} the way to ${link}`);
});

it('a small plan kills each part too, and has a pause and every kind of trouble', () => {
  for (const plan of seeds.map((seed) => planOf(seed, 8, 2_000))) {
    expect(plan.filter((deed) => deed.do === 'kill')).toHaveLength(8);
    for (const part of Object.values(GROUPS)) expect(killed(plan, ...part)).toBeGreaterThanOrEqual(1);
    expect(new Set(plan.map((deed) => deed.do))).toEqual(new Set(['kill', 'freeze', 'reset', 'delay', 'cut']));
  }
});
