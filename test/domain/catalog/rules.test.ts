import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { categoryChain } from '../../../domain/catalog/categories.ts';
import { readProduct } from '../../../domain/catalog/product-schema.ts';
import { skipReason } from '../../../domain/catalog/skip.ts';
import { dimensionFactorCm, weightFactorKg } from '../../../domain/catalog/units.ts';

describe('units', () => {
  test.each([
    ['Ounces', '0.028349523125'],
    ['oz', '0.028349523125'],
    ['LBS', '0.45359237'],
    ['Pounds', '0.45359237'],
    ['Grams', '0.001'],
    ['KGS', '1'],
    ['Kilograms', '1'],
    [' Tonnes ', '1000'],
    ['Stones', undefined],
    ['', undefined],
  ])('a weight in %s is so many kilograms: %s', (unit, factor) => {
    expect(weightFactorKg(unit)).toBe(factor);
  });

  test.each([
    ['Inches', '2.54'],
    ['in.', '2.54'],
    ['Centimeters', '1'],
    ['CENTIMETRES', '1'],
    ['Millimeters', '0.1'],
    ['Meters', '100'],
    ['Feet', '30.48'],
    ['Ounces', undefined],
  ])('a length in %s is so many centimeters: %s', (unit, factor) => {
    expect(dimensionFactorCm(unit)).toBe(factor);
  });
});

describe('the category chain', () => {
  const tree = new Map([
    [1, { name: 'A', parentId: 0 }],
    [2, { name: 'B', parentId: 1 }],
    [3, { name: 'C', parentId: 2 }],
    [4, { name: 'D', parentId: 3 }],
    [5, { name: 'orphan', parentId: 77 }],
    [6, { name: 'own', parentId: 6 }],
    [7, { name: 'root', parentId: null }],
  ]);
  test.each([
    [[2], ['A', 'B']],
    [[4], ['A', 'B', 'C']],
    [[99, 7, 2], ['root']],
    [[5], ['orphan']],
    [[6], ['own']],
    [[99], []],
    [[], []],
    [null, []],
  ])('of %j is %j', (ids, expected) => {
    expect(categoryChain(ids, tree)).toEqual(expected);
  });

  test('ends, with at most three names, in any graph of parents', () => {
    const parents = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(parents, fc.array(fc.integer({ min: 0, max: 13 })), (parentIds, ids) => {
        const graph = new Map(parentIds.map((parentId, index) => [index + 1, { name: String(index + 1), parentId }]));
        const chain = categoryChain(ids, graph);
        const first = ids.find((id) => graph.has(id));
        expect(chain.length).toBeLessThanOrEqual(3);
        expect(chain.length > 0).toBe(first !== undefined);
        expect(new Set(chain).size).toBe(chain.length);
        chain.slice(1).forEach((name, index) => expect(graph.get(Number(name))?.parentId).toBe(Number(chain[index])));
      }),
    );
  });
});

describe('skipping', () => {
  const all = { skipHidden: true, skipDigital: true };
  const none = { skipHidden: false, skipDigital: false };
  test.each([
    [{ is_visible: false, type: 'physical' }, all, 'hidden'],
    [{ is_visible: true, type: 'digital' }, all, 'digital'],
    [{ is_visible: true, type: 'physical' }, all, null],
    [{ is_visible: null }, all, null],
    [{ is_visible: false, type: 'digital' }, none, null],
  ])('%j with %j: %s', (product, settings, expected) => {
    expect(skipReason(product, settings)).toBe(expected);
  });
});

describe('reading a product', () => {
  const variant = { id: 11, sku: 'A', price: null };

  test('takes nulls, numbers as text and fields that it does not know', () => {
    const raw = {
      id: '5',
      name: null,
      price: '1.50',
      categories: ['3', 4],
      brand_id: null,
      images: null,
      extra: { a: 1 },
    };
    expect(readProduct({ ...raw, variants: [{ ...variant, id: '12', odd: true }] })).toEqual({
      ok: true,
      product: { ...raw, id: 5, categories: [3, 4], variants: [{ ...variant, id: 12, odd: true }] },
      refusedVariants: [],
    });
  });

  test.each([
    [null, null, 'the whole'],
    [{ name: 'x', variants: [variant] }, null, 'id'],
    [{ id: 5, name: 7, variants: [variant] }, 5, 'name'],
    [{ id: 5, categories: 'all', variants: [variant] }, 5, 'categories'],
    [{ id: 5, name: 'x' }, 5, 'variants'],
    [{ id: 5, name: 'x', variants: [] }, 5, 'variants'],
  ])('refuses %j with its id and the field', (raw, productId, reason) => {
    expect(readProduct(raw)).toEqual({ ok: false, productId, reason: expect.stringContaining(reason) });
  });

  test('refuses a variant by itself', () => {
    const read = readProduct({
      id: 5,
      name: 'x',
      variants: [variant, { id: 12, sku: 'B', price: {} }, 'odd', { sku: 'C' }],
    });
    expect(read).toMatchObject({
      ok: true,
      product: { variants: [variant] },
      refusedVariants: [
        { variantId: 12, sku: 'B', reason: expect.stringContaining('price') },
        { variantId: null, sku: null },
        { variantId: null, sku: 'C', reason: expect.stringContaining('id') },
      ],
    });
  });
});
