import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ItemDraft } from '../../database/item-text.ts';
import { fingerprintOf } from '../../database/item-text.ts';
import { itemAt, packItems, rowsForCopy } from '../../database/packed-items.ts';
import { makeItem } from './builders.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !value.includes('\0')),
  fc.constantFrom('\\N', '\t', '\\t', 'a\nb\r', '\\', '{"x"}', 'µ'),
);
// Not what JSON escapes: Node 24.21 reads such a key as another one that it has read in the same place before.
const key = fc
  .string({ minLength: 1 })
  .filter((name) => JSON.stringify(name).length === name.length + 2 && name !== '__proto__');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const amount = fc.constantFrom('0', '12.50', '-3', '1234567890.123456');
const fields: fc.Arbitrary<Partial<ItemDraft>> = fc.record({
  ...{ sku: text, title: text, description: maybe(text), brand: maybe(text), upc: maybe(text), imageUrl: maybe(text) },
  ...{ quantity: fc.nat(), price: maybe(amount), msrp: maybe(amount), cost: maybe(amount), weightKg: maybe(amount) },
  ...{ categories: fc.array(text), attributes: fc.dictionary(key, fc.oneof(text, fc.integer(), fc.constant(null))) },
});

describe('items that are packed', () => {
  it('come out as they went in, whatever their texts hold', () => {
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 5 }), (drafts) => {
        const items = drafts.map((draft, index) => makeItem(index + 1, { ...draft, sku: `${index}${draft.sku}` }));
        const packed = packItems(items);
        const unpacked = items.map((_, index) => itemAt(packed, index));
        expect(unpacked).toEqual([...items].sort((a, b) => (a.sku < b.sku ? -1 : 1)));
        expect(packed.fingerprints).toBe(`{${unpacked.map((item) => `"${fingerprintOf(item)}"`).join(',')}}`);
      }),
      { numRuns: 500 },
    );
  });

  it('keep of several with one SKU that of the lowest variant, and name the others', () => {
    const packed = packItems([5, 3, 9].map((id) => makeItem(id, { sku: 'S', title: `Of ${id}` })));
    expect(packed.count).toBe(1);
    expect(itemAt(packed, 0)).toMatchObject({ variantId: 3, title: 'Of 3' });
    expect(packed.refused.map(({ variantId, ownerVariantId }) => [variantId, ownerVariantId])).toEqual([
      [5, 3],
      [9, 3],
    ]);
  });

  it('are copied one by one, each behind its id and its source', () => {
    const packed = packItems([makeItem(1, { title: 'Größe' }), makeItem(2), makeItem(3)]);
    const lines = rowsForCopy(packed, [0, 2], 77, [1001, 12]).toString('utf8').split('\n');
    expect(
      lines.map((line) =>
        line
          .split('\t')
          .slice(0, 3)
          .map((field) => field.trim()),
      ),
    ).toEqual([['1001', '77', 'SKU-1'], ['12', '77', 'SKU-3'], ['']]);
    expect(lines[0]).toContain('\tGröße\t');
    // The same page again, as when its transaction has to be repeated, in place as well.
    const again = rowsForCopy(packed, [0, 1, 2], 5, [7, 80, 9]).toString('utf8').trim();
    expect(again.split('\n').map((line) => line.split('\t').slice(0, 2).map(Number))).toEqual([
      [7, 5],
      [80, 5],
      [9, 5],
    ]);
  });
});
