import { describe, expect, it, test } from '@jest/globals';
import { countryCodeOf } from '../../../domain/fulfillment/country.ts';
import { routeOrder } from '../../../domain/fulfillment/routing.ts';
import type { Candidate } from '../../../domain/fulfillment/routing-rules.ts';
import { chosen, makeCandidate, makeOrder, reasons } from './routing-builders.ts';

describe('one source for the whole order', () => {
  it('is the first by priority that can, and by name among equals', () => {
    const order = makeOrder([['A', 2]]);
    const [north, south, west] = [
      makeCandidate('north', { A: 9 }, { priority: 2 }),
      makeCandidate('south', { A: 9 }, { priority: 2 }),
      makeCandidate('west', { A: 1 }, { priority: 1 }),
    ];
    expect(chosen(order, [south, west, north])).toEqual(['PO-1 north: 1']);
    expect(routeOrder(order, [south, west, north]).considered).toEqual([
      { source: 'west', reasons: ['A is out of stock (wanted 2, available 1)'] },
      { source: 'north', reasons: [] },
      {
        source: 'south',
        reasons: ['could ship it too, but north comes first by name at the same priority (2)'],
      },
    ]);
  });

  it('is taken before any split, even where the split would go to sources of better priority', () => {
    const candidates = [
      makeCandidate('a', { X: 1 }, { priority: 1 }),
      makeCandidate('b', { Y: 1 }, { priority: 2 }),
      makeCandidate('c', { X: 1, Y: 1 }, { priority: 3, split: false }),
    ];
    const order = makeOrder([
      ['X', 1],
      ['Y', 1],
    ]);
    expect(chosen(order, candidates)).toEqual(['PO-1 c: 1 2']);
  });

  it('needs the sum of the lines of one SKU in stock', () => {
    const order = makeOrder([
      ['A', 2],
      ['A', 2],
    ]);
    expect(reasons(order, makeCandidate('s', { A: 3 }))).toEqual(['A is out of stock (wanted 4, available 3)']);
    expect(chosen(order, [makeCandidate('s', { A: 4 })])).toEqual(['PO-1 s: 1 2']);
  });
});

describe('a rule that does not hold is named', () => {
  const order = makeOrder([['A', 2]]);
  const shoe = { A: { available: 5, brand: 'Acme', categories: ['Wear', 'Shoes'] } };
  test.each<[string, Candidate, string[]]>([
    ['an unknown SKU', makeCandidate('s', { a: 5 }), ['A is not in its inventory']],
    ['an archived item', makeCandidate('s', { A: { available: 5, archived: true } }), ['A is archived']],
    ['stock below 0', makeCandidate('s', { A: -2 }), ['A is out of stock (wanted 2, available 0)']],
    [
      'minimum quantity',
      makeCandidate('s', { A: 5 }, { minimumQuantity: 3 }),
      ['minimum quantity is 3, this order has 2'],
    ],
    [
      'minimum total',
      makeCandidate('s', { A: 5 }, { minimumOrderTotal: 25 }),
      ['minimum order total is 25.00, this order has 20.00'],
    ],
    [
      'minimum total without a price',
      makeCandidate('s', { A: { available: 5, price: null } }, { minimumOrderTotal: 25 }),
      ['minimum order total is 25.00, this order has 0.00 without A, whose price is unknown'],
    ],
    [
      'an excluded brand',
      makeCandidate('s', shoe, { brands: { exclude: ['ACME'] } }),
      ['A is of brand Acme, which is excluded'],
    ],
    [
      'a brand that is not included',
      makeCandidate('s', shoe, { brands: { include: ['Other', 'More'] } }),
      ['A is of brand Acme, and only Other, More may be shipped'],
    ],
    [
      'no brand where one is needed',
      makeCandidate('s', { A: 5 }, { brands: { include: ['Other'] } }),
      ['A has no brand, and only Other may be shipped'],
    ],
    [
      'an excluded category of any level',
      makeCandidate('s', shoe, { categories: { include: ['shoes'], exclude: ['wear'] } }),
      ['A is of category Wear, which is excluded'],
    ],
    [
      'a category that is not included',
      makeCandidate('s', shoe, { categories: { include: ['hats'] } }),
      ['A is of category Wear > Shoes, and only hats may be shipped'],
    ],
    [
      'a country',
      makeCandidate('s', { A: 5 }, { countries: ['CA', 'MX'] }),
      ['ships to CA, MX only, and the order goes to US'],
    ],
  ])('%s', (_name, candidate, expected) => {
    expect(reasons(order, candidate)).toEqual(expected);
  });

  test('all of them at once', () => {
    const candidate = makeCandidate('s', { A: 1 }, { minimumQuantity: 3, countries: ['CA'] });
    expect(reasons(order, candidate)).toHaveLength(3);
  });

  test.each<[string, Candidate]>([
    [
      'brands and categories in any case',
      makeCandidate('s', shoe, { brands: { include: ['ACME'] }, categories: { include: ['shoes'] } }),
    ],
    ['a total that is just enough', makeCandidate('s', { A: 5 }, { minimumOrderTotal: 20 })],
    ['a quantity that is just enough', makeCandidate('s', { A: 5 }, { minimumQuantity: 2 })],
    ['the country', makeCandidate('s', { A: 5 }, { countries: ['US'] })],
  ])('%s hold', (_name, candidate) => {
    expect(chosen(order, [candidate])).toEqual(['PO-1 s: 1']);
  });

  test('a price of the order goes before the price of the item, in exact cents', () => {
    const cents = makeOrder([
      ['A', 1, '0.10'],
      ['B', 1, '0.20'],
    ]);
    expect(chosen(cents, [makeCandidate('s', { A: 1, B: 1 }, { minimumOrderTotal: 0.3 })])).toEqual(['PO-1 s: 1 2']);
    expect(reasons(cents, makeCandidate('s', { A: 1, B: 1 }, { minimumOrderTotal: 0.31 }))).toEqual([
      'minimum order total is 0.31, this order has 0.30',
    ]);
  });

  test('what is known of a total may be enough by itself', () => {
    const both = makeOrder([
      ['A', 1, '30'],
      ['B', 1],
    ]);
    const candidate = makeCandidate('s', { A: 1, B: { available: 1, price: null } }, { minimumOrderTotal: 25 });
    expect(chosen(both, [candidate])).toEqual(['PO-1 s: 1 2']);
  });
});

