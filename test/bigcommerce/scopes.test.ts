import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createStoreClient } from '../../bigcommerce/client.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { probeAccess, writableAreas } from '../../bigcommerce/scopes.ts';
import { compareScopes, neededAccess, scopeAreas } from '../../domain/scopes.ts';
import type { ConfiguredJobs } from '../../domain/scopes.ts';
import { startSimulator } from '../helpers/simulator.ts';
import type { TestSimulator } from '../helpers/simulator.ts';
import { makeOrder } from '../simulator/helpers.ts';

const inventoryOnly: ConfiguredJobs = { inventory: true, fulfillment: false, shipments: false };
const everything: ConfiguredJobs = { inventory: true, fulfillment: true, shipments: true };
const shipmentsOnly: ConfiguredJobs = { inventory: false, fulfillment: false, shipments: true };

const readOnly = ['store_v2_information_read_only', 'store_v2_products_read_only'];
const orders = ['store_v2_content_read_only', 'store_v2_customers', 'store_v2_orders', 'store_v2_transactions'];

describe('the scopes of a token, found out by asking', () => {
  let store: TestSimulator;
  beforeAll(async () => {
    store = await startSimulator(['--products', '5']);
  });
  afterAll(() => store.stop());

  async function probe(scopes: string[], jobs: ConfiguredJobs) {
    await store.control('PUT', 'tokens', { tokens: { probed: scopes } });
    const governor = new QuotaGovernor();
    const options = { storeHash: 'demo', accessToken: 'probed', governor, priority: 'send' as const };
    const client = createStoreClient({ apiUrl: store.url, ...options });
    const needed = neededAccess(jobs);
    const tried = writableAreas.filter((area) => needed[area] !== 'none');
    const held = await probeAccess(client, scopeAreas, tried);
    const { missing, excess } = compareScopes(needed, held, tried);
    return { missing: missing.map(({ scope }) => scope), excess: excess.map(({ scope }) => scope) };
  }

  it('are exactly right for an inventory with a read-only token', async () => {
    await expect(probe(readOnly, inventoryOnly)).resolves.toEqual({ missing: [], excess: [] });
  });

  it('are exactly right for all jobs', async () => {
    await expect(probe([...readOnly, ...orders], everything)).resolves.toEqual({ missing: [], excess: [] });
  });

  it('are too many where an inventory can touch customers and orders', async () => {
    const { missing, excess } = await probe([...readOnly, ...orders], inventoryOnly);
    expect(missing).toEqual([]);
    expect(excess).toEqual(['store_v2_customers', 'store_v2_orders']);
  });

  it('are not called too many where the store cannot say: without an order nobody sees its transactions', async () => {
    const scopes = [...readOnly, 'store_v2_transactions'];
    await expect(probe(scopes, inventoryOnly)).resolves.toEqual({ missing: [], excess: [] });
  });

  it('are too many where orders can be changed and are only to be read', async () => {
    const { excess } = await probe([...readOnly, 'store_v2_orders'], shipmentsOnly);
    expect(excess).toEqual(['store_v2_orders']);
  });

  it('lack what cannot be read at all', async () => {
    const { missing } = await probe(['store_v2_information_read_only'], inventoryOnly);
    expect(missing).toEqual(['store_v2_products_read_only']);
  });

  it('lack the right to write where orders are to be sent with a read-only token', async () => {
    const reading = [...orders, ...readOnly].map((scope) => scope.replace(/(_read_only)?$/, '_read_only'));
    const { missing } = await probe(reading, everything);
    expect(missing).toEqual(expect.arrayContaining(['store_v2_customers', 'store_v2_orders']));
  });

  it('need only to read orders for shipments', async () => {
    const { missing } = await probe([...readOnly, 'store_v2_orders_read_only'], shipmentsOnly);
    expect(missing).toEqual([]);
  });

  it('are asked for without leaving anything behind in the store', async () => {
    await probe([...readOnly, ...orders], everything);
    await expect(store.control('GET', 'state')).resolves.toMatchObject({ orders: 0, customers: 0 });
  });

  it('are too many where an inventory can read the transactions of an order', async () => {
    await store.control('PUT', 'tokens', { tokens: { merchant: orders } });
    const made = await fetch(`${store.url}/stores/demo/v2/orders`, {
      method: 'POST',
      headers: { 'X-Auth-Token': 'merchant', 'Content-Type': 'application/json' },
      body: JSON.stringify(makeOrder({ products: [{ name: 'Mug', quantity: 1, price_ex_tax: 1, price_inc_tax: 1 }] })),
    });
    expect(made.status).toBe(201);
    const { excess } = await probe([...readOnly, ...orders], inventoryOnly);
    expect(excess).toEqual(['store_v2_customers', 'store_v2_orders', 'store_v2_transactions']);
  });

  it('are not guessed when the token is refused', async () => {
    await store.control('PUT', 'tokens', { revoke: ['probed'] });
    const governor = new QuotaGovernor();
    const options = { storeHash: 'demo', accessToken: 'probed', governor, priority: 'send' as const };
    const client = createStoreClient({ apiUrl: store.url, ...options });
    await expect(probeAccess(client, scopeAreas, [])).rejects.toMatchObject({ code: 'credential_refused' });
  });
});
