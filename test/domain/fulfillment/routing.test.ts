import { describe, expect, it, test } from '@jest/globals';
import { countryCodeOf } from '../../../domain/fulfillment/country.ts';
import { routeOrder } from '../../../domain/fulfillment/routing.ts';
import type { Candidate } from '../../../domain/fulfillment/routing-rules.ts';
import { makeCandidate, makeOrder } from './routing-builders.ts';

/** Which source takes which lines, by number; or nothing. */
function chosen(order: ReturnType<typeof makeOrder>, candidates: Candidate[]) {
  const routing = routeOrder(order, candidates);
  return routing.routed
    ? routing.parts.map(({ source, number, lineIds }) => `${number} ${source}: ${lineIds.join(' ')}`)
    : [];
}

function reasons(order: ReturnType<typeof makeOrder>, candidate: Candidate): string[] {
  return routeOrder(order, [candidate]).considered[0]!.reasons;
}

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

describe('a split', () => {
  const order = makeOrder([
    ['X', 1],
    ['Y', 2],
    ['Z', 3],
  ]);

  it('goes to the fewest sources, numbered by priority, the lines to the first that can', () => {
    const candidates = [
      makeCandidate('d', { Z: 3 }, { priority: 4 }),
      makeCandidate('a', { X: 1 }, { priority: 1 }),
      makeCandidate('b', { Y: 2 }, { priority: 2 }),
      makeCandidate('c', { X: 1, Z: 3 }, { priority: 3 }),
    ];
    expect(chosen(order, candidates)).toEqual(['PO-1-1 b: 2', 'PO-1-2 c: 1 3']);
    const routing = routeOrder(order, candidates);
    expect(routing).toMatchObject({
      parts: [
        {
          why: 'takes 1 of 3 lines (priority 2): no source can ship the whole order, and 2 are the fewest that can share it',
        },
        {},
      ],
    });
    expect(routing.considered[0]!.reasons).toEqual(['Y is not in its inventory', 'Z is not in its inventory']);
  });

  it('never goes to a source that takes whole orders only', () => {
    const candidates = [makeCandidate('a', { X: 1, Y: 2 }, { split: false }), makeCandidate('b', { Z: 3 })];
    expect(routeOrder(order, candidates)).toEqual({
      routed: false,
      why: 'No source can ship the whole order, and none may take line 1 (1 x X), line 2 (2 x Y) as a part of it.',
      considered: [
        { source: 'a', reasons: ['Z is not in its inventory', 'takes whole orders only (split: false)'] },
        { source: 'b', reasons: ['X is not in its inventory', 'Y is not in its inventory'] },
      ],
    });
  });

  it('never divides a line', () => {
    const one = makeOrder([['X', 4]]);
    const candidates = [makeCandidate('a', { X: 2 }), makeCandidate('b', { X: 3 })];
    expect(routeOrder(one, candidates)).toMatchObject({
      routed: false,
      why: 'No source can ship this order; a single line is never divided.',
    });
    const two = makeOrder([
      ['X', 3],
      ['X', 2],
    ]);
    expect(chosen(two, candidates)).toEqual(['PO-1-1 a: 2', 'PO-1-2 b: 1']);
  });

  it('gives a source more lines than its priority asks for, so that its part meets its minimums', () => {
    const candidates = [
      makeCandidate('a', { W: 1, X: 1, Y: 2 }, { priority: 1 }),
      makeCandidate('b', { X: 1, Y: 2, Z: 3 }, { priority: 2, minimumQuantity: 5 }),
    ];
    const four = makeOrder([
      ['W', 1],
      ['X', 1],
      ['Y', 2],
      ['Z', 3],
    ]);
    expect(chosen(four, candidates)).toEqual(['PO-1-1 a: 1 2', 'PO-1-2 b: 3 4']);
  });

  it('is not made when each line has a taker but the parts would be too small', () => {
    const candidates = [makeCandidate('a', { X: 1, Y: 2 }, { minimumQuantity: 4 }), makeCandidate('b', { Z: 3 })];
    expect(routeOrder(order, candidates)).toMatchObject({
      routed: false,
      why: expect.stringContaining('no way to share them meets the stock and the minimums'),
    });
  });

  it('is not made of a number that leaves no room for its endings', () => {
    const candidates = [makeCandidate('a', { X: 1, Y: 2 }), makeCandidate('b', { Z: 3 })];
    const long = { ...order, number: 'x'.repeat(99) };
    expect(routeOrder(long, candidates)).toMatchObject({
      routed: false,
      why: expect.stringContaining('leaves no room'),
    });
    expect(chosen({ ...order, number: 'x'.repeat(98) }, candidates)).toHaveLength(2);
  });

  const many = Array.from({ length: 100 }, (_, index): [string, number] => [`S${index}`, 1 + (index % 3)]);

  it('of a hundred lines over thirty sources with minimums is found', () => {
    const candidates = Array.from({ length: 30 }, (_, at) =>
      makeCandidate(
        `s${String(at).padStart(2, '0')}`,
        Object.fromEntries(many.filter((_line, index) => index % 10 === at % 10).map(([sku]) => [sku, 3])),
        { minimumQuantity: 10 },
      ),
    );
    expect(chosen(makeOrder(many), candidates)).toHaveLength(10);
  });

  it('that would take too long to rule out is given up, and said to be', () => {
    // Each source lacks one line and wants more than half of the order: no two can have that, in 2^99 ways.
    const candidates = Array.from({ length: 12 }, (_, at) =>
      makeCandidate(
        `s${at}`,
        Object.fromEntries(many.filter((_line, index) => index !== at).map(([sku]) => [sku, 3])),
        {
          minimumQuantity: 110,
        },
      ),
    );
    expect(routeOrder(makeOrder(many), candidates)).toMatchObject({
      routed: false,
      why: expect.stringContaining('there are too many to try them all'),
    });
  });
});

it('without any source an order stays open and says so', () => {
  expect(routeOrder(makeOrder([['X', 1]]), [])).toEqual({
    routed: false,
    why: 'There is no source that takes orders.',
    considered: [],
  });
});
