import { describe, expect, it } from '@jest/globals';
import { address, bodyOf, build } from './builders-order.ts';
import type { Fields } from './builders-order.ts';

describe('the body of an order', () => {
  it('of a guest, from a document without a word too many', async () => {
    const us = {
      ...{ first_name: 'Ann', last_name: 'Lee', company: 'Acme', street_1: '1 Main Street', city: 'Fresno' },
      ...{ state: 'California', zip: '93650', country: 'United States', country_iso2: 'US' },
      ...{ phone: '555 0100', email: 'ann@example.com' },
    };
    expect(await bodyOf()).toEqual({
      customer_id: 0,
      status_id: 11,
      billing_address: us,
      shipping_addresses: [us],
      products: [{ product_id: 12, variant_id: 34, quantity: 2 }],
      external_order_id: 'PO-1',
      external_source: 'bigcommerce-source',
    });
  });

  it('takes nothing internal unless it is mapped', async () => {
    const document = {
      ...{ estimatedShippingCost: '1.11', estimatedDropshipFee: '2.22', totalCost: '3.33', totalWeightLbs: '4.44' },
      ...{ generatedAt: '2026-11-23T14:00:00Z', note: 'Hi' },
    };
    expect(JSON.stringify(await bodyOf({ document }))).not.toMatch(/1\.11|2\.22|3\.33|4\.44|2026/);
    expect(await bodyOf({ document, mapping: { total_inc_tax: 'totalCost' } })).toMatchObject({
      total_ex_tax: '3.33',
      total_inc_tax: '3.33',
    });
  });

  it('sends both of a tax pair, each its own where both are mapped', async () => {
    const one = await bodyOf({ mapping: { shipping_cost_ex_tax: { value: '5.10' } } });
    expect(one).toMatchObject({ shipping_cost_ex_tax: '5.1', shipping_cost_inc_tax: '5.1' });
    const two = await bodyOf({ mapping: { handling_cost_ex_tax: { value: 5 }, handling_cost_inc_tax: { value: 6 } } });
    expect(two).toMatchObject({ handling_cost_ex_tax: '5', handling_cost_inc_tax: '6' });
    expect(two).not.toHaveProperty('shipping_cost_ex_tax');
  });

  it.each([
    [{}, { staff_notes: 'Hello' }],
    [{ settings: { note: 'customerMessage' } }, { customer_message: 'Hello' }],
    [{ mapping: { staff_notes: null } }, {}],
    [{ mapping: { staff_notes: 'number' } }, { staff_notes: 'PO-1' }],
  ])('puts the note where %j says', async (given, expected) => {
    const { staff_notes, customer_message } = await bodyOf({ ...given, document: { note: 'Hello' } });
    expect(JSON.parse(JSON.stringify({ staff_notes, customer_message }))).toEqual(expected);
  });

  it.each([
    [{ carrier: 'UPS', method: 'Ground', name: 'Cheap', code: 'U1' }, 'Cheap'],
    [{ carrier: 'UPS', method: 'Ground', code: 'U1' }, 'UPS Ground'],
    [{ carrier: 'UPS', method: 'UPS Ground' }, 'UPS Ground'],
    [{ method: 'Ground', code: 'U1' }, 'Ground'],
    [{ carrier: 'UPS', code: 'U1' }, 'UPS'],
    [{ code: 'U1' }, 'U1'],
    [{}, undefined],
  ])('calls the shipping method of %j %j', async (shippingMethod, expected) => {
    const { shipping_addresses: sent } = await bodyOf({ document: { shippingMethod } });
    expect((sent as Fields[])[0]!['shipping_method']).toBe(expected);
  });

  it('names the customer and the channel', async () => {
    const given = { customer: { kind: 'id', id: 7 } as const, settings: { channelId: 3, externalSource: 'app' } };
    expect(await bodyOf(given)).toMatchObject({ customer_id: 7, channel_id: 3, external_source: 'app' });
    // Not 0 and not left out: posted by mistake, both would be a guest's order.
    expect(await bodyOf({ customer: { kind: 'to_be_created' } })).toMatchObject({ customer_id: null });
  });

  it('chooses options by their ids, with the defaults of required modifiers', async () => {
    const variant = { optionValues: [{ optionId: 5, valueId: 55 }] };
    const facts = { requiredModifiers: [{ id: 6, name: 'Wrap', defaultValueId: 66 }] };
    const { products } = await bodyOf({ lines: [{ variant, facts }] });
    expect(products).toEqual([
      {
        ...{ product_id: 12, variant_id: 34, quantity: 2 },
        product_options: [
          { id: 5, value: '55' },
          { id: 6, value: '66' },
        ],
      },
    ]);
  });

  it('prices lines by the request only when the settings say so, to the digit', async () => {
    const lines = [{ unitPrice: '12.10' }, { lineId: '2', unitPrice: null }];
    const sent = async (prices: string) => (await bodyOf({ lines, settings: { prices } }))['products'] as Fields[];
    expect((await sent('catalog'))[0]).not.toHaveProperty('price_ex_tax');
    const [priced, unpriced] = await sent('request');
    expect(priced).toMatchObject({ price_ex_tax: 12.1, price_inc_tax: 12.1 });
    expect(unpriced).not.toHaveProperty('price_inc_tax');
    const long = await build({ lines: [{ unitPrice: '123456789012.123456' }], settings: { prices: 'request' } });
    expect(long.body).toBeNull();
    expect(long.checks.find(({ ok }) => !ok)).toMatchObject({ code: 'mapping_failed' });
  });

  it('keeps two lines of one variant apart', async () => {
    const { products } = await bodyOf({ lines: [{ quantity: 1 }, { lineId: '2', quantity: 3 }] });
    expect((products as Fields[]).map(({ quantity }) => quantity)).toEqual([1, 3]);
  });

  it('bills the head office that the template fixes, and ships to the branch', async () => {
    const hq = {
      ...{ first_name: 'Head', last_name: 'Office', street_1: '9 High Street', city: 'Albany', state: 'NY' },
      ...{ zip: '12207', country: 'usa', email: 'hq@example.com', phone: '1' },
    };
    const mapping = Object.fromEntries(Object.entries(hq).map(([key, value]) => [`billing_address.${key}`, { value }]));
    const document = { billingAddress: {}, shippingAddress: address };
    const { billing_address: billing, shipping_addresses: shipping } = await bodyOf({ mapping, document });
    expect(billing).toEqual({ ...hq, country: 'United States', country_iso2: 'US' });
    expect(shipping).toMatchObject([{ city: 'Fresno', state: 'California' }]);
  });

  it('is null when a line, the mapping or the customer is not settled, and there when only the stock is', async () => {
    expect((await build({ lines: [{}, { lineId: '2', matches: [] }] })).body).toBeNull();
    expect((await build({ mapping: { discount_amount: 'note' }, document: { note: 'x' } })).body).toBeNull();
    expect((await build({ customer: { kind: 'missing' } })).body).toBeNull();
    expect((await build({ lines: [{ quantity: 99 }] })).body).not.toBeNull();
  });
});

