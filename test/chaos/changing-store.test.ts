import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { CORE_TASK_QUEUE, jobWorkflowId } from '../../workflows/ids.ts';
import { openTemporal } from '../helpers/temporal.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { differences, expectedFeed, storedItems } from './feed.ts';
import { apply, ended, randomOf, seeds, sourceOf } from './runs.ts';

const PRODUCTS = 300;
const SOURCE = 'changing';

describe('a store that changes while it is read', () => {
  let system: TestSystem;
  let temporal: Client;
  beforeAll(async () => {
    system = await startSystem(['--preset', 'bulk', '--products', `${PRODUCTS}`, '--variants', '2']);
    temporal = await openTemporal(system.environment);
    await apply(system.cli, sourceOf(SOURCE, 'demo', 'pageSize: 20, skipHidden: true'));
    await importOnce();
  });
  afterAll(async () => {
    await temporal.connection.close();
    await system.stop();
  });

  async function importOnce() {
    const handle = await temporal.workflow.start('importInventory', {
      workflowId: jobWorkflowId('inventory', SOURCE),
      taskQueue: CORE_TASK_QUEUE,
      args: [{ source: SOURCE, trigger: 'manual' }],
    });
    const run = await ended(system.database.db, handle.firstExecutionRunId);
    await handle.result().catch(() => undefined);
    return run;
  }

  const livingIds = async () => new Set((await system.simulator.control<{ ids: number[] }>('GET', 'products')).ids);

  async function changeStock(ids: number[], random: (low: number, high: number) => number) {
    for (let change = 0; change < 3; change += 1) {
      const path = `products/${ids[random(0, ids.length - 1)]}`;
      const { variants } = await system.simulator.control<{ variants: { id: number }[] }>('GET', path);
      await system.simulator.control('PATCH', `variants/${variants[0]!.id}`, { inventory_level: random(0, 3) });
    }
  }

  it.each(seeds(1, 200))(
    'loses nothing that lives and keeps nothing that is gone (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const before = await livingIds();
      await changeStock([...before], random);
      // Deletions and creations balance over many runs, so that the catalogue neither vanishes nor grows.
      const [deletes, creates] = before.size > PRODUCTS ? [random(1, 2), random(0, 1)] : [random(0, 2), random(1, 2)];
      const churn = { every: random(1, 3), deletes, creates, touches: random(0, 4), hides: random(0, 1), seed };
      await system.simulator.control('POST', 'churn', churn);
      expect(await importOnce()).toMatchObject({ status: 'completed', reason: null });

      const { items } = await expectedFeed(
        { simulator: system.simulator, hash: 'demo', token: 'demo-token' },
        { skipHidden: true },
      );
      await system.simulator.control('DELETE', 'churn');
      const stored = new Map((await storedItems(system.database.db, SOURCE)).map((row) => [row.item.sku, row]));
      const sold = [...items.values()];
      expect(sold.filter((item) => before.has(item.productId) && !stored.has(item.sku))).toEqual([]);
      expect(sold.filter((item) => stored.get(item.sku)?.isArchived)).toEqual([]);

      expect(await importOnce()).toMatchObject({ status: 'completed', reason: null });
      const quiet = await expectedFeed(
        { simulator: system.simulator, hash: 'demo', token: 'demo-token' },
        { skipHidden: true },
      );
      expect(await differences(system.database.db, SOURCE, quiet.items)).toEqual([]);
    },
    60_000,
  );

  it('archives no product that a page left out, though as many are listed as the store has', async () => {
    const { simulator, database } = system;
    await simulator.control('DELETE', 'ledger');
    await importOnce();
    const { requests } = await simulator.control<{ requests: { path: string }[] }>('GET', 'ledger/requests');
    const { path } = requests.find(
      (request) => request.path.includes('include=') && request.path.includes('greater=0'),
    )!;
    const headers = { 'x-auth-token': 'demo-token' };
    const page = (await (await fetch(`${simulator.url}/stores/demo${path}`, { headers })).json()) as {
      data: unknown[];
    };
    page.data.splice(3, 1);
    // A product that is created meanwhile makes up for the one that is left out: counting alone finds nothing wrong.
    await simulator.control('POST', 'churn', { every: 1, creates: 1, rounds: 1 });
    const body = JSON.stringify(page);
    await simulator.control('PUT', 'faults', { kind: 'status', status: 200, body, pattern: 'greater=0&', times: 1 });
    expect(await importOnce()).toMatchObject({ status: 'completed', counts: { archived: 0 } });
    const { items } = await expectedFeed({ simulator, hash: 'demo', token: 'demo-token' }, { skipHidden: true });
    expect(await differences(database.db, SOURCE, items)).toEqual([]);
  });
});
