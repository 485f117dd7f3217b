import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkLines } from '../../../domain/fulfillment/line-checks.ts';
import { address, build, failuresOf, makeLine, makeVariant } from './builders-order.ts';
import type { Fields, Given, GivenLine } from './builders-order.ts';

describe('checks before sending', () => {
  it('that pass are told in the order of looking', async () => {
    const { checks } = await build();
    expect(checks.map(({ code, ok }) => `${code} ${ok}`)).toEqual([
      ...['sku true', 'purchasable true', 'stock true', 'quantity true', 'options true', 'mapping true'],
      ...['billing_address true', 'shipping_address true', 'customer true', 'number true'],
    ]);
  });

  it('tell all that is wrong at once', async () => {
    const given: Given = {
      document: { billingAddress: {} },
      lines: [{ matches: [] }, { lineId: '2', quantity: 9 }],
      customer: { kind: 'missing' },
      externalOrderId: 'x'.repeat(11),
      settings: { externalOrderIdMaxLength: 10 },
    };
    expect((await failuresOf(given)).map((text) => text.split(':')[0])).toEqual([
      ...['sku_not_found', 'out_of_stock', 'address_incomplete', 'address_incomplete'],
      ...['customer_not_found', 'number_too_long'],
    ]);
  });

  it('count the characters of the number with its prefix', async () => {
    const settings = { externalOrderIdMaxLength: 10 };
    expect(await failuresOf({ settings, externalOrderId: 'é😀'.repeat(5) })).toEqual([]);
    expect(await failuresOf({ settings, externalOrderId: 'x'.repeat(11) })).toEqual([
      'number_too_long: the number with its prefix has 11 characters; 10 are allowed',
    ]);
  });
});