describe('countries and states in the body', () => {
  const billing = async (fields: Fields) => {
    const given = { ...address, stateCode: null, countryCode: null, ...fields };
    return (await bodyOf({ document: { billingAddress: given } }))['billing_address'] as Fields;
  };

  it.each([
    [{ stateCode: 'CA', countryCode: 'US' }, 'California', 'United States', 'US'],
    [{ stateCode: 'ca', countryCode: 'us' }, 'California', 'United States', 'US'],
    [{ state: ' california ', country: ' UNITED STATES ' }, 'California', 'United States', 'US'],
    [{ state: 'CA', country: 'usa' }, 'California', 'United States', 'US'],
    [{ country: 'Great Britain', countryCode: 'UK' }, '', 'United Kingdom', 'GB'],
    [{ state: 'CA', country: 'United States of America' }, 'California', 'United States', 'US'],
    [{ state: 'Quebec', country: 'Canada' }, 'Québec', 'Canada', 'CA'],
    [{ state: 'Queb.', stateCode: 'QC', country: 'Canada', countryCode: 'XX' }, 'Québec', 'Canada', 'CA'],
    [{ country: 'Denmark' }, '', 'Denmark', 'DK'],
    [{ state: 'Fyn', country: 'Denmark' }, 'Fyn', 'Denmark', 'DK'],
    [{ stateCode: 'FY', country: 'Denmark' }, 'FY', 'Denmark', 'DK'],
  ])('%j', async (fields, state, country, iso2) => {
    expect(await billing(fields)).toMatchObject({ state, country, country_iso2: iso2 });
  });

  it('give the codes of the states, for form fields that want them', async () => {
    const shippingAddress = { ...address, stateCode: null, state: 'New York' };
    expect((await build({ document: { shippingAddress } })).stateCodes).toEqual({ billing: 'CA', shipping: 'NY' });
    const billingAddress = { ...address, stateCode: 'FY', countryCode: 'DK' };
    expect((await build({ document: { billingAddress } })).stateCodes).toEqual({ billing: null, shipping: null });
  });

  it('keep what a rule makes of a state', async () => {
    const upper = { from: 'billingAddress.stateName', rules: [{ rule: 'case', to: 'upper' }] };
    const { billing_address: sent } = await bodyOf({ mapping: { 'billing_address.state': upper } });
    expect(sent).toMatchObject({ state: 'CALIFORNIA' });
  });

  it('follow the template where it says otherwise', async () => {
    const mapping = {
      'billing_address.state': 'billingAddress.stateCode',
      'billing_address.country_iso2': { value: 'ca' },
    };
    const document = { billingAddress: { ...address, stateCode: 'QC' }, shippingAddress: address };
    const { billing_address: sent } = await bodyOf({ mapping, document });
    expect(sent).toMatchObject({ state: 'QC', country: 'Canada', country_iso2: 'CA' });
  });
});
