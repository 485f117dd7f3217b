import { describe, expect, test } from '@jest/globals';
import { Big } from 'big.js';
import fc from 'fast-check';
import type { Line, OrderDocument } from '../../../domain/fulfillment/document.ts';
import { routeOrder } from '../../../domain/fulfillment/routing.ts';
import type { Candidate } from '../../../domain/fulfillment/routing-rules.ts';
import { makeCandidate, makeOrder } from './routing-builders.ts';

const BRANDS = ['Red', 'Blue'];

const item = fc.record({
  available: fc.integer({ min: -1, max: 9 }),
  price: fc.constantFrom(null, '1', '2.5', '4'),
  brand: fc.constantFrom(null, ...BRANDS),
  categories: fc.constantFrom<string[]>([], ['Top'], ['Top', 'Below']),
  archived: fc.integer({ min: 1, max: 10 }).map((value) => value === 7),
});
const rules = fc.record({
  priority: fc.integer({ min: 1, max: 3 }),
  minimumOrderTotal: fc.constantFrom(0, 0, 3, 6.5, 12),
  minimumQuantity: fc.constantFrom(0, 0, 2, 4),
  split: fc.constantFrom(true, true, true, false),
  brands: fc.constantFrom({}, {}, {}, { include: ['red'] }, { exclude: ['BLUE'] }),
  categories: fc.constantFrom({}, {}, {}, { include: ['below', 'TOP'] }, { exclude: ['Below'] }),
  countries: fc.constantFrom<string[]>([], [], [], ['US'], ['CA']),
});
const source = fc.tuple(rules, fc.record({ A: item, B: item, C: item }, { requiredKeys: [] }));
const sources = fc
  .array(source, { maxLength: 4 })
  .map((list) => list.map(([given, items], index) => makeCandidate(`s${index}`, items, given)));
const line = fc.tuple(
  fc.constantFrom('A', 'B', 'C'),
  fc.integer({ min: 1, max: 4 }),
  fc.constantFrom(undefined, undefined, '1.5', '3'),
);
const order = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => makeOrder(lines));

/** The rules once more, written as plainly as can be and without what routing uses. */
function mayShip(candidate: Candidate, lines: readonly Line[], isPart: boolean): boolean {
  const { rules: rule, items } = candidate;
  const wanted: Record<string, number> = {};
  let quantity = 0;
  let total = new Big(0);
  for (const { sku, quantity: count, unitPrice } of lines) {
    const found = items.get(sku);
    if (!found || found.archived) return false;
    wanted[sku] = (wanted[sku] ?? 0) + count;
    if (wanted[sku] > found.available) return false;
    quantity += count;
    total = total.plus(new Big(unitPrice ?? found.price ?? 0).times(count));
    const has = (list: string[], names: readonly string[]) =>
      names.some((name) => list.some((other) => other.toUpperCase() === name.toUpperCase()));
    for (const [list, names] of [
      [rule.brands, found.brand === null ? [] : [found.brand]],
      [rule.categories, found.categories],
    ] as const) {
      if (list.include.length > 0 && !has(list.include, names)) return false;
      if (has(list.exclude, names)) return false;
    }
  }
  if (isPart && !rule.split) return false;
  if (rule.countries.length > 0 && !rule.countries.includes('US')) return false;
  return lines.length > 0 && quantity >= rule.minimumQuantity && total.gte(rule.minimumOrderTotal);
}

/** The least number of sources that can ship the order, by trying every way there is; null when there is none. */
function bruteForce(given: OrderDocument, candidates: readonly Candidate[]): number | null {
  const { lines } = given;
  let fewest: number | null = null;
  const ways = candidates.length ** lines.length;
  for (let way = 0; way < ways; way++) {
    const takers = lines.map((_, index) => Math.floor(way / candidates.length ** index) % candidates.length);
    const used = [...new Set(takers)];
    const isPart = used.length > 1;
    const parts = used.map((taker) => lines.filter((_, index) => takers[index] === taker));
    if (!used.every((taker, index) => mayShip(candidates[taker]!, parts[index]!, isPart))) continue;
    fewest = Math.min(fewest ?? used.length, used.length);
  }
  return fewest;
}

describe('routing', () => {
  test('covers every line once, takes no more than there is and breaks no rule; brute force finds no better way', () => {
    const seen = { whole: 0, split: 0, not: 0 };
    fc.assert(
      fc.property(order, sources, (given, candidates) => {
        const routing = routeOrder(given, candidates);
        expect(routing.considered.map((one) => one.source).sort()).toEqual(candidates.map((one) => one.source).sort());
        const fewest = candidates.length === 0 ? null : bruteForce(given, candidates);
        if (!routing.routed) {
          seen.not++;
          expect(fewest).toBeNull();
          expect(routing.considered.every(({ reasons }) => reasons.length > 0)).toBe(true);
          return;
        }
        seen[routing.parts.length === 1 ? 'whole' : 'split']++;
        expect(routing.parts).toHaveLength(fewest!);
        expect(routing.parts.flatMap(({ lineIds }) => lineIds).sort()).toEqual(given.lines.map(({ id }) => id).sort());
        for (const part of routing.parts) {
          const candidate = candidates.find((one) => one.source === part.source)!;
          const lines = given.lines.filter(({ id }) => part.lineIds.includes(id));
          expect(mayShip(candidate, lines, routing.parts.length > 1)).toBe(true);
        }
      }),
      { numRuns: 2000, seed: 5 },
    );
    // A property that never met a case would prove nothing.
    expect(Math.min(seen.whole, seen.split, seen.not)).toBeGreaterThan(20);
  });

  test('does not depend on the order in which sources are given', () => {
    fc.assert(
      fc.property(order, sources, (given, candidates) => {
        expect(routeOrder(given, [...candidates].reverse())).toEqual(routeOrder(given, candidates));
      }),
    );
  });
});
