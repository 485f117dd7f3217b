import { describe, expect, test } from '@jest/globals';
import { itemOf, mapWith, traceOf } from '../catalog/builders.ts';

describe('look-ups', () => {
  const map = { new: '1', '2.5': 'two and a half', true: 'yes', constructor: 'own' };
  test.each([
    ['new', undefined, '1'],
    ['New', undefined, 'New'],
    [2.5, undefined, 'two and a half'],
    [true, undefined, 'yes'],
    ['toString', undefined, 'toString'],
    ['constructor', undefined, 'own'],
    ['used', 'passThrough', 'used'],
    ['used', { value: '3' }, '3'],
    ['used', { value: null }, null],
    [null, { value: '3' }, '3'],
  ])('%j with no match %j gives %j', async (value, noMatch, expected) => {
    const set = { from: 'bin_picking_number', map, ...(noMatch === undefined ? {} : { noMatch }) };
    const item = await itemOf({ state: { set } }, { product: { bin_picking_number: value } });
    expect(item.attributes).toEqual({ state: expected });
  });

  test('in a named set serve several fields', async () => {
    const sets = { sizes: { map: { S: 'small' }, noMatch: { value: 'other' } } };
    const mapping = { a: { lookup: 'sizes', from: 'name' }, b: { lookup: 'sizes', from: 'mpn' } };
    const item = await itemOf(mapping, { product: { name: 'S', mpn: 'X' }, sets });
    expect(item.attributes).toEqual({ a: 'small', b: 'other' });
  });

  test('of weights and sizes are in kilograms and centimeters; what passes through is converted to them', async () => {
    const weights = { map: { 0.01: 0.25 } };
    const mapping = {
      weightKg: { lookup: 'weights', from: 'variants.weight' },
      widthCm: { set: { from: 'width', map: { 1: '30' } } },
      heightCm: { set: { from: 'height', map: {}, noMatch: { value: 12 } } },
      depthCm: { set: { from: 'mpn', map: { X: 7 } } },
      boxed: { lookup: 'weights', from: 'weight' },
    };
    const look = (weight: number, width: number) =>
      itemOf(mapping, { product: { weight, width, height: 1, mpn: 'X' }, sets: { weights } });
    expect(await look(0.01, 1)).toMatchObject({
      ...{ weightKg: '0.25', widthCm: '30', heightCm: '12', depthCm: '7', attributes: { boxed: 0.25 } },
    });
    expect(await look(2, 2)).toMatchObject({ weightKg: '0.907185', widthCm: '5.08', attributes: { boxed: 2 } });
  });

  test('look up each element of a list', async () => {
    const mapping = { categories: { set: { from: 'categories', map: { Home: 'House', Light: [] } } } };
    expect((await itemOf(mapping, { product: { categories: [3] } })).categories).toEqual(['House', 'Lamps']);
  });
});

describe('constants and extra fields', () => {
  test('a constant is the same for every item', async () => {
    const item = await itemOf({ brand: { value: 'ACME' }, price: { value: 9.5 }, categories: { value: ['A', 'B'] } });
    expect(item).toMatchObject({ brand: 'ACME', price: '9.5', categories: ['A', 'B'] });
  });

  test('extra fields land in the attributes as they are', async () => {
    const mapping = {
      condition: 'condition',
      url: 'custom_url.url',
      first: 'category_ids[0]',
      gone: 'meta_keywords[3]',
      none: null,
    };
    const product = { condition: 'New', custom_url: { url: '/lamp/' }, categories: [2, 1], meta_keywords: [] };
    const item = await itemOf(mapping, { product });
    expect(item.attributes).toEqual({ condition: 'New', url: '/lamp/', first: 2, gone: null });
    expect(Object.keys(item)).not.toContain('condition');
  });
});

