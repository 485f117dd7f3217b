import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shipmentFingerprint } from '../../../domain/shipments/fingerprint.ts';
import type { ReconcileInput, Reconciled } from '../../../domain/shipments/reconcile.ts';
import type { FetchedItem, OrderLine, RequestLine } from '../../../domain/shipments/shipment.ts';
import { makeShipment, run, shippedOf } from './builders.ts';

const RUNS = { numRuns: 500 };

/** Few SKUs, products and lines of the order, so that they meet. */
const sku = fc.constantFrom('A', 'B', 'C');
const product = fc.record({ productId: fc.constantFrom(0, 1, 2), variantId: fc.constantFrom(null, 1, 2) });
const line = fc.record({
  ...{ sku, quantity: fc.integer({ min: 1, max: 4 }), product },
  orderProductId: fc.constantFrom(null, null, 11, 12, 13, 99),
});
const lines = fc.array(line, { minLength: 1, maxLength: 5 }).map((list) =>
  list.map((each, index): RequestLine => ({
    ...{ lineId: String(index), sku: each.sku, quantity: each.quantity, orderProductId: each.orderProductId },
    ...{ productId: each.product.productId || null, variantId: each.product.variantId },
  })),
);
const orderProducts = fc
  .array(fc.record({ sku, product }), { maxLength: 4 })
  .map((list) =>
    list.map((each, index): OrderLine => ({ orderProductId: 11 + index, sku: each.sku, quantity: 1, ...each.product })),
  );
const item: fc.Arbitrary<FetchedItem> = fc.record({
  orderProductId: fc.constantFrom(11, 11, 12, 12, 13, 14, 50, null),
  productId: fc.constantFrom(null, null, 1, 2),
  quantity: fc.constantFrom(0, 1, 2, 3, 5, null),
});
const shipments = fc
  .array(fc.tuple(fc.array(item, { maxLength: 4 }), fc.constantFrom(null, '1Z')), { maxLength: 4 })
  .map((list) => list.map(([items, trackingNumber], index) => makeShipment(index + 1, items, { trackingNumber })));
const orderStatusId = fc.constantFrom(null, 2, 4, 5, 10, 11);
const truth = fc.record({ lines, orderProducts, shipments, orderStatusId });
type Truth = Pick<ReconcileInput, 'lines' | 'orderProducts' | 'shipments' | 'orderStatusId'>;

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, each) => total + each, 0);
const RANK = { open: 0, partially_shipped: 1, shipped: 2 } as const;

function fingerprints({ shipments: list }: Reconciled): string[] {
  return list.map(shipmentFingerprint);
}

