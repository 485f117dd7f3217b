import { describe, expect, it } from '@jest/globals';
import { hasUnknownOrderProducts } from '../../../domain/shipments/match-lines.ts';
import { makeItem, makeLine, makeProduct, makeShipment, run, shippedOf } from './builders.ts';

const one = { lines: [makeLine('1', 3)], orderProducts: [makeProduct(11, 'SKU-1')] };

describe('an item of a shipment', () => {
  it('is matched by order product id before product and variant, and by these before the SKU', () => {
    const lines = [
      makeLine('sku', 1, { sku: 'X' }),
      makeLine('ids', 1, { productId: 5, variantId: 6 }),
      makeLine('tied', 1, { orderProductId: 11 }),
    ];
    const product = makeProduct(11, 'X', { productId: 5, variantId: 6 });
    const shipments = [makeShipment(1, [[11, 1]])];
    const shipped = (given: typeof lines) =>
      Object.entries(shippedOf(run({ lines: given, orderProducts: [product], shipments })))
        .filter(([, quantity]) => quantity > 0)
        .map(([lineId]) => lineId);
    expect(shipped(lines)).toEqual(['tied']);
    expect(shipped(lines.slice(0, 2))).toEqual(['ids']);
    expect(shipped(lines.slice(0, 1))).toEqual(['sku']);
  });

  it.each([
    ['of another variant', { productId: 5, variantId: 7 }, {}],
    ['of another product of variant null', { productId: 6, variantId: null }, {}],
    ['without product, variant and SKU', { productId: 0 }, { sku: '' }],
    ['with another SKU by letter case', { productId: 0, sku: 'sku-1' }, {}],
  ])('%s matches nothing', (_name, product, line) => {
    const lines = [makeLine('1', 1, { productId: 5, variantId: 6, ...line })];
    const orderProducts = [makeProduct(11, '', product)];
    const result = run({ lines, orderProducts, shipments: [makeShipment(1, [[11, 1]])] });
    expect(result).toMatchObject({ shipping: 'open', flags: ['unmatched_items'] });
  });

  it('whose order names no variant is matched where the request has one variant of the product only', () => {
    const orderProducts = [makeProduct(11, '', { productId: 5 })];
    const lines = [makeLine('1', 1, { productId: 5, variantId: 6 })];
    const shipments = [makeShipment(1, [[11, 1]])];
    expect(run({ lines, orderProducts, shipments }).shipping).toBe('shipped');
    const two = [...lines, makeLine('2', 1, { productId: 5, variantId: 7 })];
    expect(run({ lines: two, orderProducts, shipments }).flags).toEqual(['unmatched_items']);
  });

  it('without order product id is matched by its product where the order has one variant of it', () => {
    const lines = [makeLine('1', 1, { productId: 5, variantId: 6 })];
    const product = makeProduct(11, 'SKU-1', { productId: 5, variantId: 6 });
    const shipments = [makeShipment(1, [makeItem(null, 1, 5)])];
    expect(run({ lines, orderProducts: [product], shipments }).shipping).toBe('shipped');
    const other = makeProduct(12, 'SKU-2', { productId: 5, variantId: 7 });
    expect(run({ lines, orderProducts: [product, other], shipments })).toMatchObject({
      ...{ shipping: 'open', flags: ['unmatched_items'] },
      shipments: [
        { items: [{ lineId: null, reason: expect.stringContaining('does not say which line') as unknown as string }] },
      ],
    });
  });

  it('that matches nothing is kept with its reason, beside what matches', () => {
    const orderProducts = [...one.orderProducts, makeProduct(12, 'GIFT', { productId: 9 })];
    const items: [number, number][] = [
      ...([
        [12, 1],
        [99, 2],
      ] as [number, number][]),
      [11, 3],
    ];
    const result = run({ ...one, orderProducts, shipments: [makeShipment(1, items), makeShipment(2, [[11, 0]])] });
    expect(result).toMatchObject({ shipping: 'shipped', flags: ['unmatched_items'] });
    expect(result.shipments[0]).toMatchObject({
      flags: ['unmatched_items'],
      items: [
        { lineId: '1', sku: 'SKU-1', quantity: 3, orderProductId: 11, reason: null },
        { lineId: null, sku: 'GIFT', quantity: 1, reason: 'GIFT (order product 12) is no line of the request' },
        {
          ...{ lineId: null, sku: null, quantity: 2, orderProductId: 99 },
          reason: 'order product 99 is not among the lines of the order that we know',
        },
      ],
    });
    expect(result.shipments[1]!.flags).toEqual([]);
  });

  it('of an order line that is not known yet says so', () => {
    const { orderProducts } = one;
    expect(hasUnknownOrderProducts([makeShipment(1, [[11, 1], makeItem(null, 1)])], orderProducts)).toBe(false);
    expect(hasUnknownOrderProducts([makeShipment(1, [[12, 1]])], orderProducts)).toBe(true);
  });

  it('without a quantity that counts is kept and flagged, and breaks nothing', () => {
    const result = run({ ...one, shipments: [makeShipment(1, [makeItem(11, null), [11, 0], makeItem(11, 3)])] });
    expect(result).toMatchObject({ shipping: 'shipped', flags: ['unmatched_items'] });
    expect(result.shipments[0]!.items).toMatchObject([
      { lineId: '1', quantity: 3 },
      { lineId: null, quantity: 0, reason: 'its quantity is no whole number from 0' },
      { lineId: null, quantity: 0, reason: 'its quantity is 0' },
    ]);
  });

  it('that stands twice in one shipment adds up, also where only one of them names the product', () => {
    const shipments = [makeShipment(1, [makeItem(11, 1, 5), makeItem(11, 2)])];
    const result = run({ ...one, shipments });
    expect(result.shipments[0]!.items).toEqual([
      { lineId: '1', sku: 'SKU-1', quantity: 3, orderProductId: 11, productId: 5, reason: null },
    ]);
    expect(result.shipping).toBe('shipped');
  });
});

