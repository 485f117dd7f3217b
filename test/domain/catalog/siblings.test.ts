import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mapItem } from '../../../domain/catalog/map-item.ts';
import type { MapResult } from '../../../domain/catalog/map-item.ts';
import { compile, makeContext, makeProduct, makeVariant } from './builders.ts';

const when = { field: 'variants.sku', equals: 'A' };
const templates = [
  {},
  { condition: 'condition', mpn: 'variants.mpn', level: { value: 3 } },
  { condition: 'condition', shelf: 'category_ids' },
  { title: { from: 'name', rules: [{ rule: 'prefix', text: 'X ', when }] }, weightKg: 'weight', brand: 'brands.name' },
].map((mapping) => compile(mapping));

const variant = fc.record({
  sku: fc.constantFrom('A', 'B', ''),
  price: fc.constantFrom(null, 3, -1),
  mpn: fc.constantFrom(null, 'M1', 'M2'),
  weight: fc.constantFrom(null, 2),
  image_url: fc.constantFrom('', 'https://example.test/own.jpg'),
});
const product = fc.record({
  name: fc.constantFrom('Lamp', '', null),
  brand_id: fc.constantFrom(0, 7),
  categories: fc.constantFrom([], [4, 2]),
  condition: fc.constantFrom('New', null),
  weight: fc.constantFrom(null, 1, 'heavy'),
});

test('what is taken from an item of the same product is what the product says', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...templates),
      product,
      fc.array(variant, { minLength: 2, maxLength: 4 }),
      (template, fields, variants) => {
        const whole = makeProduct(
          fields,
          variants.map((each, index) => makeVariant({ ...each, id: index + 1 })),
        );
        let sibling: (MapResult & { ok: true })['item'] | null = null;
        for (const each of whole.variants) {
          const alone = mapItem(template, makeContext(), whole, each) as MapResult;
          const beside = mapItem(template, makeContext(), whole, each, sibling) as MapResult;
          expect(beside).toEqual(alone);
          if (beside.ok) sibling = beside.item;
        }
      },
    ),
  );
});
