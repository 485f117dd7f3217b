import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { StoreClient } from '../../bigcommerce/client.ts';
import { findCountry, listStates } from '../../bigcommerce/countries.ts';
import { createCustomer, findCustomers, isOfChannel } from '../../bigcommerce/customers.ts';
import { getOrder, listOrderProducts, setBillingFields } from '../../bigcommerce/orders.ts';
import { getProductFacts } from '../../bigcommerce/product-facts.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { findVariantsBySku } from '../../bigcommerce/variant-search.ts';
import { json, startStub, text } from './server.ts';
import type { StubServer } from './server.ts';

let store: StubServer;
let client: StoreClient;
beforeAll(async () => {
  store = await startStub();
});
afterAll(() => store.close());
beforeEach(() => {
  const governor = new QuotaGovernor();
  client = createStoreClient({ apiUrl: store.url, storeHash: 'a', accessToken: 'token', governor, priority: 'send' });
  store.knocks.length = 0;
});

/** Answers each request with the next of these, and the last for ever. */
function inTurn(...answers: StubServer['answer'][]): void {
  store.answer = (request, response) => (answers.length > 1 ? answers.shift()! : answers[0]!)(request, response);
}

const queryOf = (index: number) => Object.fromEntries(store.knocks[index]!.url.searchParams);
const unexpected = { code: 'unexpected_answer' };

