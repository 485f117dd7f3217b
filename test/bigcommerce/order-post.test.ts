import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { StoreClient } from '../../bigcommerce/client.ts';
import { postOrder } from '../../bigcommerce/orders.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { json, startStub, text } from './server.ts';
import type { StubServer } from './server.ts';

const TOKEN = 'planted-token-0123456789';
const STREET = '7 Planted Street';
const body = { external_order_id: 'FR-1', billing_address: { street_1: STREET } };

let store: StubServer;
let client: StoreClient;
beforeAll(async () => {
  store = await startStub();
});
afterAll(() => store.close());
beforeEach(() => {
  client = clientOf(store.url);
  store.knocks.length = 0;
});

function clientOf(apiUrl: string): StoreClient {
  const governor = new QuotaGovernor();
  return createStoreClient({ apiUrl, storeHash: 'a', accessToken: TOKEN, governor, priority: 'send' });
}

const post = (timeoutMs = 5_000) => postOrder(client, body, { timeoutMs });

function v2Error(status: number, message: string, details?: unknown) {
  return json([{ status, message, ...(details === undefined ? {} : { details }) }], status);
}

describe('a posted order', () => {
  it.each<[number, unknown, string | null]>([
    [201, { id: 118 }, null],
    [200, { id: '118', status_id: null, external_order_id: '', new_field: [{}] }, null],
    [201, { id: 118, external_order_id: 'FR-1' }, 'FR-1'],
  ])('is created when the answer is %i with its id', async (status, answer, externalOrderId) => {
    store.answer = json(answer, status);
    await expect(post()).resolves.toEqual({ kind: 'created', orderId: 118, externalOrderId });
    const [knock] = store.knocks;
    expect([knock!.method, knock!.url.pathname]).toEqual(['POST', '/stores/a/v2/orders']);
    expect(JSON.parse(knock!.body)).toEqual(body);
  });

  it.each<[string, StubServer['answer']]>([
    ['an answer without an id', json({ status_id: 11 }, 201)],
    ['an id that is none', json({ id: 0 }, 201)],
    ['an id that is no whole number', json({ id: 1.5 }, 201)],
    ['a list', json([{ id: 5 }], 200)],
    ['no body', text('', 204)],
    ['a page', text('<html>Welcome', 200)],
    ['half a document', text('{"id":11', 201)],
    ['an error of the server', json([{ status: 500, message: STREET }], 500)],
    ['a gateway that gave up', text('<html>504', 504)],
    ['maintenance', text('', 503)],
    ['408', text('', 408)],
    ['423', json([], 423)],
    ['499', text('', 499)],
    ['a redirection', text('', 302, { location: 'http://elsewhere.invalid/' })],
    ['a refusal that is on no list', text('', 418)],
    ['a connection that is reset', (request) => void request.socket.destroy()],
    [
      'a body that is cut',
      (_request, response) => {
        response.writeHead(201, { 'content-length': '1000' });
        response.write('{"id":118,', () => response.destroy());
      },
    ],
  ])('has an unknown outcome after %s, and is sent once', async (_name, answer) => {
    store.answer = answer;
    const outcome = await post();
    expect(outcome).toEqual({ kind: 'unknown', reason: expect.any(String) });
    expect(inspect(outcome)).not.toContain(STREET);
    expect(store.knocks).toHaveLength(1);
  });

  it('has an unknown outcome when no answer comes in time', async () => {
    store.answer = () => undefined;
    await expect(post(50)).resolves.toEqual({ kind: 'unknown', reason: expect.stringContaining('no answer in time') });
  });

  it('was not sent when the store cannot be reached', async () => {
    const gone = await startStub();
    await gone.close();
    client = clientOf(gone.url);
    await expect(post()).resolves.toEqual({ kind: 'not_sent', reason: expect.stringContaining('ECONNREFUSED') });
    client = clientOf('http://no-such-host.invalid');
    await expect(post()).resolves.toMatchObject({ kind: 'not_sent' });
  });

  it.each<[number, Record<string, string>, number]>([
    [429, { 'x-rate-limit-time-reset-ms': '12500' }, 12_500],
    [429, { 'x-rate-limit-time-reset-ms': '3' }, 1_000],
    [429, {}, 5_000],
    [509, { 'x-retry-after': '7' }, 7_000],
  ])('was throttled by %i with %p', async (status, headers, waitMs) => {
    store.answer = text('', status, headers);
    await expect(post()).resolves.toEqual({ kind: 'throttled', waitMs });
    expect(store.knocks).toHaveLength(1);
  });

  it('asks right before it goes out, and is not sent when the answer is no', async () => {
    const refusal = new Error('the right to post is gone');
    const beforeSend = () => Promise.reject(refusal);
    await expect(postOrder(client, body, { timeoutMs: 5_000, beforeSend })).rejects.toBe(refusal);
    expect(store.knocks).toHaveLength(0);
    expect(client.requests).toBe(0);
    store.answer = json({ id: 5 }, 201);
    await expect(post()).resolves.toMatchObject({ kind: 'created' });
  });
});

