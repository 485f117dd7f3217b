import { describe, expect, test } from '@jest/globals';
import { Big } from 'big.js';
import fc from 'fast-check';
import { mapItem } from '../../../domain/catalog/map-item.ts';
import type { MapResult } from '../../../domain/catalog/map-item.ts';
import { decimalText, toDecimal } from '../../../domain/mapping/decimal.ts';
import { unsafePattern } from '../../../domain/mapping/safe-regex.ts';
import { stripHtml } from '../../../domain/mapping/strip-html.ts';
import { compile, makeContext, makeProduct, makeVariant } from '../catalog/builders.ts';

const cents = fc.integer({ min: 0, max: 1_000_000_000 });
const amount = cents.map((value) => Number(new Big(value).div(10_000).toFixed()));
const rule = fc.oneof(
  fc.record({ rule: fc.constant('markup'), percent: fc.integer({ min: -100, max: 300 }) }),
  fc.record({ rule: fc.constant('addition'), amount }),
  fc.record({ rule: fc.constant('round'), digits: fc.integer({ min: 0, max: 6 }) }),
  fc.constant({ rule: 'roundTo99' }),
  fc.record({ rule: fc.constant('discountOnMsrp'), percent: fc.integer({ min: 0, max: 100 }) }),
);

function mapPrice(rules: unknown[], price: number, msrp: number, cost: number): MapResult {
  const product = makeProduct({ price, retail_price: msrp, cost_price: cost }, [makeVariant()]);
  const template = compile({ price: { from: 'variants.price', rules } });
  return mapItem(template, makeContext(), product, product.variants[0]!) as MapResult;
}

describe('decimals', () => {
  test('the text of a JSON number is the decimal that the store wrote, up to 15 digits', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 999_999_999_999_999n }),
        fc.integer({ min: 1, max: 8 }),
        (digits, places) => {
          const written = new Big(digits.toString()).div(new Big(10).pow(places));
          const read: unknown = JSON.parse(written.toFixed());
          expect(decimalText(read)).toBe(written.toFixed());
        },
      ),
    );
  });

  test.each([
    [12.5, '12.5'],
    ['12.50', '12.5'],
    [' +007.10 ', '7.1'],
    ['1.', '1'],
    ['.5', '0.5'],
    ['-0.0', '0'],
    [-0, '0'],
    [1e-7, '0.0000001'],
    ['1e3', '1000'],
    ['', null],
    ['abc', null],
    ['1,299.00', null],
    ['0x10', null],
    ['1e999', null],
    ['9'.repeat(50), null],
    [1e15, null],
    [Number.NaN, null],
    [true, null],
    [null, null],
    [{}, null],
  ])('%j reads as %j', (raw, expected) => {
    expect(decimalText(raw)).toBe(expected);
    expect(toDecimal(raw)?.toFixed() ?? null).toBe(expected);
  });
});

describe('price rules', () => {
  test('a price guarded last by cost is never below cost', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), amount, amount, amount, (rules, price, msrp, cost) => {
        const result = mapPrice([...rules, { rule: 'notBelowCost' }], price, msrp, cost);
        expect(result.ok && new Big(result.item.price ?? 0).gte(cost)).toBe(true);
      }),
    );
  });

  test('a price guarded last by msrp is never above it', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 4 }),
        amount,
        amount.filter((msrp) => msrp > 0),
        (rules, price, msrp) => {
          const result = mapPrice([...rules, { rule: 'notAboveMsrp' }], price, msrp, 0);
          expect(result.ok && new Big(result.item.price ?? 0).lte(msrp)).toBe(true);
        },
      ),
    );
  });

  test('mapping the same record again gives the same item, because it starts from the raw value', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), amount, amount, amount, (rules, price, msrp, cost) => {
        const product = makeProduct({ price, retail_price: msrp, cost_price: cost }, [makeVariant()]);
        const template = compile({ price: { from: 'variants.price', rules } });
        const once = mapItem(template, makeContext(), product, product.variants[0]!);
        expect(mapItem(template, makeContext(), product, product.variants[0]!)).toEqual(once);
      }),
    );
  });

  test('a markup is exact', () => {
    fc.assert(
      fc.property(cents, fc.integer({ min: 0, max: 50_000 }), (price, percent) => {
        const raw = Number(new Big(price).div(10_000).toFixed());
        const result = mapPrice([{ rule: 'markup', percent: new Big(percent).div(100).toFixed() }], raw, 0, 0);
        // In integers: price / 10^4 * (10^4 + percent) / 10^4.
        const exact = new Big((BigInt(price) * BigInt(10_000 + percent)).toString()).div(100_000_000);
        expect(result).toMatchObject({ ok: true, item: { price: exact.toFixed() } });
      }),
    );
  });
});

describe('guards against slow templates', () => {
  test.each([
    '(a+)+',
    '(a|b)*',
    '(?=a)',
    '(a)\\1',
    '((ab)*c)+',
    '.*.*.*.*.*x',
    '(a*){2,}',
    'a'.repeat(201),
    '(x(y+))+',
  ])('the pattern %s is refused', (pattern) => {
    expect(unsafePattern(pattern)).not.toBeNull();
  });

  test.each(['^SKU-\\d+$', '[()|+]+', '(abc)?', '(a|b)', '\\(\\d+\\)+', '(?:ab)+c', '(?<n>x)', 'a{1}', '\\d{2,4}'])(
    'the pattern %s may be used',
    (pattern) => {
      expect(unsafePattern(pattern)).toBeNull();
    },
  );

  test('stripping HTML takes linear time on marks that never close', () => {
    const startedAt = performance.now();
    for (const mark of ['<!--', '<script', '<', '<p', '&', '&#']) stripHtml(mark.repeat(50_000));
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
