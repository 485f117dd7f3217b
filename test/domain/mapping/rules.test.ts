import { describe, expect, test } from '@jest/globals';
import { itemOf, mapWith } from '../catalog/builders.ts';

describe('rules on text', () => {
  test.each([
    ['  a lamp ', { rule: 'trim' }, 'a lamp'],
    ['Größe', { rule: 'case', to: 'upper' }, 'GRÖSSE'],
    ['LAMP', { rule: 'case', to: 'lower' }, 'lamp'],
    ["o'neil DESK-lamp élan", { rule: 'case', to: 'title' }, "O'neil Desk-Lamp Élan"],
    ['GOOD LAMP. v1.5b! really', { rule: 'case', to: 'sentence' }, 'Good lamp. V1.5b! Really'],
    ['<p>One&nbsp;&amp;lt;</p><br/><b>H</b>2O', { rule: 'stripHtml' }, 'One &lt; H2O'],
    ['<style>p{}</style>a<!-- x --><script>if(a<b){}</script>b', { rule: 'stripHtml' }, 'a b'],
    ['5 < 6 &unknown; <!-- open', { rule: 'stripHtml' }, '5 < 6 &unknown; <!-- open'],
    ['İİ<SCRIPT>x</Script>b', { rule: 'stripHtml' }, 'İİ b'],
    ['a.b.c', { rule: 'replace', find: '.', with: '$&' }, 'a$&b$&c'],
    ['Lamp LAMP', { rule: 'replace', find: 'lamp', with: 'x', ignoreCase: true }, 'x x'],
    ['10 in', { rule: 'replace', pattern: '(\\d+) in$', with: '$1"' }, '10"'],
    ['lamp', { rule: 'prefix', text: 'ACME ' }, 'ACME lamp'],
    ['lamp', { rule: 'suffix', text: ' (new)' }, 'lamp (new)'],
    ['💡💡💡', { rule: 'truncate', length: 2 }, '💡💡'],
    ['a long lamp', { rule: 'truncate', length: 7, ellipsis: '…' }, 'a long…'],
    ['short', { rule: 'truncate', length: 5, ellipsis: '…' }, 'short'],
    ['lamp', { rule: 'set', value: 'desk' }, 'desk'],
  ])('%j through %j is %j', async (name, rule, expected) => {
    const item = await itemOf({ title: { from: 'name', rules: [rule] } }, { product: { name } });
    expect(item.title).toBe(expected);
  });

  test('apply to each element of a list', async () => {
    const mapping = { categories: { from: 'categories', rules: [{ rule: 'case', to: 'upper' }] } };
    expect((await itemOf(mapping, { product: { categories: [2] } })).categories).toEqual(['HOME', 'LIGHT']);
  });
});

describe('rules on money', () => {
  test.each([
    [10, { rule: 'markup', percent: '15' }, '11.5'],
    [12.35, { rule: 'markup', percent: 10 }, '13.585'],
    [10, { rule: 'markup', percent: '-10' }, '9'],
    [0.1, { rule: 'addition', amount: 0.2 }, '0.3'],
    [10, { rule: 'tieredMarkup', tiers: [{ upTo: 10, percent: 50 }, { percent: 20 }] }, '15'],
    [10.01, { rule: 'tieredMarkup', tiers: [{ upTo: 10, percent: 50 }, { percent: 20 }] }, '12.012'],
    [3, { rule: 'tieredMarkup', tiers: [{ upTo: '5', amount: '1.25' }] }, '4.25'],
    [6, { rule: 'tieredMarkup', tiers: [{ upTo: '5', amount: '1.25' }] }, '6'],
    [1.005, { rule: 'round', digits: 2 }, '1.01'],
    [1.001, { rule: 'round', digits: 2, mode: 'up' }, '1.01'],
    [1.009, { rule: 'round', digits: 2, mode: 'down' }, '1'],
    [12.3, { rule: 'roundTo99' }, '12.99'],
    [12.99, { rule: 'roundTo99' }, '12.99'],
    [13, { rule: 'roundTo99' }, '13.99'],
    [0.5, { rule: 'roundTo99' }, '0.99'],
    [0, { rule: 'roundTo99' }, '0'],
    [12.96, { rule: 'roundTo99', ending: '0.95' }, '13.95'],
    [3, { rule: 'notBelowCost' }, '5'],
    [6, { rule: 'notBelowCost' }, '6'],
    [25, { rule: 'notAboveMsrp' }, '20'],
    [15, { rule: 'discountOnMsrp', percent: 10 }, '18'],
    [null, { rule: 'discountOnMsrp', percent: 10 }, '18'],
    [null, { rule: 'markup', percent: 10 }, null],
    [null, { rule: 'set', value: 9.5 }, '9.5'],
    [15, { rule: 'neverZero' }, '15'],
  ])('%j through %j is %j', async (price, rule, expected) => {
    const item = await itemOf({ price: { from: 'price', rules: [rule] } }, { product: { price } });
    expect(item.price).toBe(expected);
  });

  test('compare with the cost and msrp of the item as they are mapped, whatever the order of the fields', async () => {
    const mapping = {
      price: { from: 'price', rules: [{ rule: 'notBelowCost' }, { rule: 'notAboveMsrp' }] },
      cost: { value: '30' },
      msrp: { value: 28 },
    };
    expect((await itemOf(mapping)).price).toBe('28');
  });

  test('leave the value alone where the item has no msrp or cost', async () => {
    const rules = [{ rule: 'discountOnMsrp', percent: 10 }, { rule: 'notAboveMsrp' }, { rule: 'notBelowCost' }];
    const item = await itemOf({ price: { from: 'price', rules }, msrp: null, cost: null });
    expect(item).toMatchObject({ price: '12.5', msrp: null, cost: null });
  });

  test('neverZero refuses an item whose price ends at zero', async () => {
    const mapping = { price: { from: 'price', rules: [{ rule: 'neverZero' }] } };
    expect(await mapWith(mapping, { product: { price: 0 } })).toMatchObject({
      ok: false,
      code: 'zero',
      field: 'price',
    });
  });

  test('an msrp or cost that ends at zero is unknown', async () => {
    const toZero = [{ rule: 'round', digits: 0, mode: 'down' }, { rule: 'neverZero' }];
    const mapping = {
      msrp: { from: 'retail_price', rules: toZero },
      cost: { from: 'cost_price', rules: toZero.slice(0, 1) },
    };
    const item = await itemOf(mapping, { product: { retail_price: 0.4, cost_price: 0.4 } });
    expect(item).toMatchObject({ msrp: null, cost: null });
  });

  test('an unknown cost is not marked up to something', async () => {
    const mapping = { cost: { from: 'cost_price', rules: [{ rule: 'addition', amount: 5 }] } };
    expect((await itemOf(mapping, { product: { cost_price: 0 } })).cost).toBeNull();
  });

  test('an amount below zero refuses the item', async () => {
    const mapping = { price: { from: 'price', rules: [{ rule: 'addition', amount: -20 }] } };
    expect(await mapWith(mapping)).toMatchObject({
      ok: false,
      code: 'value_invalid',
      reason: 'price is below zero: -7.5',
    });
  });
});

