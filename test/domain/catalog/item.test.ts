import { describe, expect, test } from '@jest/globals';
import { itemOf, mapWith } from './builders.ts';

describe('the default template says', () => {
  test('everything that is known of an item', async () => {
    const images = [{ id: 1, is_thumbnail: false, sort_order: 0, url_standard: 'https://img.test/1.jpg' }];
    const product = {
      description: '<p>Lit</p>',
      brand_id: 7,
      categories: [4],
      weight: 2,
      width: 1,
      height: 0,
      upc: '012',
      images,
    };
    expect(await itemOf({}, { product, variant: { depth: 10 } })).toEqual({
      sku: 'AB-1',
      title: 'Lamp',
      description: '<p>Lit</p>',
      quantity: 4,
      price: '12.5',
      msrp: '20',
      cost: '5',
      currency: 'USD',
      brand: 'ACME',
      categories: ['Home', 'Light', 'Lamps'],
      imageUrl: 'https://img.test/1.jpg',
      weightKg: '0.907185',
      widthCm: '2.54',
      heightCm: null,
      depthCm: '25.4',
      upc: '012',
      attributes: {},
    });
  });

  test.each([
    ['the sku byte for byte', { variant: { sku: ' ab\t1é ' } }, { sku: ' ab\t1é ' }],
    ['the variant’s price', { variant: { price: 9 } }, { price: '9' }],
    ['a price of 0 as 0', { variant: { price: 0 } }, { price: '0' }],
    ['no price where none is known', { product: { price: null } }, { price: null }],
    ['the product’s msrp where the variant has null', { variant: { retail_price: null } }, { msrp: '20' }],
    ['the product’s msrp where the variant has 0', { variant: { retail_price: 0 } }, { msrp: '20' }],
    ['no msrp where both are 0', { product: { retail_price: 0 }, variant: { retail_price: 0 } }, { msrp: null }],
    ['the variant’s cost', { variant: { cost_price: 4 } }, { cost: '4' }],
    ['the product’s cost where the variant has 0', { variant: { cost_price: 0 } }, { cost: '5' }],
    ['no cost where both are unknown', { product: { cost_price: null }, variant: { cost_price: 0 } }, { cost: null }],
    ['money that comes as text', { variant: { price: '1234567890123456.78' } }, { price: '1234567890123456.78' }],
    ['the variant’s weight, also when it is 0', { product: { weight: 2 }, variant: { weight: 0 } }, { weightKg: null }],
    ['no brand for an unknown id', { product: { brand_id: 8 } }, { brand: null }],
    ['no brand for 0', { product: { brand_id: 0 } }, { brand: null }],
    ['the first category that exists', { product: { categories: [99, 2, 4] } }, { categories: ['Home', 'Light'] }],
    ['no categories', { product: { categories: [] } }, { categories: [] }],
    ['the variant’s upc', { product: { upc: '1' }, variant: { upc: '2' } }, { upc: '2' }],
    ['the product’s upc where the variant’s is blank', { product: { upc: '1' }, variant: { upc: ' ' } }, { upc: '1' }],
    ['no upc where both are blank', { product: { upc: '' } }, { upc: null }],
    ['the variant’s image', { variant: { image_url: 'v.jpg' } }, { imageUrl: 'v.jpg' }],
    [
      'the next image where the main one has no address',
      {
        product: {
          images: [{ is_thumbnail: true }, { sort_order: 2, url_standard: 'b' }, { sort_order: 1, url_standard: 'a' }],
        },
      },
      { imageUrl: 'a' },
    ],
    ['no image where there is none', { product: { images: [] } }, { imageUrl: null }],
    ['no currency of a store that tells none', { context: { storeCurrency: null } }, { currency: null }],
  ])('%s', async (_what, given, expected) => {
    expect(await itemOf({}, given)).toMatchObject(expected);
  });

  test.each([
    [
      'thumbnail',
      [
        { sort_order: 0, url_standard: 'a' },
        { is_thumbnail: true, sort_order: 5, url_standard: 'b' },
      ],
      'b',
    ],
    [
      'lowest sort order',
      [
        { sort_order: 2, url_standard: 'a' },
        { sort_order: 1, url_standard: 'b' },
      ],
      'b',
    ],
    [
      'one that has a sort order',
      [
        { sort_order: null, url_standard: 'a' },
        { sort_order: 1, url_standard: 'b' },
      ],
      'b',
    ],
  ])('the image that is the %s', async (_what, images, expected) => {
    expect(await itemOf({ second: 'images[1].url' }, { product: { images } })).toMatchObject({
      imageUrl: expected,
      attributes: { second: 'a' },
    });
  });
});

