import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { STORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { plentifulSkus, requestFor } from '../helpers/sending.ts';
import { waitFor } from '../helpers/wait.ts';
import { runBare } from './programs.ts';
import { startClusterSystem } from './system.ts';
import type { ClusterSystem } from './system.ts';

const NUMBERS = ['PO-1', 'PO-2', 'PO-3'];

const file = (name: string) => `name: ${name}
connection: { type: api_token, storeHash: demo, accessToken: demo-token, clientSecret: demo-client-secret }
inventory: { schedule: { every: 6h } }
fulfillment: { autoSend: true, externalOrderIdPrefix: "${name}-" }
shipments: { schedule: { every: 1h } }
`;

interface Shown {
  processing: string;
  shipping: string;
  bigcommerceOrderId: number;
  shipments: { trackingNumber: string }[];
}

describe('the three jobs on a Temporal cluster on Postgres, with two workers, by commands alone', () => {
  let system: ClusterSystem;
  beforeAll(async () => {
    system = await startClusterSystem({ simulatorArgs: ['--preset', 'bulk', '--products', '300', '--variants', '2'] });
  }, 1_200_000);
  afterAll(() => system?.stop(), 120_000);

  async function run<T = Record<string, unknown>>(command: string, input?: string): Promise<T> {
    const result = await system.cli([...command.split(' '), '--json'], input);
    if (result.exitCode !== 0) throw new Error(`${command}: ${result.exitCode} ${result.stdout}${result.stderr}`);
    return result.json<T>();
  }
  const show = (number: string) => run<Shown>(`fr show ${number}`);

  it('is found healthy, with both workers and serve', async () => {
    await run('source apply -', file('acme'));
    const checks = await run<{ checks: { check: string; level: string; message: string }[] }>('doctor');
    expect(JSON.stringify(checks)).toContain('2 workers on both queues');
    const ready = await fetch(`${system.serveUrl}/readyz`);
    expect(await ready.json()).toMatchObject({ ok: true, database: true, temporal: true });
  }, 120_000);

  it('can use a namespace as soon as it is set up', async () => {
    const namespace = 'second';
    const made = await runBare(['setup', '--json'], { ...system.environment, TEMPORAL_NAMESPACE: namespace });
    expect(made.json()).toMatchObject({ namespace, registered: expect.arrayContaining(['BcSource']) });
    const connection = await Connection.connect({ address: system.cluster.temporalAddress });
    const client = new Client({ connection, namespace });
    const typedSearchAttributes = [{ key: defineSearchAttributeKey('BcSource', 'KEYWORD'), value: 'acme' }];
    const handle = await client.workflow.start('any', { workflowId: 'any', taskQueue: 'any', typedSearchAttributes });
    await handle.terminate();
    await connection.close();
  }, 120_000);

  it('imports, sends and brings tracking numbers back', async () => {
    const first = await run<{ status: string; counts: Record<string, number> }>('inventory import acme --wait');
    expect(first).toMatchObject({ status: 'completed', counts: { products: 300, items: 600, created: 600 } });
    const [sku] = await plentifulSkus(system.simulator, 1);
    const requests = NUMBERS.map((number) => requestFor('acme', number, sku!));
    await run('fr submit -', JSON.stringify(requests));
    for (const number of NUMBERS) {
      const sent = await waitFor(`${number} to be sent`, async () => {
        const shown = await show(number);
        if (shown.processing === 'failed') throw new Error(JSON.stringify(shown));
        return shown.processing === 'acknowledged' && shown;
      });
      await system.simulator.control('POST', `orders/${sent.bigcommerceOrderId}/ship`, {
        tracking_number: `1Z${number}`,
      });
    }
    expect(await run('shipments sync acme --wait')).toMatchObject({ status: 'completed', counts: { shipments: 3 } });
    for (const number of NUMBERS)
      expect(await show(number)).toMatchObject({ shipping: 'shipped', shipments: [{ trackingNumber: `1Z${number}` }] });
    const { orders } = await system.simulator.control<{ orders: unknown[] }>('GET', 'ledger/orders');
    expect(orders).toHaveLength(NUMBERS.length);
  }, 180_000);

  it('runs a job by its schedule', async () => {
    await run('schedule trigger acme');
    const scheduled = await waitFor('a run of the schedule', async () => {
      const runs = await run<{ trigger: string; status: string; counts: Record<string, number> }[]>('runs list');
      return runs.find(({ trigger, status }) => trigger === 'schedule' && status === 'completed');
    });
    expect(scheduled).toBeDefined();
  }, 120_000);

  it('asks the stores by order of importance, each source for itself', async () => {
    const connection = await Connection.connect({ address: system.cluster.temporalAddress });
    const client = new Client({ connection });
    const seen: Record<string, unknown[]> = {};
    for await (const { workflowId, runId, type } of client.workflow.list()) {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
        if (scheduled?.taskQueue?.name !== STORE_TASK_QUEUE) continue;
        (seen[type] ??= []).push([scheduled.priority?.priorityKey, scheduled.priority?.fairnessKey]);
      }
    }
    await connection.close();
    const distinct = Object.fromEntries(
      Object.entries(seen).map(([type, keys]) => [type, [...new Set(keys.map((key) => JSON.stringify(key)))].sort()]),
    );
    expect(distinct).toEqual({
      importInventory: ['[5,"acme"]'],
      fulfillmentRequest: ['[1,"acme"]'],
      syncShipments: ['[3,"acme"]'],
    });
  }, 60_000);

  it('takes an event of a store by serve, which a worker follows', async () => {
    await run('source webhooks acme --create');
    const product = { id: 9_001, name: 'New', sku: 'S-NEW', price: 1, variants: [{ id: 9_001, sku: 'S-NEW' }] };
    await system.simulator.control('POST', 'products', product);
    const item = await waitFor('the new product', () =>
      system.db.selectFrom('inventory_items').select('title').where('sku', '=', 'S-NEW').executeTakeFirst(),
    );
    expect(item).toEqual({ title: 'New' });
    const events = await system.db.selectFrom('webhook_events').select('scope').execute();
    expect(events.map(({ scope }) => scope)).toContain('store/product/created');
  }, 120_000);
});
