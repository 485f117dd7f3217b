import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { StoreClient } from '../../bigcommerce/client.ts';
import { findCountry, listStates } from '../../bigcommerce/countries.ts';
import { createCustomer, findCustomers } from '../../bigcommerce/customers.ts';
import {
  cancelOrder,
  findOrdersByExternalId,
  getOrder,
  listOrderProducts,
  postOrder,
  setBillingFields,
  setShippingFields,
} from '../../bigcommerce/orders.ts';
import { getProductFacts } from '../../bigcommerce/product-facts.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { findVariantsBySku } from '../../bigcommerce/variant-search.ts';
import { startSimulator } from '../helpers/simulator.ts';
import type { TestSimulator } from '../helpers/simulator.ts';

let simulator: TestSimulator;
let client: StoreClient;
beforeAll(async () => {
  simulator = await startSimulator(['--products', '100', '--quota', 'none']);
}, 30_000);
afterAll(() => simulator.stop());
beforeEach(async () => {
  // One of its own for each test: a 429 holds back whoever shares a governor.
  const options = { storeHash: 'demo', accessToken: 'demo-token', governor: new QuotaGovernor() };
  client = createStoreClient({ apiUrl: simulator.url, ...options, priority: 'send' });
  await simulator.control('PUT', 'faults', []);
});

const ADDRESS = {
  ...{ first_name: 'Jane', last_name: 'Doe', street_1: '555 East Street', city: 'Austin', state: 'Texas' },
  ...{ zip: '78108', country_iso2: 'US', email: 'jane@example.com' },
};

function post(number: string, changes: Record<string, unknown> = {}, timeoutMs = 5_000) {
  const products = [{ product_id: 51, variant_id: 123, quantity: 2 }];
  const ids = { external_order_id: number, external_source: 'app', status_id: 11 };
  return postOrder(client, { billing_address: ADDRESS, products, ...ids, ...changes }, { timeoutMs });
}

