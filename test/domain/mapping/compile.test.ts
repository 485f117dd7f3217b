import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { compileInventoryTemplate } from '../../../domain/mapping/inventory-template.ts';
import {
  defaultInventoryTemplate,
  defaultInventoryTemplateYaml,
} from '../../../domain/mapping/default-inventory-template.ts';
import { templateSchema } from '../../../domain/mapping/template.ts';
import { compile, itemOf, problemsOf } from '../catalog/builders.ts';

describe('a template that cannot work is refused with the place and the reason', () => {
  test.each<[unknown, (string | number)[], string]>([
    [{ title: 'nmae' }, ['title'], 'did you mean name?'],
    [{ title: { from: 'variants.skuu' } }, ['title', 'from'], 'did you mean sku?'],
    [{ brand: 'option_values' }, ['brand'], 'variants.option_values'],
    [{ title: 'name & sku' }, ['title'], 'is not a path'],
    [{ title: {} }, ['title'], 'exactly one of'],
    [{ title: { from: 'name', value: 'x' } }, ['title'], 'exactly one of'],
    [{ sku: null }, ['sku'], 'cannot be left empty'],
    [{ title: { value: ' ' } }, ['title', 'value'], 'is missing'],
    [{ image_url: 'images.url' }, ['image_url'], 'did you mean imageUrl?'],
    [{ archived: 'is_visible' }, ['archived'], 'by itself'],
    [{ brand: { lookup: 'none', from: 'brands.name' } }, ['brand', 'lookup'], 'no mapping set'],
    [{ brand: { lookup: 'known' } }, ['brand'], 'needs from'],
    [{ price: { value: 'abc' } }, ['price', 'value'], 'is not an amount'],
    [{ price: { set: { from: 'name', map: { a: 'b' } } } }, ['price', 'set', 'map', 'a'], 'is not an amount'],
    [{ weightKg: 'variants.width' }, ['weightKg'], 'is no weight'],
    [{ title: { from: 'name', rules: [{ rule: 'cap', max: 1 }] } }, ['title', 'rules', 0], 'does not suit'],
    [
      { quantity: { from: 'variants.inventory_level', rules: [{ rule: 'markup', percent: 1 }] } },
      ['quantity', 'rules', 0],
      'suit',
    ],
    [{ title: { from: 'name', rules: [{ rule: 'replace', with: '' }] } }, ['title', 'rules', 0], 'find'],
    [
      { title: { from: 'name', rules: [{ rule: 'replace', pattern: '(', with: '' }] } },
      ['title', 'rules', 0, 'pattern'],
      'regular',
    ],
    [
      { title: { from: 'name', rules: [{ rule: 'replace', pattern: '(a+)+$', with: '' }] } },
      ['title', 'rules', 0, 'pattern'],
      'long',
    ],
    [
      { title: { from: 'name', rules: [{ rule: 'trim', when: { all: [{ field: 'nope', empty: true }] } }] } },
      ['title', 'rules', 0, 'when', 'all', 0, 'field'],
      'no field nope',
    ],
    [
      { title: { from: 'name', rules: [{ rule: 'trim', when: { field: 'name' } }] } },
      ['title', 'rules', 0, 'when'],
      'needs a test',
    ],
    [{ title: { from: 'name', rules: [{ rule: 'trim', when: {} }] } }, ['title', 'rules', 0, 'when'], 'exactly one'],
    [
      { price: { from: 'price', rules: [{ rule: 'markup', percent: '1,5' }] } },
      ['price', 'rules', 0, 'percent'],
      'not a number',
    ],
    [
      { price: { from: 'price', rules: [{ rule: 'tieredMarkup', tiers: [{ percent: 1 }, { upTo: 1, percent: 1 }] }] } },
      ['price', 'rules', 0, 'tiers', 0],
      'last tier',
    ],
    [
      { price: { from: 'price', rules: [{ rule: 'neverZero' }, { rule: 'round', digits: 2 }] } },
      ['price', 'rules', 0],
      'must be the last',
    ],
    [{ msrp: { from: 'price', rules: [{ rule: 'notAboveMsrp' }] } }, ['msrp', 'rules', 0], 'msrp → msrp'],
    [{ title: { expression: 'name &' } }, ['title', 'expression'], 'JSONata'],
    [{ title: { expression: 'nmae & "x"' } }, ['title', 'expression'], 'did you mean name?'],
    [{ title: { expression: '$uppercas(name)' } }, ['title', 'expression'], 'did you mean uppercase?'],
    [{ title: { expression: '$now() & name' } }, ['title', 'expression'], 'changes by itself'],
    [{ title: { expression: '$eval("name")' } }, ['title', 'expression'], 'cannot be checked'],
    [{ title: { expression: '$replace(name, /(a|b)*c/, "")' } }, ['title', 'expression'], 'pattern'],
  ])('%j', (mapping, path, reason) => {
    const problems = problemsOf(mapping, { known: { map: {} } });
    expect(problems[0]).toMatchObject({ path, reason: expect.stringContaining(reason) });
  });

  test('all problems are told at once', () => {
    const circle = {
      msrp: { from: 'price', rules: [{ rule: 'notBelowCost' }] },
      cost: { from: 'price', rules: [{ rule: 'notAboveMsrp' }] },
      brand: 'nope',
    };
    expect(problemsOf(circle).map(({ path }) => path[0])).toEqual(expect.arrayContaining(['cost', 'brand']));
  });

  test.each([
    [{ title: { from: 'name', extra: 1 } }],
    [{ title: { from: 'name', rules: [{ rule: 'markp' }] } }],
    [{ title: { from: 'name', rules: [{ rule: 'trim', wen: {} }] } }],
    [{ __proto__x: 'name' }],
  ])('the schema refuses %j', (mapping) => {
    expect(templateSchema.safeParse(mapping).success).toBe(false);
  });
});