describe('a refused order', () => {
  const stock = 'Quantities of one or more products are out of stock or did not meet quantity requirements.';
  const short = { type: 'OutOfStock', product: { id: 6, name: 'x', sku: { id: 5, sku: 'X', inventory_level: '5' } } };
  const tooMany = { type: 'ExceedsMaxQuantity', product: { id: 27, maximum_quantity: 5 } };
  const tooFew = { type: 'InsufficientQuantity', product: { id: 25, minimum_quantity: 2 } };

  it('says of each product what is wrong with it', async () => {
    store.answer = v2Error(409, stock, { errors: [short, tooMany, tooFew, { type: 'New' }, null] });
    await expect(post()).resolves.toEqual({
      ...{ kind: 'refused', status: 409, code: 'out_of_stock', said: stock },
      message: expect.stringContaining(
        'BigCommerce refused the order (409): product 6 (SKU "X") is out of stock: 5 left',
      ),
      problems: [
        { type: 'OutOfStock', productId: 6, sku: 'X', message: 'product 6 (SKU "X") is out of stock: 5 left' },
        { ...{ type: 'ExceedsMaxQuantity', productId: 27, sku: null }, message: expect.stringContaining('at most 5') },
        {
          ...{ type: 'InsufficientQuantity', productId: 25, sku: null },
          message: expect.stringContaining('at least 2'),
        },
        { type: 'New', productId: null, sku: null, message: expect.any(String) },
        { type: 'Unknown', productId: null, sku: null, message: expect.any(String) },
      ],
    });
  });

  it('names the options that are missing', async () => {
    const product = { id: 6, required_product_options: [{ id: 22, option_id: 5, display_name: 'CPU' }] };
    const errors = [{ type: 'MandatoryProductOptions', product }];
    store.answer = v2Error(400, 'The options of one or more products are invalid.', { errors });
    await expect(post()).resolves.toMatchObject({
      code: 'option_required',
      problems: [{ type: 'MandatoryProductOptions', message: 'product 6 demands the option "CPU" (22)' }],
    });
  });

  const options = (type: string) => v2Error(400, 'No.', { errors: [{ type, product: { id: 6 } }] });
  const field = (name: string) => v2Error(400, `The field '${name}' is invalid.`);
  it.each<[string, string, StubServer['answer']]>([
    ['quantity_rule', '409 for rules alone', v2Error(409, stock, { errors: [tooMany, tooFew] })],
    ['out_of_stock', '409 for both', v2Error(409, stock, { errors: [tooMany, short] })],
    ['out_of_stock', '409 without a reason', v2Error(409, stock)],
    ['out_of_stock', '409 without JSON', text('Conflict', 409)],
    ['option_required', 'InvalidProductOption', options('InvalidProductOption')],
    ['option_required', 'InvalidProductOptionValue', options('InvalidProductOptionValue')],
    ['option_required', 'options in words', v2Error(400, 'The options of one or more products are invalid.')],
    ['address_rejected', 'the billing country', field('billing_address.country')],
    ['address_rejected', 'the country', field('country')],
    ['address_rejected', 'the zip', field('zip')],
    ['address_rejected', 'the e-mail', field('email')],
    ['address_rejected', 'a null state', v2Error(400, "The field 'state' does not allow null values.")],
    ['address_rejected', 'no address', v2Error(400, "The required field 'billing_address' was not supplied.")],
    ['address_rejected', 'a path in words', v2Error(422, 'Invalid value for shipping_addresses[0].city')],
    [
      'address_rejected',
      'an object as V3 writes it',
      json({ title: 'No', errors: { 'billing_address.zip': 'x' } }, 422),
    ],
    ['customer_not_found', 'the customer', field('customer_id')],
    ['order_rejected', 'the status', field('status_id')],
    ['order_rejected', 'a price', field('products.price_inc_tax')],
    ['order_rejected', '404', text('<html>', 404)],
    ['order_rejected', '413', json([], 413)],
    ['order_rejected', '415', json({}, 415)],
    ['order_rejected', '400 without a body', text('', 400)],
    ['credential_refused', '401', text('Unauthorized', 401)],
    ['scope_missing', '403', json({ status: 403, title: 'No scope' }, 403)],
  ])('is %s for %s', async (code, _name, answer) => {
    store.answer = answer;
    await expect(post()).resolves.toMatchObject({ kind: 'refused', code });
    expect(store.knocks).toHaveLength(1);
  });

  it("keeps BigCommerce's words, which may quote an address, apart from ours, and the token out of both", async () => {
    const details = { invalid_reason: `${STREET} is no place, says ${TOKEN}` };
    store.answer = v2Error(400, "The field 'zip' is invalid.", details);
    const { said, ...others } = (await post()) as { said?: string };
    expect(said).toBe(`The field 'zip' is invalid. (${STREET} is no place, says [token])`);
    expect(others).toMatchObject({ message: "BigCommerce refused the order (400) because of 'zip'" });
    expect(inspect(others)).not.toContain(STREET);
  });

  it('shows nothing of the answer in an error about a person', async () => {
    store.answer = v2Error(400, `${STREET} is no place`);
    const error: unknown = await client.call('PUT', 'v2/orders/1').catch((e: unknown) => e);
    expect(`${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}`).not.toContain(STREET);
  });
});