async function place(number: string, changes: Record<string, unknown> = {}): Promise<number> {
  const outcome = await post(number, changes);
  if (outcome.kind !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`);
  return outcome.orderId;
}

const find = (number: string) =>
  findOrdersByExternalId(client, number, { since: new Date(Date.now() - 60_000) }).then((found) =>
    found.map(({ id }) => id),
  );
const fault = (rule: Record<string, unknown>) => simulator.control('PUT', 'faults', [{ times: 1, ...rule }]);
const knocks = (method: string, path: string) =>
  simulator
    .control<{ requests: { method: string; path: string }[] }>('GET', 'ledger/requests')
    .then(({ requests }) => requests.filter((each) => each.method === method && each.path.startsWith(path)).length);

describe('an order in the store', () => {
  it('is found by its number, read back, given fields and canceled', async () => {
    const id = await place('FR + 1 & #');
    const since = new Date(Date.now() - 60_000);
    const [found, ...more] = await findOrdersByExternalId(client, 'FR + 1 & #', { since });
    expect(more).toEqual([]);
    expect(found).toMatchObject({ id, statusId: 11, externalOrderId: 'FR + 1 & #', externalSource: 'app' });
    expect(found).toMatchObject({ createdAt: expect.any(Date), isDeleted: false });
    await expect(getOrder(client, id)).resolves.toEqual({
      ...found,
      ...{ itemsTotal: 2, itemsShipped: 0, customerId: 0, modifiedAt: expect.any(Date) },
    });
    const line = { productId: 51, variantId: 123, sku: 'UNTRACKED-1', quantity: 2, quantityShipped: 0 };
    await expect(listOrderProducts(client, id)).resolves.toEqual([
      { id: expect.any(Number), name: 'Untracked', ...line },
    ]);
    await setBillingFields(client, id, [{ name: 'State Code', value: 'TX' }]);
    await setShippingFields(client, id, [{ name: 'State Code', value: 'NV' }]);
    await cancelOrder(client, id);
    await cancelOrder(client, id);
    await expect(getOrder(client, id)).resolves.toMatchObject({ statusId: 5, itemsTotal: 2 });
    const stored = await simulator.control<{ billing: unknown; addresses: unknown }>('GET', `orders/${id}`);
    expect(stored.addresses).toMatchObject([{ form_fields: [{ name: 'State Code', value: 'NV' }] }]);
    expect(stored.billing).toMatchObject({ city: 'Austin', form_fields: [{ name: 'State Code', value: 'TX' }] });
  });

  it('that does not exist is null', () => expect(getOrder(client, 999_999)).resolves.toBeNull());

  it('shows all of its lines, however many', async () => {
    const products = Array.from({ length: 255 }, () => ({ product_id: 51, quantity: 1 }));
    const lines = await listOrderProducts(client, await place('many', { products }));
    expect(new Set(lines.map(({ id }) => id)).size).toBe(255);
  });

  it('is found twice where it was made twice', async () => {
    const ids = [await place('twice'), await place('twice')];
    await expect(find('twice')).resolves.toEqual(ids.reverse());
  });

  it('is found where the store ignores the filter', async () => {
    const id = await place('unfiltered');
    await place('another');
    await simulator.control('PUT', 'settings', { filtersByExternalOrderId: false });
    await expect(find('unfiltered')).resolves.toEqual([id]);
    await expect(find('unknown')).resolves.toEqual([]);
    await simulator.control('PUT', 'settings', { filtersByExternalOrderId: true });
  });

  it.each(['perform-then-5xx', 'lose-answer', 'cut-body', 'html', 'garbage', 'reset'])(
    'has an unknown outcome after %s, whether it was made or not',
    async (kind) => {
      await fault({ kind, method: 'POST' });
      await expect(post(kind)).resolves.toMatchObject({ kind: 'unknown' });
      const isMade = ['perform-then-5xx', 'lose-answer', 'cut-body'].includes(kind);
      await expect(find(kind)).resolves.toHaveLength(isMade ? 1 : 0);
    },
  );

  it('is throttled by an overload, and was not made', async () => {
    await fault({ kind: 'overload', method: 'POST' });
    await expect(post('overload')).resolves.toEqual({ kind: 'throttled', waitMs: 5_000 });
  });

  it.each<[string, Record<string, unknown>]>([
    ['option_required', { products: [{ product_id: 46, quantity: 1 }] }],
    ['out_of_stock', { products: [{ product_id: 43, quantity: 900 }] }],
    ['quantity_rule', { products: [{ product_id: 48, quantity: 1 }] }],
    ['address_rejected', { billing_address: { ...ADDRESS, country_iso2: 'XX' } }],
    ['customer_not_found', { customer_id: 77 }],
    ['order_rejected', { status_id: 99 }],
  ])('is refused as %s', async (code, changes) => {
    const outcome = await post(code, changes);
    expect(outcome).toMatchObject({ kind: 'refused', code });
    await expect(find(code)).resolves.toEqual([]);
  });
});

describe('variants and products', () => {
  it.each(['C+D & E%1#/x', 'A,B,1', 'ÜNÏ-Größe-日本', ' PAD-1 ', 'SHARED-M'])(
    'are found by the SKU %p',
    async (sku) => {
      const found = await findVariantsBySku(client, sku);
      expect(found.filter((variant) => variant.sku === sku)).toHaveLength(1);
    },
  );

  it('are given with near matches, and with what an order needs of them', async () => {
    const near = await findVariantsBySku(client, 'case-sku');
    expect(near.map(({ sku }) => sku).sort()).toEqual(['CASE-SKU', 'Case-Sku']);
    await expect(findVariantsBySku(client, 'no such')).resolves.toEqual([]);
    await expect(findVariantsBySku(client, '')).resolves.toEqual([]);
    const option = { optionId: expect.any(Number), valueId: expect.any(Number), label: 'M', optionName: 'Size' };
    await expect(findVariantsBySku(client, 'SHARED-M')).resolves.toMatchObject([
      { variantId: 121, productId: 50, purchasingDisabled: false, optionValues: [option] },
    ]);
    await expect(findVariantsBySku(client, 'NOBUY-1')).resolves.toMatchObject([{ purchasingDisabled: true }]);
  });

  it('tell their stock, rules and required modifiers, also more than ten at once', async () => {
    const ids = [46, 47, 48, 50, 52, 53, 54, 51, 43, 44, 45, 49, 46, 987_654];
    const found = await getProductFacts(client, ids);
    expect(found.map(({ id }) => id).sort()).toEqual([...new Set(ids)].sort().filter((id) => id !== 987_654));
    const of = (id: number) => found.find((product) => product.id === id);
    expect(of(46)).toMatchObject({
      requiredModifiers: [{ id: 901, name: 'Engraving', type: 'text', defaultValueId: null }],
    });
    expect(of(47)).toMatchObject({ requiredModifiers: [] });
    expect(of(48)).toMatchObject({ orderQuantityMinimum: 3, orderQuantityMaximum: 5, inventoryTracking: 'none' });
    expect(of(49)).toMatchObject({ availability: 'disabled', inventoryTracking: 'product', inventoryLevel: 40 });
    expect(of(52)).toMatchObject({ inventoryTracking: 'variant', price: 49.95 });
    expect(of(52)?.variants.map(({ sku, price }) => [sku, price])).toEqual([
      ['INHERIT-A', null],
      ['INHERIT-B', 59.95],
    ]);
    expect(of(53)).toMatchObject({ isVisible: false });
    expect(of(54)).toMatchObject({ type: 'digital' });
    await expect(getProductFacts(client, [])).resolves.toEqual([]);
  });
});

describe('customers', () => {
  const draft = (email: string) => ({ email, firstName: 'Jane', lastName: 'Doe', welcomeMail: false });

  it('are made with their address and found whatever the letter case', async () => {
    const address = { ...{ firstName: 'Jane', lastName: 'Doe', address1: '1 St', city: 'Austin' }, countryCode: 'US' };
    const made = await createCustomer(client, { ...draft('jane+a@example.com'), phone: '1', channelId: 1, address });
    expect(made).toMatchObject({ email: 'jane+a@example.com', channelIds: [1], originChannelId: 1 });
    await expect(findCustomers(client, 'JANE+a@example.com')).resolves.toEqual([made]);
    await expect(findCustomers(client, 'nobody@example.com')).resolves.toEqual([]);
  });

  it('are made without an address that BigCommerce would refuse', async () => {
    const address = { ...{ firstName: 'Jane', lastName: 'Doe', address1: '1 St', city: '' }, countryCode: 'US' };
    await expect(createCustomer(client, { ...draft('b@example.com'), address })).resolves.toMatchObject({
      id: expect.any(Number),
    });
  });

  it('that are there already are taken', async () => {
    const made = await createCustomer(client, draft('twice@example.com'));
    await expect(createCustomer(client, draft('Twice@example.com'))).resolves.toEqual(made);
  });

  it.each(['perform-then-5xx', 'lose-answer', 'cut-body'])('are found after %s', async (kind) => {
    await fault({ kind, method: 'POST', path: '/v3/customers' });
    const made = await createCustomer(client, draft(`${kind}@example.com`));
    await expect(findCustomers(client, `${kind}@example.com`)).resolves.toEqual([made]);
  });

  it('that were not made are a failure', async () => {
    await fault({ kind: 'reset', method: 'POST', path: '/v3/customers' });
    await expect(createCustomer(client, draft('reset@example.com'))).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await expect(createCustomer(client, draft('no address'))).rejects.toMatchObject({
      code: 'customer_rejected',
      message: 'BigCommerce refused to make the customer (422)',
    });
  });
});

describe('countries', () => {
  it('are found by code and by name', async () => {
    const us = { id: expect.any(Number), name: 'United States', iso2: 'US', iso3: 'USA' };
    await expect(findCountry(client, { iso2: 'us' })).resolves.toEqual(us);
    await expect(findCountry(client, { iso3: 'usa' })).resolves.toEqual(us);
    await expect(findCountry(client, { name: 'united states' })).resolves.toEqual(us);
    await expect(findCountry(client, { name: 'Atlantis' })).resolves.toBeNull();
    await expect(findCountry(client, { iso2: 'XX' })).resolves.toBeNull();
    await expect(findCountry(client, { iso3: 'XXX' })).resolves.toBeNull();
  });

  it('tell their states, or that they have none', async () => {
    const us = await findCountry(client, { iso2: 'US' });
    const states = await listStates(client, us!.id);
    expect(states.length).toBeGreaterThanOrEqual(50);
    expect(states).toContainEqual({ name: 'California', code: 'CA' });
    const monaco = await findCountry(client, { iso2: 'MC' });
    await expect(listStates(client, monaco!.id)).resolves.toEqual([]);
  });
});

describe('all of it', () => {
  it('costs no more requests than it must', async () => {
    await simulator.control('DELETE', 'ledger');
    const id = await place('cheap');
    await find('cheap');
    await listOrderProducts(client, id);
    await findVariantsBySku(client, 'SHARED-M');
    await getProductFacts(client, [43, 44, 45]);
    expect(await knocks('POST', '')).toBe(1);
    expect(await knocks('GET', '')).toBe(4);
  });
});