describe('the country', () => {
  const toCanada = makeCandidate('s', { A: 5 }, { countries: ['CA'] });
  it('is that of the shipping address, or of the billing address where the shipping address is empty', () => {
    const shipping = { shippingAddress: { countryCode: 'CA' } };
    expect(chosen(makeOrder([['A', 1]], shipping), [toCanada])).toEqual(['PO-1 s: 1']);
    expect(chosen(makeOrder([['A', 1]], { billingAddress: { countryCode: 'ca' } }), [toCanada])).toHaveLength(1);
    expect(reasons(makeOrder([['A', 1]], { shippingAddress: { city: 'Rome' } }), toCanada)).toEqual([
      "ships to CA only, and the order's address names no country that we know",
    ]);
  });

  it.each([
    ['US', null, 'US'],
    [' gb ', 'France', 'GB'],
    ['UK', null, 'GB'],
    [null, 'United Kingdom', 'GB'],
    [null, 'germany', 'DE'],
    [null, 'fr', 'FR'],
    [null, 'usa', 'US'],
    [null, 'U.S.', 'US'],
    [null, 'United States of America', 'US'],
    [null, 'Great Britain', 'GB'],
    [null, 'U.K.', 'GB'],
    [null, 'Czech Republic', 'CZ'],
    [null, 'Hong Kong', 'HK'],
    [null, 'Trinidad and Tobago', 'TT'],
    [null, 'Saint Lucia', 'LC'],
    [null, "Cote d'Ivoire", 'CI'],
    [null, 'The Netherlands', 'NL'],
    [null, 'Turkey', 'TR'],
    [null, 'Republic of Korea', 'KR'],
    [null, 'Korea, Democratic People’s Republic of', 'KP'],
    [null, 'Virgin Islands, British', 'VG'],
    [null, 'Congo', 'CG'],
    [null, 'Democratic Republic of the Congo', 'CD'],
    [null, 'Atlantis', null],
    [null, '?', null],
    [null, null, null],
  ])('of %j and %j is %j', (countryCode, country, expected) => {
    expect(countryCodeOf({ countryCode, country })).toBe(expected);
  });
});

it('without any source an order stays open and says so', () => {
  expect(routeOrder(makeOrder([['X', 1]]), [])).toEqual({
    routed: false,
    why: 'There is no source that takes orders.',
    considered: [],
  });
});
