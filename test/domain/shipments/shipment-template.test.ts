import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { traceShipment } from '../../../domain/shipments/map-shipment.ts';
import { shipmentTemplateYaml } from '../../../domain/shipments/default-shipment-template.ts';
import { firstSourceFile } from '../../../domain/source/first-file.ts';
import { shipmentsSchema } from '../../../domain/source/fulfillment.ts';
import { readSourceFile } from '../../../domain/source/read.ts';
import { compile, makeRow, map, problemsOf } from './builders.ts';

const fieldsOf = async (...given: Parameters<typeof map>) => (await map(...given)).fields;

describe('a shipment under the default template', () => {
  it('has what the seed recommends, in our words', async () => {
    expect(await map()).toEqual({
      id: 7,
      fields: {
        trackingNumber: '1Z999AA10123456784',
        trackingLink: 'https://www.aftership.com/track/ups/1Z',
        trackingCarrier: 'ups',
        shippingProvider: 'ups',
        shippingMethod: 'UPS® Ground',
        shippedAt: '2019-03-11T17:22:08.000Z',
        comments: null,
        cost: '4.5',
        attributes: {},
      },
      problems: [],
      items: [{ orderProductId: 1, productId: null, quantity: 2 }],
    });
  });

  it('has the typed link before the generated one', async () => {
    expect((await fieldsOf({ tracking_link: 'https://x.test/1' })).trackingLink).toBe('https://x.test/1');
    expect((await fieldsOf({ tracking_link: ' ', generated_tracking_link: null })).trackingLink).toBeNull();
  });

  it.each([
    [{ tracking_carrier: 'fedex' }, 'fedex'],
    [{ tracking_carrier: ' ' }, 'ups'],
    [{ shipping_provider: '' }, 'UPS'],
    [{ shipping_provider: '', shipping_provider_display_name: null }, 'UPS® Ground'],
    [{ shipping_provider: '', shipping_provider_display_name: '', shipping_method: 'None' }, null],
    [{ shipping_provider: undefined, shipping_provider_display_name: undefined, shipping_method: undefined }, null],
  ])('has as carrier of %j: %s', async (row, carrier) => {
    expect((await fieldsOf(row)).trackingCarrier).toBe(carrier);
  });

  it('takes what the store says for nothing as unknown', async () => {
    const row = {
      tracking_number: '  ',
      shipping_method: ' none ',
      merchant_shipping_cost: '0.0000',
      date_created: '',
    };
    const mapped = await map({ ...row, comments: '\n', shipping_provider: '' });
    expect(mapped.problems).toEqual([]);
    expect(mapped.fields).toMatchObject({ trackingNumber: null, shippingMethod: null, cost: null, shippedAt: null });
    expect(mapped.fields).toMatchObject({ comments: null, shippingProvider: null });
  });

  it.each([
    ['Mon, 11 Mar 2019 17:22:08 +0000', '2019-03-11T17:22:08.000Z'],
    ['Mon, 11 Mar 2019 17:22:08 -0500', '2019-03-11T22:22:08.000Z'],
    ['11 Mar 2019 17:22:08', '2019-03-11T17:22:08.000Z'],
    ['2019-03-11T17:22:08+02:00', '2019-03-11T15:22:08.000Z'],
    ['2019-03-11T17:22:08', '2019-03-11T17:22:08.000Z'],
  ])('reads %s as %s wherever it runs', async (written, instant) => {
    expect((await fieldsOf({ date_created: written })).shippedAt).toBe(instant);
  });
});

describe('a shipment that cannot be mapped', () => {
  it('keeps what can be, its raw tracking number and the reasons', async () => {
    const { fields, problems } = await map(
      { tracking_number: ' 1Z\0\ud800 ', date_created: 'last 5 days', merchant_shipping_cost: '-3' },
      { trackingLink: { expression: '$number(tracking_number)' } },
    );
    expect(fields).toMatchObject({ trackingNumber: '1Z\ufffd', trackingLink: null, trackingCarrier: 'ups' });
    expect(fields).toMatchObject({ shippedAt: null, cost: null });
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(
      ['cost', 'shippedAt', 'trackingLink', 'trackingNumber'].sort(),
    );
  });

  it.each([null, 'x', 5, {}])('has no items when they are %j', async (items) => {
    const mapped = await map({ items });
    expect(mapped.items).toEqual([]);
    expect(mapped.problems).toEqual(items === null ? [] : ['items is no list']);
  });

  it('has items of which nothing is known', async () => {
    const odd = [null, 'x', { order_product_id: -1, quantity: 1.5 }, { order_product_id: '3', quantity: '2' }];
    const nothing = { orderProductId: null, productId: null, quantity: null };
    expect((await map({ items: odd })).items).toEqual([
      ...[nothing, nothing, nothing],
      { orderProductId: 3, productId: null, quantity: 2 },
    ]);
  });
});

