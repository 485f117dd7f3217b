import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator } from '../../simulator/server.ts';
import { makeOrder, startStore, type TestStore } from './helpers.ts';

describe('a simulator with a state file', () => {
  let folder: string;
  let stateFile: string;
  let store: TestStore;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'simulator-'));
    stateFile = path.join(folder, 'state.jsonl');
    store = await startStore({ stateFile });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function restart(): Promise<void> {
    await store.close();
    store = await startStore({ stateFile });
  }

  async function contents(): Promise<unknown> {
    const paths = [
      '/v2/orders',
      '/v2/orders/100/products',
      '/v2/orders/100/shipments',
      '/v3/customers',
      '/v3/hooks',
      '/v3/catalog/products?limit=250&include=variants',
      '/v2/store',
    ];
    const replies = [];
    for (const one of paths) replies.push((await store.get(one)).text);
    return { replies, ledger: (await store.control('GET', '/ledger/orders')).body };
  }

  it('holds after a restart what it held before', async () => {
    await store.api('POST', '/v2/orders', makeOrder());
    await store.control('POST', '/orders/100/ship', { tracking_number: '1Z' });
    await store.api('POST', '/v3/customers', [{ email: 'a@b.c', first_name: 'A', last_name: 'B' }]);
    await store.api('POST', '/v3/hooks', { scope: 'store/order/*', destination: 'https://example.com' });
    await store.control('DELETE', '/products/52');
    await store.control('POST', '/products', { name: 'New', sku: 'NEW' });
    await store.control('PATCH', '/products/43', { name: 'Renamed' });
    await store.control('PUT', '/store', { weight_units: 'KGS' });
    await store.control('PUT', '/tokens', { revoke: ['demo-read-only'] });
    const before = await contents();
    await restart();
    expect(await contents()).toEqual(before);
    expect((await store.get('/v2/time', 'demo-read-only')).status).toBe(401);
  });

  it('goes on with ids where it stopped', async () => {
    await store.api('POST', '/v2/orders', makeOrder());
    const [line] = (await store.get('/v2/orders/100/products')).body;
    await restart();
    const { body } = await store.api('POST', '/v2/orders', makeOrder());
    const [next] = (await store.get(`/v2/orders/${body.id}/products`)).body;
    expect(body.id).toBe(101);
    expect(next.id).toBeGreaterThan(line.id);
  });

  it('cuts off a last line that a kill has torn, and goes on writing', async () => {
    await store.api('POST', '/v2/orders', makeOrder());
    await store.close();
    const written = await readFile(stateFile, 'utf8');
    await appendFile(stateFile, '{"type":"row","store":"demo","table":"orders","id":101,"row":{"id":10');
    store = await startStore({ stateFile });
    expect(await readFile(stateFile, 'utf8')).toBe(written);
    expect((await store.api('POST', '/v2/orders', makeOrder())).body.id).toBe(101);
    await restart();
    expect((await store.get('/v2/orders')).body).toHaveLength(2);
  });

  it('keeps the catalogue that it began with, whatever it is started with later', async () => {
    await store.close();
    store = await startStore({ stateFile, size: { preset: 'bulk', products: 3 } });
    expect((await store.control('GET', '/state')).body.catalogue).toMatchObject({ preset: 'shop', count: 200 });
    await store.control('POST', '/reset', {});
    expect((await store.control('GET', '/state')).body.catalogue).toMatchObject({ preset: 'shop', count: 200 });
  });

  it('keeps other stores too, and forgets what a reset threw away', async () => {
    await store.control('PUT', '/stores/second', { preset: 'bulk', products: 5 });
    await store.api('POST', '/v2/orders', makeOrder());
    await store.control('POST', '/reset', {});
    await restart();
    expect((await store.control('GET', '/state?store=second')).body.catalogue.count).toBe(5);
    expect((await store.control('GET', '/state')).body.orders).toBe(0);
  });

  it('refuses to start on a file that is something else, and leaves it alone', async () => {
    const other = path.join(folder, 'notes.txt');
    await writeFile(other, 'my notes\nare precious\n');
    expect(() => createSimulator({ stateFile: other })).toThrow('line 1 cannot be read');
    expect(await readFile(other, 'utf8')).toBe('my notes\nare precious\n');
  });
});