describe('lines', () => {
  it.each<[string, GivenLine[], string[]]>([
    [
      'a SKU that is nearly there is suggested, not used',
      [{ matches: [], nearMatches: ['ab-1', ' AB-1'] }],
      [
        'sku_not_found: line 1: no variant has the SKU "AB-1"; did you mean "ab-1" or " AB-1"? Letter case and blanks count',
      ],
    ],
    [
      'a SKU that nothing has',
      [{ matches: [], product: null }],
      ['sku_not_found: line 1: no variant has the SKU "AB-1"'],
    ],
    [
      'two variants with one SKU',
      [{ matches: [makeVariant(), makeVariant({ variantId: 35 })] }],
      ['sku_ambiguous: line 1: 2 variants have the SKU "AB-1": 34, 35'],
    ],
    ['one variant that was read twice', [{ matches: [makeVariant(), makeVariant()] }], []],
    [
      'a variant that outlived its product',
      [{ matches: [makeVariant({ variantId: 9, productId: 0 }), makeVariant()] }],
      [],
    ],
    [
      'nothing but such a variant',
      [{ matches: [makeVariant({ productId: 0 })] }],
      ['sku_not_found: line 1: no variant has the SKU "AB-1"'],
    ],
    [
      'a product that is gone',
      [{ product: null }],
      ['sku_not_found: line 1: variant 34 with the SKU "AB-1" belongs to product 12, which does not exist'],
    ],
    [
      'a product that is another one',
      [{ facts: { id: 13 } }],
      ['sku_not_found: line 1: variant 34 with the SKU "AB-1" belongs to product 12, which does not exist'],
    ],
    [
      'a variant that cannot be bought',
      [{ variant: { purchasingDisabled: true, purchasingDisabledMessage: 'Recalled' } }],
      ['not_purchasable: line 1: the store does not sell "AB-1": purchasing of variant 34 is disabled (Recalled)'],
    ],
    [
      'a product that is not available',
      [{ facts: { availability: 'disabled' } }],
      ['not_purchasable: line 1: the store does not sell "AB-1": product 12 is not available'],
    ],
    ['a product on preorder', [{ facts: { availability: 'preorder' } }], []],
    ['just enough stock', [{ quantity: 5 }], []],
    ['too little stock of the variant', [{ quantity: 6 }], ['out_of_stock: line 1: 6 of "AB-1" wanted, 5 available']],
    [
      'a level that nobody knows, or below 0',
      [{ variant: { inventoryLevel: null } }, { lineId: '2', variant: { variantId: 35, inventoryLevel: -3 } }],
      [
        'out_of_stock: line 1: 2 of "AB-1" wanted, 0 available',
        'out_of_stock: line 2: 2 of "AB-1" wanted, 0 available',
      ],
    ],
    [
      'two lines that are too much together',
      [{ quantity: 3 }, { lineId: '7', quantity: 4 }],
      [
        'out_of_stock: line 1: 3 of "AB-1" wanted, 5 available; lines 1 and 7 together want 7',
        'out_of_stock: line 7: 4 of "AB-1" wanted, 5 available; lines 1 and 7 together want 7',
      ],
    ],
    [
      'two variants that share the stock of their product',
      [
        { quantity: 3, facts: { inventoryTracking: 'product', inventoryLevel: 5 } },
        {
          lineId: '2',
          sku: 'B',
          variant: { variantId: 35 },
          quantity: 3,
          facts: { inventoryTracking: 'product', inventoryLevel: 5 },
        },
      ],
      [
        'out_of_stock: line 1: 3 of "AB-1" wanted, 5 available; lines 1 and 2 together want 6',
        'out_of_stock: line 2: 3 of "B" wanted, 5 available; lines 1 and 2 together want 6',
      ],
    ],
    ['stock that is not tracked', [{ quantity: 999, facts: { inventoryTracking: 'none' } }], []],
    ['variants tracked by themselves', [{ quantity: 5 }, { lineId: '2', quantity: 5, variant: { variantId: 35 } }], []],
    [
      'fewer than an order must have',
      [{ facts: { orderQuantityMinimum: 3 } }],
      ['quantity_rule: line 1: 2 of product 12 wanted, an order must have at least 3'],
    ],
    [
      'more than an order may have',
      [{ facts: { orderQuantityMaximum: 3 } }, { lineId: '2', facts: { orderQuantityMaximum: 3 } }],
      ['quantity_rule: lines 1 and 2: 4 of product 12 wanted, an order may have at most 3'],
    ],
    ['rules that are just met', [{ facts: { orderQuantityMinimum: 2, orderQuantityMaximum: 2 } }], []],
    [
      'an option without a default',
      [{ facts: { requiredModifiers: [{ id: 6, name: 'Engraving', defaultValueId: null }] } }],
      ['option_required: line 1: product 12 demands the option "Engraving" (6), which has no default'],
    ],
  ])('%s', async (_name, lines, expected) => {
    expect(await failuresOf({ lines })).toEqual(expected);
  });

  it('are out of stock exactly when all lines of a variant together want more than there is', () => {
    const line = fc.record({ variantId: fc.integer({ min: 1, max: 3 }), quantity: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 9 }), (wanted, level) => {
        const lines = wanted.map(({ variantId, quantity }, index) =>
          makeLine({ lineId: String(index), quantity, variant: { variantId, inventoryLevel: level } }),
        );
        const { checks, found } = checkLines(lines);
        const total = (id: number) =>
          wanted.reduce((sum, { variantId, quantity }) => sum + (variantId === id ? quantity : 0), 0);
        const short = wanted.filter(({ variantId }) => total(variantId) > level);
        expect(checks.filter(({ code }) => code === 'out_of_stock')).toHaveLength(short.length);
        expect(found).toHaveLength(lines.length);
      }),
    );
  });
});