describe('rules on quantity', () => {
  test.each([
    [10, { rule: 'buffer', units: 3 }, 7],
    [2, { rule: 'buffer', units: 3 }, 0],
    [7, { rule: 'percentOf', percent: 50 }, 3],
    [100, { rule: 'percentOf', percent: '29' }, 29],
    [50, { rule: 'cap', max: 20 }, 20],
    [5, { rule: 'cap', max: 20 }, 5],
    [2, { rule: 'zeroBelow', min: 3 }, 0],
    [3, { rule: 'zeroBelow', min: 3 }, 3],
  ])('%j through %j is %j', async (level, rule, expected) => {
    const mapping = { quantity: { from: 'variants.inventory_level', rules: [rule] } };
    expect((await itemOf(mapping, { variant: { inventory_level: level } })).quantity).toBe(expected);
  });
});

describe('conditions', () => {
  const product = { name: 'Desk Lamp', brand_id: 7, categories: [3], price: 12.5, warranty: ' ' };
  test.each([
    [{ field: 'brands.name', equals: 'ACME' }, true],
    [{ field: 'brands.name', equals: 'acme' }, false],
    [{ field: 'brands.name', equals: 'acme', ignoreCase: true }, true],
    [{ field: 'price', equals: '12.50' }, true],
    [{ field: 'is_visible', equals: true }, true],
    [{ field: 'brands.name', in: ['X', 'ACME'] }, true],
    [{ field: 'categories', equals: 'Light' }, true],
    [{ field: 'categories', contains: 'Ligh' }, false],
    [{ field: 'categories', contains: 'Light' }, true],
    [{ field: 'name', contains: 'Lamp' }, true],
    [{ field: 'value', contains: 'lamp' }, false],
    [{ field: 'value', contains: 'lamp', ignoreCase: true }, true],
    [{ field: 'name', matches: '^Desk\\b' }, true],
    [{ field: 'warranty', matches: '.' }, false],
    [{ field: 'price', greater: 12, less: '12.51' }, true],
    [{ field: 'price', greater: 12.5 }, false],
    [{ field: 'name', greater: 1 }, false],
    [{ field: 'warranty', empty: true }, true],
    [{ field: 'name', empty: true }, false],
    [{ field: 'mpn', empty: false }, false],
    [
      {
        all: [
          { field: 'price', greater: 1 },
          { field: 'name', empty: true },
        ],
      },
      false,
    ],
    [
      {
        any: [
          { field: 'price', greater: 1 },
          { field: 'name', empty: true },
        ],
      },
      true,
    ],
    [{ not: { any: [{ field: 'price', greater: 100 }] } }, true],
  ])('%j is %j', async (when, holds) => {
    const mapping = { title: { from: 'name', rules: [{ rule: 'set', value: 'changed', when }] } };
    expect((await itemOf(mapping, { product })).title).toBe(holds ? 'changed' : 'Desk Lamp');
  });

  test('see the value as it stands before their rule', async () => {
    const rules = [
      { rule: 'markup', percent: 100 },
      { rule: 'set', value: 1, when: { field: 'value', greater: 20 } },
    ];
    expect((await itemOf({ price: { from: 'price', rules } })).price).toBe('1');
  });
});
