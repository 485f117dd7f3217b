import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareLines, sentLines } from '../../../domain/fulfillment/sent-lines.ts';
import type { SentLine } from '../../../domain/fulfillment/sent-lines.ts';
import { bodyOf } from './builders-order.ts';

const line = (productId: number, variantId: number | null, quantity: number): SentLine => ({
  productId,
  variantId,
  quantity,
});

describe('the lines of an order', () => {
  it('are read from the body that was posted', async () => {
    const lines = [{ quantity: 1 }, { lineId: '2', quantity: 3 }];
    expect(sentLines(await bodyOf({ lines }))).toEqual([line(12, 34, 1), line(12, 34, 3)]);
    expect(sentLines({})).toEqual([]);
  });

  it.each<[SentLine[], SentLine[], string[]]>([
    [[line(12, 34, 2)], [line(12, 34, 2)], []],
    [[line(12, 34, 2)], [line(12, 34, 1)], ['product 12, variant 34: 2 were ordered, the order has 1']],
    [[line(12, 34, 1)], [], ['product 12, variant 34: 1 was ordered, the order has 0']],
    [
      [line(12, 34, 2)],
      [line(12, 35, 2)],
      [
        'product 12, variant 34: 2 were ordered, the order has 0',
        'product 12, variant 35: 0 were ordered, the order has 2',
      ],
    ],
    [[line(12, 34, 2)], [line(12, null, 2)], []],
    [[line(12, 34, 2)], [line(12, 0, 1)], ['product 12, variant 34: 2 were ordered, the order has 1']],
    [
      [line(12, 34, 1), line(12, 35, 1)],
      [line(12, null, 2)],
      [
        'product 12: 0 were ordered, the order has 2',
        'product 12, variant 34: 1 was ordered, the order has 0',
        'product 12, variant 35: 1 was ordered, the order has 0',
      ],
    ],
  ])('%j against %j', (sent, found, expected) => {
    expect(compareLines(sent, found)).toEqual(expected);
  });

  const lines = fc.array(
    fc.record({
      productId: fc.integer({ min: 1, max: 3 }),
      variantId: fc.integer({ min: 1, max: 2 }),
      quantity: fc.integer({ min: 1, max: 5 }),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it('may be in any order and split in any way, but not differ by a piece', () => {
    fc.assert(
      fc.property(lines, fc.nat(), (sent, at) => {
        const pieces = sent.flatMap((each) => Array.from({ length: each.quantity }, () => ({ ...each, quantity: 1 })));
        const found = pieces.reverse();
        expect(compareLines(sent, found)).toEqual([]);
        const fewer = found.filter((_, index) => index !== at % found.length);
        expect(compareLines(sent, fewer)).toHaveLength(1);
        expect(compareLines(fewer, sent)).toHaveLength(1);
      }),
    );
  });
});
