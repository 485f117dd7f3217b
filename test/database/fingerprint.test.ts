import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintOf, itemRows } from '../../database/item-text.ts';
import { makeItem } from './builders.ts';

const text = fc.constantFrom(null, '', '-', '=', 'n', '-\u0001', '=-');
const fields = fc.record({ description: text, currency: text, brand: text, imageUrl: text, upc: text });

describe('the fingerprint of an item', () => {
  it('is equal for equal items and for no others, also where nulls and blanks are neighbours', () => {
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(fingerprintOf(makeItem(1, one)) === fingerprintOf(makeItem(1, other))).toBe(same);
      }),
      { numRuns: 3000 },
    );
  });

  it('is the same whatever item stands before it', () => {
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const item = makeItem(2, other);
        const [, row] = itemRows([
          makeItem(1, { ...one, categories: item.categories, attributes: item.attributes }),
          item,
        ]);
        expect(row!.fingerprint).toBe(fingerprintOf(item));
      }),
      { numRuns: 1000 },
    );
  });

  it('tells a null from a blank in the field beside it', () => {
    const one = makeItem(1, { currency: null, brand: '' });
    const other = makeItem(1, { currency: '', brand: null });
    expect(fingerprintOf(one)).not.toBe(fingerprintOf(other));
  });
});