describe('addresses', () => {
  const billing = (fields: Fields, mapping: unknown = {}) =>
    failuresOf({ document: { billingAddress: { ...address, ...fields } }, mapping });

  it.each([
    [{ postalCode: null, phone: ' ' }, 'address_incomplete: missing: billingAddress.postalCode, billingAddress.phone'],
    [
      { firstName: null, lastName: null },
      'address_incomplete: missing: billingAddress.firstName, billingAddress.lastName',
    ],
    [{ lastName: null, fullName: 'Ann' }, 'address_incomplete: missing: billingAddress.lastName'],
    [{ stateCode: null }, 'address_incomplete: missing: billingAddress.state or billingAddress.stateCode'],
    [{ countryCode: null }, 'address_incomplete: missing: billingAddress.country or billingAddress.countryCode'],
    [{ postalCode: '9' }, 'address_incomplete: missing: billingAddress.postalCode (at least 2 characters)'],
    [{ email: 'ann at home' }, 'address_incomplete: missing: billingAddress.email (is no e-mail address)'],
    [
      { countryCode: 'XX' },
      "country_unknown: billingAddress.country or billingAddress.countryCode is no country of the store's list",
    ],
    [
      { country: 'Canada' },
      'country_unknown: billingAddress.country or billingAddress.countryCode: the two name different countries',
    ],
    [
      { stateCode: 'ZZ' },
      'state_unknown: billingAddress.state or billingAddress.stateCode is none of the states that the store lists for the country',
    ],
    [
      { state: 'New York' },
      'state_unknown: billingAddress.state or billingAddress.stateCode: the two name different states',
    ],
  ])('%j', async (fields, expected) => {
    // Once: the shipping address is the billing address, and what is told of one need not be told of the other.
    expect(await billing(fields)).toEqual([expected]);
  });

  it.each([
    { firstName: null, lastName: null, fullName: 'Ann Mary Lee' },
    { company: null, address2: null },
    { stateCode: null, countryCode: 'DK' },
    { state: 'California', country: 'United States' },
  ])('%j is complete', async (fields) => {
    expect(await billing(fields)).toEqual([]);
  });

  it('name what must be mended in the shipping address by its own paths, without e-mail and phone', async () => {
    const shippingAddress = { city: 'Fresno', countryCode: 'US' };
    const paths = ['firstName', 'lastName', 'address1', 'postalCode'].map((path) => `shippingAddress.${path}`);
    const state = 'shippingAddress.state or shippingAddress.stateCode';
    expect(await failuresOf({ document: { shippingAddress } })).toEqual([
      `address_incomplete: missing: ${[...paths, state].join(', ')}`,
    ]);
  });

  it('are judged as they are mapped, and named by where the template takes them from', async () => {
    const fixed = { 'billing_address.zip': { value: '12207' } };
    expect(await billing({ postalCode: null }, { ...fixed, 'shipping_address.zip': { value: '12207' } })).toEqual([]);
    expect(await billing({}, { 'billing_address.zip': 'note' })).toEqual(['address_incomplete: missing: note']);
    expect(await billing({}, { 'billing_address.zip': null })).toEqual([
      'address_incomplete: missing: billing_address.zip (left empty by the mapping)',
    ]);
    expect(await billing({}, { 'billing_address.country': { value: 'Atlantis' } })).toEqual([
      "country_unknown: billing_address.country (set by the mapping) is no country of the store's list",
    ]);
  });

  it('are not judged by what the template does not send', async () => {
    const both = (field: string, value: unknown) => ({
      [`billing_address.${field}`]: value,
      [`shipping_address.${field}`]: value,
    });
    expect(await billing({ country: 'Canada' }, both('country_iso2', { value: 'US' }))).toEqual([]);
    expect(await billing({ state: 'New York' }, both('state', { value: 'NY' }))).toEqual([]);
    const failing = { 'billing_address.zip': { expression: '$number(billingAddress.city)' } };
    expect(await billing({}, failing)).toEqual(['mapping_failed: billing_address.zip has an expression that failed']);
  });

  it('that are both empty are both told', async () => {
    const failures = await failuresOf({ document: { billingAddress: {} } });
    expect(failures.map((text) => /(billing|shipping)Address\.city/.exec(text)?.[1])).toEqual(['billing', 'shipping']);
  });

  it('never show what stands in them', async () => {
    const secret = (text: string) => `Planted ${text}`;
    const names = ['firstName', 'lastName', 'company', 'address1', 'city', 'state', 'country', 'email', 'phone'];
    const planted = Object.fromEntries(names.map((name) => [name, secret(name)]));
    const documents = [
      { billingAddress: { ...planted, postalCode: 'P', countryCode: 'US' }, shippingAddress: planted },
      { billingAddress: { ...address, ...planted, country: 'Canada' }, note: secret('note') },
    ];
    const mapping = { discount_amount: 'billingAddress.city', total_ex_tax: { expression: '$number(note)' } };
    for (const document of documents) {
      const { checks } = await build({ document, mapping });
      expect(checks.filter(({ ok }) => !ok).length).toBeGreaterThan(1);
      expect(JSON.stringify(checks)).not.toContain('Planted');
    }
  });
});