describe('an order', () => {
  const order = { id: 7, status_id: 2, items_total: '3', items_shipped: 1 };

  it('is read from texts and nulls', async () => {
    store.answer = json({ ...order, id: '7', status_id: '2', customer_id: null, external_source: 5, is_deleted: 1 });
    await expect(getOrder(client, 7)).resolves.toEqual({
      ...{ id: 7, statusId: 2, itemsTotal: 3, itemsShipped: 1, customerId: null, isDeleted: true },
      ...{ externalOrderId: '', externalSource: '5', createdAt: null, modifiedAt: null },
    });
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', [order]],
    ['another order', { ...order, id: 8 }],
    ['an order without a status', { ...order, status_id: null }],
    ['an order of a status that cannot be', { ...order, status_id: 2_147_483_648 }],
    ['an order that does not tell what has shipped', { ...order, items_shipped: 'some' }],
  ])('is not %s', async (_name, answer) => {
    store.answer = json(answer);
    await expect(getOrder(client, 7)).rejects.toMatchObject(unexpected);
  });

  it('that cannot be asked for is a failure', async () => {
    store.answer = text('', 503);
    await expect(getOrder(client, 7)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('gets only its form fields set, and a failure says nothing of them', async () => {
    store.answer = json([{ message: 'TX is bad' }], 400);
    const error: unknown = await setBillingFields(client, 7, [{ name: 'State Code', value: 'TX' }]).catch(
      (e: unknown) => e,
    );
    expect(JSON.parse(store.knocks[0]!.body)).toEqual({
      billing_address: { form_fields: [{ name: 'State Code', value: 'TX' }] },
    });
    expect(error).toMatchObject({ code: 'request_rejected' });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('TX is bad');
  });
});

describe('the lines of an order', () => {
  const lines = (count: number, from = 1) =>
    Array.from({ length: count }, (_, index) => ({ id: from + index, product_id: 1, variant_id: 0, quantity: '2' }));

  it('are read on where the store shows less than asked for', async () => {
    inTurn(json(lines(50)), json(lines(50, 51)), json(lines(3, 101)));
    await expect(listOrderProducts(client, 7)).resolves.toHaveLength(103);
    expect(store.knocks.map((_, index) => queryOf(index)['page'])).toEqual(['1', '2', '3']);
  });

  it('are not none because the store says null', async () => {
    store.answer = json(null);
    await expect(listOrderProducts(client, 7)).rejects.toMatchObject(unexpected);
  });

  it('end at an empty page', async () => {
    inTurn(json(lines(250)), text('', 204));
    const found = await listOrderProducts(client, 7);
    expect(found).toHaveLength(250);
    expect(found[0]).toEqual({
      id: 1,
      productId: 1,
      variantId: null,
      sku: '',
      name: '',
      quantity: 2,
      quantityShipped: 0,
    });
  });

  it.each<[string, unknown]>([
    ['repeats its pages', lines(60)],
    ['lists a line without an id', [{ quantity: 1 }]],
    ['lists a line without a quantity', [{ id: 1, quantity: null }]],
    ['lists a line with a part of a unit', [{ id: 1, quantity: '1.5' }]],
    ['lists a line with less than nothing', [{ id: 1, quantity: -1 }]],
    ['lists a line with more than there can be', [{ id: 1, quantity: 2_147_483_648 }]],
    ['answers with an object', { data: [] }],
  ])('are not known when the store %s', async (_name, answer) => {
    store.answer = json(answer);
    await expect(listOrderProducts(client, 7)).rejects.toMatchObject(unexpected);
    expect(store.knocks.length).toBeLessThanOrEqual(2);
  });
});

describe('variants of a SKU', () => {
  it('leave out orphans and what has no id', async () => {
    const row = {
      id: '5',
      product_id: 9,
      sku: 'A',
      inventory_level: '4',
      purchasing_disabled: null,
      option_values: null,
    };
    store.answer = json({ data: [row, { ...row, product_id: 0 }, { ...row, id: null }, null] });
    await expect(findVariantsBySku(client, 'A')).resolves.toEqual([
      {
        ...{ variantId: 5, productId: 9, sku: 'A', inventoryLevel: 4, purchasingDisabled: false },
        ...{ purchasingDisabledMessage: null, optionValues: [] },
      },
    ]);
  });

  it.each(['+', '&', '#', '%', ',', 'a b', '%2B', '=', '?/'])('are asked for with %p as it is', async (sku) => {
    store.answer = json({ data: [] });
    await findVariantsBySku(client, sku);
    expect(queryOf(0)).toEqual({ sku, page: '1', limit: '250' });
  });

  it('are not asked for without a SKU', async () => {
    await expect(findVariantsBySku(client, '')).resolves.toEqual([]);
    expect(store.knocks).toHaveLength(0);
  });

  it('are not those of a store that ignores the filter', async () => {
    store.answer = json({ data: [{ id: 1, product_id: 1, sku: 'x' }], meta: { pagination: { total_pages: 400 } } });
    await expect(findVariantsBySku(client, 'A')).rejects.toMatchObject(unexpected);
    expect(store.knocks).toHaveLength(4);
  });
});

describe('facts of products', () => {
  it('are asked for ten at a time', async () => {
    store.answer = (request, response) => {
      const ids = new URL(request.url!, 'http://stub').searchParams.get('id:in')!.split(',');
      json({ data: ids.map((id) => ({ id: Number(id) })) })(request, response);
    };
    const ids = Array.from({ length: 23 }, (_, index) => index + 1);
    const found = await getProductFacts(client, [...ids, 1]);
    expect(found.map(({ id }) => id)).toEqual(ids);
    expect(store.knocks).toHaveLength(3);
    expect(queryOf(0)).toMatchObject({ include: 'variants,modifiers', limit: '10' });
  });

  it('are read from little', async () => {
    store.answer = json({ data: [{ id: 1, inventory_tracking: 'simple', price: '9.5', name: null }, { id: null }] });
    await expect(getProductFacts(client, [1])).resolves.toEqual([
      {
        ...{ id: 1, name: '', type: 'physical', inventoryTracking: 'product', inventoryLevel: null, price: 9.5 },
        ...{ availability: 'available', isVisible: true, orderQuantityMinimum: null, orderQuantityMaximum: null },
        ...{ variants: [], requiredModifiers: [] },
      },
    ]);
  });

  const checked = { id: 71, value_data: { checked_value: true } };
  it.each<[string, Record<string, unknown>, number | null]>([
    ['the value that is marked', { option_values: [{ id: 8 }, { id: 9, is_default: true }] }, 9],
    ['none', { option_values: [{ id: 8, is_default: false }] }, null],
    ['none without values', { option_values: null }, null],
    ['a ticked checkbox', { config: { checked_by_default: true }, option_values: [{ id: 70 }, checked] }, 71],
    ['a checkbox that is not ticked', { config: { checked_by_default: false }, option_values: [checked] }, null],
  ])('know as the default of a required modifier %s', async (_name, modifier, defaultValueId) => {
    const modifiers = [{ id: 3, display_name: 'Wrap', type: 'x', required: true, ...modifier }];
    store.answer = json({ data: [{ id: 1, modifiers: [...modifiers, { id: 4, required: false }] }] });
    const [product] = await getProductFacts(client, [1]);
    expect(product!.requiredModifiers).toEqual([{ id: 3, name: 'Wrap', type: 'x', defaultValueId }]);
  });

  it('of other products are refused', async () => {
    store.answer = json({ data: [{ id: 1 }, { id: 2 }] });
    await expect(getProductFacts(client, [1])).rejects.toMatchObject(unexpected);
  });
});

describe('a customer', () => {
  const draft = { email: 'Jane+1@example.com', firstName: 'Jane', lastName: 'Doe', welcomeMail: true, channelId: 2 };
  const row = { id: 5, email: 'jane+1@EXAMPLE.com', channel_ids: [2], origin_channel_id: 2 };

  it('is asked for by the whole address', async () => {
    store.answer = json({
      data: [{ ...row, channel_ids: null, origin_channel_id: null }, { ...row, email: 'x' }, null],
    });
    await expect(findCustomers(client, ' Jane+1@example.com')).resolves.toEqual([
      { id: 5, email: 'jane+1@EXAMPLE.com', channelIds: null, originChannelId: null },
    ]);
    expect(queryOf(0)['email:in']).toBe('Jane+1@example.com');
  });

  it('is not known where the store ignores the filter', async () => {
    store.answer = json({ data: Array.from({ length: 250 }, (_, id) => ({ id: id + 1, email: `${id}@example.com` })) });
    await expect(findCustomers(client, draft.email)).rejects.toMatchObject(unexpected);
  });

  it('is sent as an array of one, with what is given', async () => {
    store.answer = json({ data: [row] });
    const place = { firstName: 'Jane', lastName: 'Doe', address1: '1 St', city: 'Köln', countryCode: 'DE' };
    const address = { ...place, state: null, postalCode: '50667', phone: '' };
    await createCustomer(client, { ...draft, company: 'ACME', phone: null, address });
    expect(JSON.parse(store.knocks[0]!.body)).toEqual([
      {
        ...{ email: draft.email, first_name: 'Jane', last_name: 'Doe', company: 'ACME' },
        ...{ origin_channel_id: 2, channel_ids: [2], trigger_account_created_notification: true },
        addresses: [
          {
            ...{ first_name: 'Jane', last_name: 'Doe', address1: '1 St', city: 'Köln' },
            ...{ country_code: 'DE', postal_code: '50667' },
          },
        ],
      },
    ]);
  });

  it('is sent without an address that would be refused', async () => {
    store.answer = json({ data: [row] });
    const address = { firstName: 'Jane', lastName: 'Doe', address1: '1 St', city: ' ', countryCode: 'DE' };
    await createCustomer(client, { ...draft, address });
    expect(store.knocks[0]!.body).not.toContain('addresses');
  });

  const other = { ...row, id: 3, channel_ids: [1], origin_channel_id: 1 };
  it.each<[string, StubServer['answer'], string]>([
    ['a duplicate', json({ title: 'jane+1@example.com is taken' }, 422), 'customer_rejected'],
    ['a lost answer', text('', 504), 'store_unavailable'],
    ['an answer that cannot be read', text('{"data":[{"id"'), 'unexpected_answer'],
    ['an answer without an id', json({ data: [{}] }), 'unexpected_answer'],
  ])('is looked up after %s, in its channel', async (_name, answer, code) => {
    inTurn(answer, json({ data: [other, { ...row, id: 9 }, row] }));
    await expect(createCustomer(client, draft)).resolves.toMatchObject({ id: 5 });
    inTurn(answer, json({ data: [other] }));
    const error: unknown = await createCustomer(client, draft).catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('example.com');
  });

  it.each([401, 403, 400, 429])('is not looked up after %i', async (status) => {
    store.answer = json({}, status);
    await expect(createCustomer(client, draft)).rejects.toMatchObject({ details: { status } });
    expect(store.knocks).toHaveLength(1);
  });

  it.each<[number[] | null, number | null, number | undefined, boolean]>([
    [[2], 2, undefined, false],
    [[1, 2], 2, undefined, true],
    [[2], 1, 1, true],
    [[], 2, 1, true],
    [null, null, 3, true],
  ])('of channels %p, made in %p, may order in %p: %s', (channelIds, originChannelId, channelId, may) => {
    expect(isOfChannel({ channelIds, originChannelId }, channelId)).toBe(may);
  });
});

describe('countries', () => {
  it('are found where the store ignores the filter, lists them by page or writes accents', async () => {
    const many = Array.from({ length: 249 }, (_, id) => ({ id: id + 1, country: `Land ${id}`, country_iso2: `${id}` }));
    const ivory = { id: '900', country: "Côte d'Ivoire", country_iso2: 'CI' };
    inTurn(json([...many, null]), json([ivory, { id: 3 }]));
    await expect(findCountry(client, { name: "COTE D'IVOIRE" })).resolves.toMatchObject({ id: 900, iso2: 'CI' });
    expect(queryOf(0)).toEqual({ country: "COTE D'IVOIRE", page: '1', limit: '250' });
    store.answer = text('', 204);
    await expect(findCountry(client, { iso2: 'CI' })).resolves.toBeNull();
    expect(queryOf(2)).toMatchObject({ country_iso2: 'CI' });
  });

  it('have states with or without a code', async () => {
    store.answer = json([{ id: 1, state: 'Bern', state_abbreviation: null }, { id: 2, state: '' }, null]);
    await expect(listStates(client, 4)).resolves.toEqual([{ name: 'Bern', code: '' }]);
    expect(store.knocks[0]!.url.pathname).toBe('/stores/a/v2/countries/4/states');
  });
});
