import { describe, expect, it } from '@jest/globals';
import { routeOrder } from '../../../domain/fulfillment/routing.ts';
import { chosen, makeCandidate, makeOrder } from './routing-builders.ts';

describe('a split', () => {
  const order = makeOrder([
    ['X', 1],
    ['Y', 2],
    ['Z', 3],
  ]);

  it('goes to the fewest sources, numbered by priority, the lines to the first that can', () => {
    const candidates = [
      makeCandidate('d', { Z: 3 }, { priority: 4 }),
      makeCandidate('a', { X: 1 }, { priority: 1 }),
      makeCandidate('b', { Y: 2 }, { priority: 2 }),
      makeCandidate('c', { X: 1, Z: 3 }, { priority: 3 }),
    ];
    expect(chosen(order, candidates)).toEqual(['PO-1-1 b: 2', 'PO-1-2 c: 1 3']);
    const routing = routeOrder(order, candidates);
    expect(routing).toMatchObject({
      parts: [
        {
          why: 'takes 1 of 3 lines (priority 2): no source can ship the whole order, and 2 are the fewest that can share it',
        },
        {},
      ],
    });
    expect(routing.considered[0]!.reasons).toEqual(['Y is not in its inventory', 'Z is not in its inventory']);
  });

  it('never goes to a source that takes whole orders only', () => {
    const candidates = [makeCandidate('a', { X: 1, Y: 2 }, { split: false }), makeCandidate('b', { Z: 3 })];
    expect(routeOrder(order, candidates)).toEqual({
      routed: false,
      why: 'No source can ship the whole order, and none may take line 1 (1 x X), line 2 (2 x Y) as a part of it.',
      considered: [
        { source: 'a', reasons: ['Z is not in its inventory', 'takes whole orders only (split: false)'] },
        { source: 'b', reasons: ['X is not in its inventory', 'Y is not in its inventory'] },
      ],
    });
  });

  it('never divides a line', () => {
    const one = makeOrder([['X', 4]]);
    const candidates = [makeCandidate('a', { X: 2 }), makeCandidate('b', { X: 3 })];
    expect(routeOrder(one, candidates)).toMatchObject({
      routed: false,
      why: 'No source can ship this order; a single line is never divided.',
    });
    const two = makeOrder([
      ['X', 3],
      ['X', 2],
    ]);
    expect(chosen(two, candidates)).toEqual(['PO-1-1 a: 2', 'PO-1-2 b: 1']);
  });

  it('gives a source more lines than its priority asks for, so that its part meets its minimums', () => {
    const candidates = [
      makeCandidate('a', { W: 1, X: 1, Y: 2 }, { priority: 1 }),
      makeCandidate('b', { X: 1, Y: 2, Z: 3 }, { priority: 2, minimumQuantity: 5 }),
    ];
    const four = makeOrder([
      ['W', 1],
      ['X', 1],
      ['Y', 2],
      ['Z', 3],
    ]);
    expect(chosen(four, candidates)).toEqual(['PO-1-1 a: 1 2', 'PO-1-2 b: 3 4']);
  });

  it('is not made when each line has a taker but the parts would be too small', () => {
    const candidates = [makeCandidate('a', { X: 1, Y: 2 }, { minimumQuantity: 4 }), makeCandidate('b', { Z: 3 })];
    expect(routeOrder(order, candidates)).toMatchObject({
      routed: false,
      why: expect.stringContaining('no way to share them meets the stock and the minimums'),
    });
  });

  it('is not made of a number that leaves no room for its endings', () => {
    const candidates = [makeCandidate('a', { X: 1, Y: 2 }), makeCandidate('b', { Z: 3 })];
    const long = { ...order, number: 'x'.repeat(99) };
    expect(routeOrder(long, candidates)).toMatchObject({
      routed: false,
      why: expect.stringContaining('leaves no room'),
    });
    expect(chosen({ ...order, number: 'x'.repeat(98) }, candidates)).toHaveLength(2);
  });

  const many = Array.from({ length: 100 }, (_, index): [string, number] => [`S${index}`, 1 + (index % 3)]);

  it('of a hundred lines over thirty sources with minimums is found', () => {
    const candidates = Array.from({ length: 30 }, (_, at) =>
      makeCandidate(
        `s${String(at).padStart(2, '0')}`,
        Object.fromEntries(many.filter((_line, index) => index % 10 === at % 10).map(([sku]) => [sku, 3])),
        { minimumQuantity: 10 },
      ),
    );
    expect(chosen(makeOrder(many), candidates)).toHaveLength(10);
  });

  it('that would take too long to rule out is given up, and said to be', () => {
    // Each source lacks one line and wants more than half of the order: no two can have that, in 2^99 ways.
    const candidates = Array.from({ length: 12 }, (_, at) =>
      makeCandidate(
        `s${at}`,
        Object.fromEntries(many.filter((_line, index) => index !== at).map(([sku]) => [sku, 3])),
        {
          minimumQuantity: 110,
        },
      ),
    );
    expect(routeOrder(makeOrder(many), candidates)).toMatchObject({
      routed: false,
      why: expect.stringContaining('there are too many to try them all'),
    });
  });
});
