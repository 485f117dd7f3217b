import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeOrder, startStore, type TestStore } from './helpers.ts';

const JANE = { email: 'jane+shop@example.com', first_name: 'Jane', last_name: 'Doe' };
const ADDRESS = { first_name: 'Jane', last_name: 'Doe', address1: '1 St', city: 'Austin', country_code: 'US' };

describe('customers', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await startStore();
  });
  afterEach(() => store.close());

  it('are made by an array and found by their e-mail whatever its case', async () => {
    const body = [{ ...JANE, addresses: [ADDRESS], form_fields: [{ name: 'State Code', value: 'TX' }] }];
    const made = await store.api('POST', '/v3/customers', body);
    expect(made.body.data).toMatchObject([{ id: 1, address_count: 1 }]);
    const query = `email:in=${encodeURIComponent('JANE+shop@example.com')}&include=addresses,formfields`;
    const found = await store.get(`/v3/customers?${query}`);
    expect(found.body.meta.pagination.total).toBe(1);
    expect(found.body.data[0]).toMatchObject({ ...JANE, channel_ids: [1], origin_channel_id: 1 });
    expect(found.body.data[0].addresses[0]).toMatchObject({ ...ADDRESS, country: 'United States', customer_id: 1 });
    expect(found.body.data[0].form_fields).toEqual([{ name: 'State Code', value: 'TX', customer_id: 1 }]);
  });

  it('show addresses only when asked', async () => {
    await store.api('POST', '/v3/customers', [JANE]);
    expect((await store.get('/v3/customers')).body.data[0]).not.toHaveProperty('addresses');
  });

  it('with an e-mail that is taken are refused with 422, and with them the whole request', async () => {
    await store.api('POST', '/v3/customers', [JANE]);
    const { status, body } = await store.api('POST', '/v3/customers', [
      { ...JANE, email: 'new@example.com' },
      { ...JANE, email: 'JANE+shop@example.com' },
    ]);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      title: 'Create customers failed.',
      errors: { '.customer_create': 'Error creating customers' },
    });
    expect((await store.get('/v3/customers')).body.meta.pagination.total).toBe(1);
  });

  it.each([
    ['without a last name', [{ ...JANE, last_name: undefined }], 422],
    ['with an e-mail that is none', [{ ...JANE, email: 'jane' }], 422],
    ['with an address in no country', [{ ...JANE, addresses: [{ ...ADDRESS, country_code: 'XX' }] }], 422],
    ['as an object', JANE, 422],
    ['more than ten at once', Array.from({ length: 11 }, (_, n) => ({ ...JANE, email: `${n}@example.com` })), 413],
  ])('%s are refused', async (_name, body, status) => {
    expect((await store.api('POST', '/v3/customers', body)).status).toBe(status);
    expect((await store.get('/v3/customers')).body.data).toEqual([]);
  });

  it('are changed by PUT and may then have orders', async () => {
    await store.api('POST', '/v3/customers', [JANE]);
    await store.api('PUT', '/v3/customers', [{ id: 1, company: 'Doe Ltd' }]);
    expect((await store.get('/v3/customers?id:in=1')).body.data[0].company).toBe('Doe Ltd');
    const { body } = await store.api('POST', '/v2/orders', makeOrder({ customer_id: 1 }));
    expect(body.customer_id).toBe(1);
  });

  it('that do not exist cannot be changed', async () => {
    expect((await store.api('PUT', '/v3/customers', [{ id: 5 }])).status).toBe(422);
  });
});

describe('webhooks', () => {
  let store: TestStore;
  const hook = { scope: 'store/shipment/*', destination: 'https://example.com/hook', headers: { secret: 'x' } };

  beforeEach(async () => {
    store = await startStore();
  });
  afterEach(() => store.close());

  it('are made, listed, changed and deleted', async () => {
    const made = await store.api('POST', '/v3/hooks', hook);
    expect(made.body.data).toMatchObject({ ...hook, id: 1, is_active: true, store_hash: 'demo' });
    await store.api('PUT', '/v3/hooks/1', { is_active: false });
    expect((await store.get('/v3/hooks?is_active=false')).body.data).toHaveLength(1);
    expect((await store.api('DELETE', '/v3/hooks/1')).status).toBe(200);
    expect((await store.get('/v3/hooks/1')).status).toBe(404);
  });

  it('are visible to their own client only', async () => {
    await store.api('POST', '/v3/hooks', hook);
    expect((await store.get('/v3/hooks', 'demo-read-only')).body.data).toEqual([]);
  });

  it.each([
    ['without a destination', { scope: hook.scope }, 422],
    ['to plain http', { ...hook, destination: 'http://example.com' }, 422],
    ['to another port', { ...hook, destination: 'https://example.com:8443' }, 422],
    ['with a scope that is none', { ...hook, scope: 'orders' }, 422],
  ])('%s are refused', async (_name, body, status) => {
    expect((await store.api('POST', '/v3/hooks', body)).status).toBe(status);
  });

  it('are unique by destination and at most ten per scope', async () => {
    const statuses: number[] = [];
    for (let number = 1; number <= 11; number += 1) {
      statuses.push(
        (await store.api('POST', '/v3/hooks', { ...hook, destination: `https://example.com/${number}` })).status,
      );
    }
    expect(statuses.slice(9)).toEqual([200, 422]);
    expect((await store.api('POST', '/v3/hooks', { ...hook, destination: 'https://example.com/1' })).status).toBe(409);
  });
});