/** Whatever the random order of its parts: a shuffle by the given keys. */
function shuffled<T>(list: readonly T[], keys: readonly number[]): T[] {
  return list
    .map((value, index) => ({ value, key: keys[index % keys.length]! }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

describe('reconciling any truth', () => {
  test('counts every unit of every matched item on exactly one line, and loses no item', () => {
    fc.assert(
      fc.property(truth, (given) => {
        const result = run(given);
        const items = result.shipments.flatMap((shipment) => shipment.items);
        for (const { lineId } of given.lines) {
          const units = items.filter((each) => each.lineId === lineId).map(({ quantity }) => quantity);
          expect(result.shippedByLine.get(lineId)).toBe(sum(units));
        }
        for (const [index, shipment] of given.shipments.entries()) {
          const units = shipment.items.map(({ quantity }) => quantity ?? 0);
          expect(sum(result.shipments[index]!.items.map(({ quantity }) => quantity))).toBe(sum(units));
        }
        for (const each of items) expect((each.lineId === null) === (each.reason !== null)).toBe(true);
      }),
      RUNS,
    );
  });

  test('gives the same twice, whatever was known before', () => {
    fc.assert(
      fc.property(truth, (given) => {
        const known = { ...given, orderStatusId: given.orderStatusId ?? 11 };
        const first = run(known);
        const again = run({ ...known, shippingBefore: first.shipping });
        expect(again).toEqual(first);
        expect(fingerprints(again)).toEqual(fingerprints(first));
      }),
      RUNS,
    );
  });

  test('does not depend on the order of shipments, items and lines of the order', () => {
    fc.assert(
      fc.property(truth, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (given, keys) => {
        const mixed: Truth = {
          ...given,
          orderProducts: shuffled(given.orderProducts, keys),
          shipments: shuffled(
            given.shipments.map((shipment) => ({ ...shipment, items: shuffled(shipment.items, keys) })),
            keys,
          ),
        };
        expect(run(mixed)).toEqual(run(given));
        expect(fingerprints(run(mixed))).toEqual(fingerprints(run(given)));
      }),
      RUNS,
    );
  });

  test('does not depend on the order of lines with different SKUs', () => {
    fc.assert(
      fc.property(truth, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (given, keys) => {
        // One product for each SKU, as in a store where every SKU is one variant.
        const productOf = { A: 1, B: 2, C: 3 } as Record<string, number>;
        const unique = given.lines.filter((each, index) => given.lines.findIndex((l) => l.sku === each.sku) === index);
        const own = unique.map((each) => ({ ...each, productId: productOf[each.sku]!, orderProductId: null }));
        const products = given.orderProducts.map((each) => ({ ...each, productId: productOf[each.sku]! }));
        const clear = { ...given, orderProducts: products };
        const [straight, mixed] = [run({ ...clear, lines: own }), run({ ...clear, lines: shuffled(own, keys) })];
        expect(shippedOf(mixed)).toEqual(shippedOf(straight));
        expect(mixed).toMatchObject({
          shipping: straight.shipping,
          flags: straight.flags,
          canceled: straight.canceled,
        });
      }),
      RUNS,
    );
  });

  test('never goes back when more is shipped', () => {
    fc.assert(
      fc.property(truth, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 3 }), (given, which, what, more) => {
        const chosen = given.shipments[which % Math.max(1, given.shipments.length)];
        const index = what % Math.max(1, chosen?.items.length ?? 0);
        if (!chosen?.items[index] || chosen.items[index].quantity === null) return;
        const items = chosen.items.map((each, at) =>
          at === index ? { ...each, quantity: each.quantity! + more } : each,
        );
        const grown = given.shipments.map((each) => (each === chosen ? { ...chosen, items } : each));
        const [before, after] = [run(given), run({ ...given, shipments: grown })];
        expect(RANK[after.shipping]).toBeGreaterThanOrEqual(RANK[before.shipping]);
        for (const { lineId, quantity } of given.lines) {
          const capped = (result: Reconciled) => Math.min(quantity, result.shippedByLine.get(lineId)!);
          expect(capped(after)).toBeGreaterThanOrEqual(capped(before));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('is shipped exactly when every line has its quantity, by nothing but shipments', () => {
    fc.assert(
      fc.property(truth, (given) => {
        const result = run({ ...given, orderStatusId: 11 });
        const left = given.lines.filter(({ lineId, quantity }) => result.shippedByLine.get(lineId)! < quantity);
        const isOver = given.lines.some(({ lineId, quantity }) => result.shippedByLine.get(lineId)! > quantity);
        expect(result.shipping === 'shipped').toBe(left.length === 0);
        expect(result.shipping === 'open').toBe(sum(result.shippedByLine.values()) === 0);
        expect(result.flags.includes('over_shipped')).toBe(isOver);
        expect(result.canceled).toBeNull();
      }),
      RUNS,
    );
  });
});

describe('the fingerprint of a shipment', () => {
  const shipment = () =>
    run({ shipments: [makeShipment(1, [[11, 1]], { attributes: { a: '1', b: [{ c: 1, d: 2 }] } })] });
  const of = ({ shipments: [first] }: Reconciled) => first!;
  const print = (change: object = {}) => shipmentFingerprint({ ...of(shipment()), ...change });

  test('is the same for the same content, whatever the order of its keys', () => {
    const { fields } = of(shipment());
    const turned = Object.fromEntries(Object.entries(fields).reverse()) as unknown as typeof fields;
    const attributes = { b: [{ d: 2, c: 1 }], a: '1' };
    expect(print({ fields: { ...turned, attributes } })).toBe(print());
  });

  test('differs with every field, attribute, item, flag and problem', () => {
    const { fields, items } = of(shipment());
    const changes = [
      ...Object.keys(fields).map((name) => ({ fields: { ...fields, [name]: 'other' } })),
      { fields: { ...fields, attributes: { a: 1, b: [{ c: 1, d: 2 }] } } },
      { fields: { ...fields, attributes: { ...fields.attributes, n: null } } },
      { items: items.map((each) => ({ ...each, quantity: 2 })) },
      { items: [...items, ...items] },
      { flags: ['no_tracking'] },
      { problems: ['cost is below zero: -3'] },
    ];
    const prints = [{}, ...changes].map(print);
    expect(new Set(prints).size).toBe(prints.length);
  });
});