describe('lines that share an SKU', () => {
  const twins = [makeLine('1', 2, { sku: 'X' }), makeLine('2', 3, { sku: 'X' })];
  const x = makeProduct(11, 'X');

  it.each([
    [1, { '1': 1, '2': 0 }, 'partially_shipped', []],
    [4, { '1': 2, '2': 2 }, 'partially_shipped', []],
    [5, { '1': 2, '2': 3 }, 'shipped', []],
    [7, { '1': 2, '2': 5 }, 'shipped', ['over_shipped']],
  ])('are filled in their order by %d units, a rest goes to the last', (units, shipped, shipping, flags) => {
    const result = run({ lines: twins, orderProducts: [x], shipments: [makeShipment(1, [[11, units]])] });
    expect(shippedOf(result)).toEqual(shipped);
    expect(result).toMatchObject({ shipping, flags });
  });

  it('are filled from several lines of the order and several shipments', () => {
    const shipments = [makeShipment(2, [[12, 3]]), makeShipment(1, [[11, 1], [12, 1]])]; // prettier-ignore
    const result = run({ lines: twins, orderProducts: [x, makeProduct(12, 'X')], shipments });
    expect(shippedOf(result)).toEqual({ '1': 2, '2': 3 });
    expect(result.shipments.map(({ items }) => items.map(({ lineId, quantity }) => [lineId, quantity]))).toEqual([
      [['1', 1], ['1', 1]],
      [['2', 3]],
    ]); // prettier-ignore
  });

  it('of which one is tied to the line of the order are both filled by it', () => {
    const [first, second] = twins;
    const lines = [{ ...first!, orderProductId: 11 }, second!];
    const result = run({ lines, orderProducts: [x], shipments: [makeShipment(1, [[11, 5]])] });
    expect(shippedOf(result)).toEqual({ '1': 2, '2': 3 });
  });

  it('keep what belongs to the other line of the order', () => {
    const [first, second] = twins;
    const lines = [
      { ...first!, orderProductId: 11 },
      { ...second!, orderProductId: 12 },
    ];
    const orderProducts = [x, makeProduct(12, 'X')];
    const result = run({ lines, orderProducts, shipments: [makeShipment(1, [[11, 4]])] });
    expect(shippedOf(result)).toEqual({ '1': 4, '2': 0 });
    expect(result).toMatchObject({ shipping: 'partially_shipped', flags: ['over_shipped'] });
  });

  it('leave the tied line to the line of the order that is certainly it', () => {
    const [first, second] = twins;
    const lines = [{ ...first!, orderProductId: 12 }, second!];
    const orderProducts = [x, makeProduct(12, 'X')];
    const shipments = [makeShipment(1, [[11, 3]]), makeShipment(2, [[12, 2]])];
    expect(shippedOf(run({ lines, orderProducts, shipments }))).toEqual({ '1': 2, '2': 3 });
  });
});

describe('a shipment', () => {
  it('of more than was ordered is recorded as it is, shipped at most, and flagged', () => {
    const result = run({ ...one, shipments: [makeShipment(1, [[11, 9]])] });
    expect(shippedOf(result)).toEqual({ '1': 9 });
    expect(result).toMatchObject({ shipping: 'shipped', flags: ['over_shipped'] });
  });

  it('of more than a database can count does not break the rest', () => {
    const shipments = [makeShipment(1, [[11, 2_000_000_000]]), makeShipment(2, [[11, 2_000_000_000]])];
    expect(shippedOf(run({ ...one, shipments }))).toEqual({ '1': 2_147_483_647 });
  });

  it('without a tracking number, or one that could not be mapped, is kept and flagged', () => {
    const unmapped = { ...makeShipment(2, [[11, 1]]), problems: ['cost is below zero: -3'] };
    const shipments = [makeShipment(1, [[11, 2]], { trackingNumber: null }), unmapped];
    const result = run({ ...one, shipments });
    expect(result.shipments.map(({ flags }) => flags)).toEqual([['no_tracking'], ['mapping_failed']]);
    expect(result).toMatchObject({ shipping: 'shipped', flags: ['no_tracking', 'mapping_failed'] });
  });

  it('that two pages both list counts once', () => {
    const shipments = [makeShipment(1, [[11, 1]]), makeShipment(1, [[11, 2]])];
    expect(shippedOf(run({ ...one, shipments }))).toEqual({ '1': 2 });
  });

  it('that is gone takes the state back', () => {
    expect(run({ ...one, shippingBefore: 'shipped' }).shipping).toBe('open');
    const shipments = [makeShipment(1, [[11, 2]])];
    expect(run({ ...one, shipments, shippingBefore: 'shipped' }).shipping).toBe('partially_shipped');
  });
});

