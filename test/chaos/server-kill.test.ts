import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isLong } from '../helpers/form.ts';
import { waitFor } from '../helpers/wait.ts';
import { differences, expectedFeed } from './feed.ts';
import { startMortalSystem } from './own-servers.ts';
import type { MortalSystem, Victim } from './own-servers.ts';
import { apply, ended, pageRequests, randomOf, seeds, sourceOf, startImport } from './runs.ts';

const PRODUCTS = 1500;
const PAGE_SIZE = 20;
const ALL: Victim[] = ['postgres', 'temporal', 'worker'];
/** The short form kills all of them at once, the long one each of the servers alone as well. */
const caught: Victim[][] = isLong ? [ALL, ['postgres'], ['temporal']] : [ALL];
const cases = seeds(1, 20).flatMap((seed) => caught.map((victims) => ({ seed, victims, names: victims.join(', ') })));

describe('servers that are killed with -9 in the middle of an import', () => {
  let system: MortalSystem;
  beforeAll(async () => {
    system = await startMortalSystem(['--preset', 'bulk', '--products', `${PRODUCTS}`, '--variants', '3']);
    await system.simulator.control('PUT', 'latency', { ms: 60, jitterMs: 20 });
  }, 120_000);
  afterAll(() => system.stop());

  it.each(cases)(
    'come back and the run ends with the table equal to the feed ($names, seed $seed)',
    async ({ seed, victims }) => {
      const random = randomOf(seed * 100 + victims.length + victims[0]!.length);
      const { simulator, db, cli } = system;
      const source = `${victims.length === 1 ? victims[0] : 'all'}-${seed}`;
      await apply(cli, sourceOf(source, 'demo', `pageSize: ${PAGE_SIZE}`));
      await simulator.control('DELETE', 'ledger');
      const runId = await startImport(cli, source);
      const killAt = random(1, PRODUCTS / PAGE_SIZE - 5);
      await waitFor(`page ${killAt}`, async () => (await pageRequests(simulator, 'demo')).length >= killAt);
      await system.killAndRestart(victims);

      const run = await ended(db, runId, 180_000);
      expect(run).toMatchObject({ status: 'completed', reason: null });
      expect(run.counts).toMatchObject({ products: PRODUCTS, items: PRODUCTS * 3, created: PRODUCTS * 3 });
      expect(run.counts).toMatchObject({ updated: 0, unchanged: 0, archived: 0, rejected: 0 });
      const { items } = await expectedFeed({ simulator, hash: 'demo', token: 'demo-token' });
      expect(await differences(db, source, items)).toEqual([]);
    },
    200_000,
  );
});