describe('a shipments template', () => {
  it('as it is shown to users is the default, and its examples work', async () => {
    type Shown = { mapping: unknown; mappingSets?: unknown };
    const shown = parse(shipmentTemplateYaml) as Shown;
    expect(await map({}, shown.mapping)).toEqual(await map());
    const examples = parse(shipmentTemplateYaml.replace(/^( *)# (?=[a-zA-Z]+: )/gm, '$1')) as Shown;
    const carrier = { trackingCarrier: { from: 'carrier', lookup: 'carriers' } };
    const mapping = { ...(examples.mapping as object), ...carrier };
    expect(await fieldsOf({}, mapping, examples.mappingSets)).toMatchObject({
      ...{ trackingCarrier: 'UPS', attributes: { addressId: 20 } },
    });
  });

  it('has rules, constants, look-ups and expressions, and names of its own', async () => {
    const mapping = {
      trackingNumber: { from: 'tracking_number', rules: [{ rule: 'replace', find: '1Z', with: '' }] },
      shippedAt: { value: '2026-01-01T00:00:00Z' },
      comments: null,
      pieces: { expression: '$sum(items.quantity)' },
      first: 'items[0].order_product_id',
    };
    expect(await fieldsOf({ comments: 'hello' }, mapping)).toMatchObject({
      trackingNumber: '999AA10123456784',
      shippedAt: '2026-01-01T00:00:00.000Z',
      comments: null,
      attributes: { pieces: 2, first: 1 },
    });
  });

  it.each([
    [{ tracking_number: 'tracking_number' }, 'did you mean trackingNumber?'],
    [{ items: 'order_id' }, 'the system fills in'],
    [{ comments: 'coments' }, 'did you mean comments?'],
    [{ comments: 'billing_address' }, 'there is no field'],
    [{ comments: 'items' }, 'items[0].quantity'],
    [{ comments: 'items[0].sku' }, 'items[0].quantity'],
    [{ comments: 'carrier.name' }, 'has nothing below it'],
    [{ comments: 'a b' }, 'is not a path'],
    [{ comments: { expression: 'trackng_number' } }, 'did you mean tracking_number?'],
    [{ trackingCarrier: { from: 'carrier', lookup: 'carriers' } }, 'there is no mapping set'],
    [{ cost: { value: 'free' } }, 'not an amount'],
    [{ shippedAt: { value: 'yesterday' } }, 'is no instant'],
    [{ shippedAt: { value: '0000-01-01T00:00:00Z' } }, 'is no instant'],
    [{ shippedAt: { value: '0001-01-01T00:00:00+05:00' } }, 'is no instant'],
    [{ shippedAt: { value: '9999-12-31T23:00:00-05:00' } }, 'is no instant'],
    [{ comments: { from: 'comments', rules: [{ rule: 'cap', max: 1 }] } }, 'does not suit'],
  ])('%j is refused: %s', (mapping, expected) => {
    expect(problemsOf(mapping)).toEqual([expect.stringContaining(expected)]);
  });

  it('can be traced field by field', async () => {
    const traces = await traceShipment(compile(), makeRow());
    expect(traces.find(({ field }) => field === 'trackingCarrier')).toMatchObject({ from: 'carrier', result: 'ups' });
  });
});

describe('the shipments section of a source file', () => {
  const environment = { BIGCOMMERCE_STORE_HASH: 'abc', BIGCOMMERCE_ACCESS_TOKEN: 'token' };

  it('has the places of all that is wrong with its mapping', () => {
    const text = [
      'name: a',
      'connection: { type: oauth }',
      'shipments:',
      '  mapping:',
      '    trackingNumber: traking_number',
      '    shippedAt: { value: soon }',
      '    trackingCarrier: { from: carrier, lookup: cariers }',
      '  mappingSets: { carriers: { map: { ups: UPS } } }',
    ].join('\n');
    const read = readSourceFile(text, {});
    expect(read.ok ? [] : read.problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      '5:5 shipments.mapping.trackingNumber',
      '6:18 shipments.mapping.shippedAt.value',
      '7:39 shipments.mapping.trackingCarrier.lookup',
    ]);
  });

  it('as init writes it says what the defaults are', () => {
    const read = readSourceFile(firstSourceFile('acme'), environment);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    expect({ ...read.settings.shipments, mapping: {} }).toEqual(shipmentsSchema.parse({}));
    expect(problemsOf(read.settings.shipments!.mapping)).toEqual([]);
  });
});