describe('an order', () => {
  const part = { ...one, shipments: [makeShipment(1, [[11, 2]])] };
  const whole = { ...one, shipments: [makeShipment(1, [[11, 3]])] };

  it.each([2, 10])('of status %d without any shipment is shipped without tracking', (orderStatusId) => {
    expect(run({ ...one, orderStatusId })).toMatchObject({ shipping: 'shipped', flags: ['no_tracking'] });
    const short = { shipping: 'partially_shipped', flags: ['closed_short'] };
    expect(run({ ...part, orderStatusId })).toMatchObject(short);
    expect(run({ ...whole, orderStatusId }).flags).toEqual([]);
  });

  it.each([0, 1, 3, 7, 8, 9, 11, 12, 13, 14])('of status %d is what its shipments are', (orderStatusId) => {
    expect(run({ ...one, orderStatusId })).toMatchObject({ shipping: 'open', flags: [], canceled: null });
  });

  it.each([
    [5, 'canceled_by_store', 'canceled'],
    [6, 'declined_by_store', 'declined'],
    [4, 'refunded_by_store', 'refunded'],
  ])('of status %d is canceled as %s, unless all has shipped', (orderStatusId, code, verb) => {
    const message = `The order was ${verb} in the store.`;
    expect(run({ ...one, orderStatusId })).toMatchObject({ canceled: { code, message }, flags: [] });
    expect(run({ ...part, orderStatusId }).canceled!.message).toContain('after 2 of 3 units had shipped');
    expect(run({ ...whole, orderStatusId })).toMatchObject({ canceled: null, flags: ['refunded_after_shipping'] });
  });

  it('that is marked as shipped by hand counts no more once it has had a package: deleting packages leaves its status', () => {
    const marked = { ...one, orderStatusId: 2, shippingBefore: 'shipped' } as const;
    expect(run({ ...marked, hadPackages: true })).toMatchObject({ shipping: 'open', flags: ['no_tracking'] });
    expect(run({ ...marked, hadPackages: false })).toMatchObject({ shipping: 'shipped', flags: ['no_tracking'] });
  });

  it.each([4, 5, 6])(
    'that was marked as shipped by hand and is then of status %d has shipped all the same',
    (status) => {
      const marked = { ...one, orderStatusId: status, shippingBefore: 'shipped' } as const;
      expect(run(marked)).toMatchObject({
        ...{ shipping: 'shipped', canceled: null, flags: ['no_tracking', 'refunded_after_shipping'] },
      });
      // With every package deleted, nothing has left.
      expect(run({ ...marked, hadPackages: true })).toMatchObject({
        shipping: 'open',
        canceled: { hint: expect.any(String) },
      });
    },
  );

  it('is active while the store has it and has not ended it', () => {
    expect(run({ ...one, orderStatusId: 2 }).isActive).toBe(true);
    for (const ended of [{ orderStatusId: 5 }, { orderStatusId: 4 }, { orderStatusId: null }, { isDeleted: true }])
      expect(run({ ...one, ...ended }).isActive).toBe(false);
  });

  it('that was deleted is flagged, and its states are what its shipments and status say', () => {
    expect(run({ ...part, isDeleted: true })).toMatchObject({
      shipping: 'partially_shipped',
      flags: ['order_deleted'],
    });
    expect(run({ ...one, isDeleted: true, shippingBefore: 'shipped' }).shipping).toBe('open');
  });

  it('that the store no longer knows keeps its state', () => {
    const gone = { ...one, isDeleted: true, orderStatusId: null };
    for (const shippingBefore of ['open', 'shipped'] as const) {
      const result = run({ ...gone, shippingBefore });
      expect(result).toMatchObject({ shipping: shippingBefore, flags: ['order_deleted'], canceled: null });
    }
  });

  it('of 120 lines is shipped with the last of them', () => {
    const ids = Array.from({ length: 120 }, (_, index) => index + 1);
    const lines = ids.map((id) => makeLine(String(id), 1));
    const orderProducts = ids.map((id) => makeProduct(id, `SKU-${id}`));
    const shipments = ids.map((id) => makeShipment(id, [[id, 1]]));
    expect(run({ lines, orderProducts, shipments: shipments.slice(1) }).shipping).toBe('partially_shipped');
    expect(run({ lines, orderProducts, shipments }).shipping).toBe('shipped');
  });

  it('of a request without lines is not shipped by that', () => {
    expect(run({}).shipping).toBe('open');
  });
});
