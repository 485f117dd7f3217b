import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isLong } from '../helpers/form.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { differences, expectedFeed } from './feed.ts';
import { apply, ended, pageRequests, randomOf, repeatedPages, seeds, sourceOf, startImport } from './runs.ts';

const PRODUCTS = isLong ? 1500 : 400;
const PAGE_SIZE = 20;
const PAGES = PRODUCTS / PAGE_SIZE;

describe('a worker that is killed with -9 in the middle of an import', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--preset', 'bulk', '--products', `${PRODUCTS}`, '--variants', '3']);
    await system.simulator.control('PUT', 'latency', { ms: 60, jitterMs: 20 });
  });
  afterAll(() => system.stop());

  it.each(seeds(1, 20))(
    'leaves the table equal to the feed and reads at most one page of each range again (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const { simulator, database, cli } = system;
      const source = `killed-${seed}`;
      await apply(cli, sourceOf(source, 'demo', `pageSize: ${PAGE_SIZE}`));
      await simulator.control('DELETE', 'ledger');
      const runId = await startImport(cli, source);
      const killAt = random(1, PAGES - 5);
      const pages = () => pageRequests(simulator, 'demo');
      await waitFor(`page ${killAt}`, async () => (await pages()).length >= killAt);
      await system.worker.stop('SIGKILL');
      await system.startWorker();

      const run = await ended(database.db, runId);
      expect(run).toMatchObject({ status: 'completed', reason: null });
      expect(run.counts).toMatchObject({ products: PRODUCTS, items: PRODUCTS * 3, created: PRODUCTS * 3 });
      expect(run.counts).toMatchObject({ updated: 0, unchanged: 0, restored: 0, archived: 0, rejected: 0, skipped: 0 });
      for (const count of Object.values(repeatedPages(await pages()))) expect(count).toBeLessThanOrEqual(1);
      const { items } = await expectedFeed({ simulator, hash: 'demo', token: 'demo-token' });
      expect(items.size).toBe(PRODUCTS * 3);
      expect(await differences(database.db, source, items)).toEqual([]);
    },
    120_000,
  );
});