describe('quantity', () => {
  test.each([
    ['by variant', 'variant', 4, 9, {}, 4],
    ['by product', 'product', 4, 9, {}, 9],
    ['not at all', 'none', 4, 9, { untrackedQuantity: 100 }, 100],
    ['not at all, told by null', null, 4, 9, {}, 0],
    ['by variant, below 0', 'variant', -2, 9, {}, 0],
    ['by the V2 name for variant', 'sku', 4, 9, {}, 4],
    ['by the V2 name for product', 'simple', 4, 9, {}, 9],
  ])('of a store that tracks %s', async (_what, tracking, level, productLevel, context, expected) => {
    const product = { inventory_tracking: tracking, inventory_level: productLevel };
    const item = await itemOf({}, { product, variant: { inventory_level: level }, context });
    expect(item.quantity).toBe(expected);
  });

  test.each([
    ['a variant that is disabled', {}, { purchasing_disabled: true }],
    ['a product that is disabled', { availability: 'disabled' }, {}],
  ])('of %s is kept, or zero if the source says so', async (_what, product, variant) => {
    expect((await itemOf({}, { product, variant })).quantity).toBe(4);
    expect((await itemOf({}, { product, variant, context: { unpurchasable: 'zero' } })).quantity).toBe(0);
  });

  test('of a preorder is kept', async () => {
    const given = { product: { availability: 'preorder' }, context: { unpurchasable: 'zero' } } as const;
    expect((await itemOf({}, given)).quantity).toBe(4);
  });
});

describe('an item is refused by itself', () => {
  test.each([
    ['a blank sku', { variant: { sku: '' } }, 'sku_blank', 'sku'],
    ['a sku of blanks', { variant: { sku: ' \t ' } }, 'sku_blank', 'sku'],
    ['no sku', { variant: { sku: null } }, 'sku_blank', 'sku'],
    ['no title', { product: { name: null } }, 'title_missing', 'title'],
    ['a blank title', { product: { name: ' ' } }, 'title_missing', 'title'],
    ['a price that is no number', { variant: { price: 'abc' } }, 'value_invalid', 'price'],
    ['a price below zero', { variant: { price: -1 } }, 'value_invalid', 'price'],
    ['a weight that is no number', { variant: { weight: 'heavy' } }, 'value_invalid', 'weightKg'],
    ['no stock although it is tracked', { variant: { inventory_level: null } }, 'quantity_missing', 'quantity'],
    [
      'a way of tracking that we do not know',
      { product: { inventory_tracking: 'depot' } },
      'quantity_missing',
      'quantity',
    ],
    ['a stock beyond any store', { variant: { inventory_level: 3_000_000_000 } }, 'value_invalid', 'quantity'],
    ['text with NUL', { product: { description: 'a\0b' } }, 'text_unstorable', 'description'],
    ['half a character', { product: { name: 'a\ud800b' } }, 'text_unstorable', 'title'],
  ])('for %s', async (_what, given, code, field) => {
    expect(await mapWith({}, given)).toMatchObject({ ok: false, code, field, reason: expect.stringContaining(field) });
  });

  test('for an attribute that no database can hold', async () => {
    const given = { product: { custom_url: { url: ['x\0'] } } };
    expect(await mapWith({ url: 'custom_url' }, given)).toMatchObject({
      ok: false,
      code: 'text_unstorable',
      field: 'url',
    });
  });
});