describe('expressions', () => {
  test.each([
    ['name & " " & variants.sku', 'Lamp AB-1'],
    ['price * 1.1', 13.75],
    ['0.1 + 0.2', 0.3],
    ['12.35 * 1.1 - 0.001', 13.584],
    ['$sum([0.1, 0.2, 0.3])', 0.6],
    ['$average([0.1, 0.2])', 0.15],
    ['10 / 4 + 7 % 4', 5.5],
    ['$exists(mpn) ? mpn : "none"', 'none'],
    ['variants.option_values[option_display_name = "Color"].label', 'Red'],
    ['variants.price', 12.5],
    ['$kg(weight)', 0.907185],
    ['$cm(width) > 2 ? "wide" : "slim"', 'wide'],
    ['categories[0]', 'Home'],
    ['$map(category_ids, function($id) { $id * 2 })', [4, 6]],
    ['{ "brand": brands.name, "currency": store.currency }', { brand: 'ACME', currency: 'USD' }],
    ['options', 'Red'],
  ])('%s is %j', async (expression, expected) => {
    const product = { brand_id: 7, categories: [2, 3], weight: 2, width: 1 };
    const variant = { option_values: [{ option_display_name: 'Color', label: 'Red' }] };
    const item = await itemOf({ x: { expression } }, { product, variant });
    expect(item.attributes).toEqual({ x: expected });
  });

  test('give metric values to metric fields, where paths are converted', async () => {
    const mapping = { weightKg: { expression: 'weight' }, widthCm: 'width', depthCm: { expression: '$cm(width) * 2' } };
    const item = await itemOf(mapping, { product: { weight: 2, width: 1 } });
    expect(item).toMatchObject({ weightKg: '2', widthCm: '2.54', depthCm: '5.08' });
  });

  test.each(['$error("no")', 'name * 2', '$number("x")', '($f := function($n) { $f($n + 1) }; $f(0))'])(
    'an item is refused when %s fails',
    async (expression) => {
      expect(await mapWith({ brand: { expression } })).toMatchObject({
        ok: false,
        code: 'expression_failed',
        field: 'brand',
      });
    },
  );

  test('a null operand gives no value rather than a refusal', async () => {
    expect(
      (await itemOf({ msrp: { expression: 'sale_price * 2' } }, { product: { sale_price: null } })).msrp,
    ).toBeNull();
  });

  test('rules follow an expression too', async () => {
    const price = { expression: 'price * 1.1', rules: [{ rule: 'roundTo99' }] };
    expect((await itemOf({ price })).price).toBe('13.99');
  });
});

describe('a preview', () => {
  test('shows the raw value, each rule with what it did or why not, and the result', async () => {
    const rules = [
      { rule: 'markup', percent: 15 },
      { rule: 'set', value: 1, when: { field: 'name', equals: 'Desk' } },
      { rule: 'notBelowCost' },
      { rule: 'roundTo99' },
    ];
    const trace = await traceOf({ price: { from: 'variants.price', rules } });
    expect(trace.fields.find(({ field }) => field === 'price')).toEqual({
      field: 'price',
      from: 'variants.price',
      raw: 12.5,
      steps: [
        { rule: 'markup', applied: true, note: null, value: '14.375' },
        { rule: 'set', applied: false, note: 'its condition does not hold', value: '14.375' },
        { rule: 'notBelowCost', applied: false, note: 'it is not below cost', value: '14.375' },
        { rule: 'roundTo99', applied: true, note: null, value: '14.99' },
      ],
      result: '14.99',
      refusal: null,
    });
  });

  test('shows conversions and look-ups as steps', async () => {
    const mapping = { brand: { set: { from: 'brands.name', map: { ACME: 'Acme' } } } };
    const trace = await traceOf(mapping, { product: { weight: 2, brand_id: 7 } });
    const stepsOf = (name: string) => trace.fields.find(({ field }) => field === name)?.steps;
    expect(stepsOf('weightKg')).toEqual([{ rule: 'to kilograms', applied: true, note: null, value: '0.907185' }]);
    expect(stepsOf('brand')).toEqual([{ rule: 'lookup', applied: true, note: null, value: 'Acme' }]);
  });

  test('of a refused item says where and why and still shows the other fields', async () => {
    const trace = await traceOf({ price: { from: 'name' } });
    expect(trace.result).toEqual({
      ok: false,
      code: 'value_invalid',
      field: 'price',
      reason: 'price is not an amount: "Lamp"',
    });
    expect(trace.fields).toHaveLength(16);
    expect(trace.fields.find(({ field }) => field === 'price')?.refusal?.reason).toBe('is not an amount: "Lamp"');
  });
});