describe('what a template asks of the store', () => {
  test('is what the default template needs and what tells whether a product counts', () => {
    const template = compile({});
    expect(template.needsImages).toBe(true);
    expect([...template.productFields!].sort()).toEqual(
      (
        'availability brand_id categories cost_price depth description height id inventory_level inventory_tracking ' +
        'is_visible name price retail_price type upc weight width'
      ).split(' '),
    );
  });

  test('leaves out what no field reads', () => {
    const nothing = { description: null, imageUrl: null, brand: null, categories: null, upc: null };
    const template = compile({ ...nothing, price: null, msrp: null, cost: null });
    expect(template.needsImages).toBe(false);
    expect(template.productFields).not.toEqual(expect.arrayContaining(['description']));
  });

  test('includes what conditions, look-ups and expressions read', () => {
    const template = compile({
      imageUrl: null,
      a: { from: 'name', rules: [{ rule: 'trim', when: { field: 'warranty', empty: false } }] },
      b: { set: { from: 'condition', map: {} } },
      c: { expression: '$uppercase(mpn) & variants.sale_price & images[0].url' },
    });
    expect(template.productFields).toEqual(expect.arrayContaining(['warranty', 'condition', 'mpn', 'sale_price']));
    expect(template).toMatchObject({ needsImages: true, hasExpressions: true, extraFields: ['a', 'b', 'c'] });
  });

  test.each(['$', '$string()', '*', '**.name', '$keys($$)', '$contains("x")'])(
    'is everything for the expression %s',
    (expression) => {
      expect(compile({ x: { expression } })).toMatchObject({ productFields: undefined, needsImages: true });
    },
  );

  test('a plain path that is written as an expression stays synchronous', () => {
    expect(compile({ title: { expression: ' name ' } }).hasExpressions).toBe(false);
  });
});

describe('the default template', () => {
  test('is what an empty mapping means', async () => {
    expect(await itemOf({})).toEqual(await itemOf(defaultInventoryTemplate));
  });

  test('stands in the text for new source files line by line', () => {
    for (const [field, path] of Object.entries(defaultInventoryTemplate)) {
      expect(defaultInventoryTemplateYaml).toMatch(
        new RegExp(`^  ${field}: ${path.replace('.', '\\.')}( +#.*)?$`, 'm'),
      );
    }
  });

  test('compiles, and its schema can be published as JSON Schema', () => {
    expect(compileInventoryTemplate(templateSchema.parse(defaultInventoryTemplate)).ok).toBe(true);
    expect(JSON.stringify(z.toJSONSchema(templateSchema, { io: 'input' }))).toContain('MappingRule');
  });
});
