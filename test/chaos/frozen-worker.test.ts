import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { differences, expectedFeed, storedItems } from './feed.ts';
import { apply, ended, pageRequests, randomOf, seeds, sourceOf, startImport } from './runs.ts';

const PRODUCTS = 600;
const PAGE_SIZE = 20;
// The second one, of seed 1, holds the others as well: of four ranges one is in a transaction, the others are not.
const POINTS = ['anywhere', 'in a transaction'] as const;

describe('a worker that is frozen in the middle of an import while another one takes over', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--preset', 'bulk', '--products', `${PRODUCTS}`, '--variants', '3']);
  });
  afterAll(() => system.stop());

  const pages = async () => (await pageRequests(system.simulator, 'demo')).length;

  /** Sessions of this database that hold a transaction open and wait for its client. */
  async function openTransactions(): Promise<number> {
    const { rows } = await sql<{ open: number }>`
      select count(*)::int as open from pg_stat_activity
      where datname = current_database() and state like 'idle in transaction%'`.execute(system.database.db);
    return rows[0]!.open;
  }

  async function freeze(point: 'anywhere' | 'in a transaction', random: (low: number, high: number) => number) {
    const { pid } = system.worker;
    const freezeAt = random(2, PRODUCTS / PAGE_SIZE - 10);
    await waitFor(`page ${freezeAt}`, async () => (await pages()) >= freezeAt);
    await waitFor(`the worker to stand still ${point}`, async () => {
      process.kill(pid, 'SIGSTOP');
      if (point === 'anywhere' || (await openTransactions()) > 0) return true;
      process.kill(pid, 'SIGCONT');
      return false;
    });
  }

  const cases = seeds(1, 20).map((seed) => ({ seed, point: POINTS[seed % POINTS.length]! }));

  it.each(cases)(
    'changes nothing when it wakes up ($point, seed $seed)',
    async ({ seed, point }) => {
      const { simulator, database, cli } = system;
      const source = `frozen-${point.replaceAll(' ', '-')}-${seed}`;
      await apply(cli, sourceOf(source, 'demo', `pageSize: ${PAGE_SIZE}`));
      await simulator.control('DELETE', 'ledger');
      await simulator.control('PUT', 'latency', { ms: 40, jitterMs: 20 });
      const runId = await startImport(cli, source);
      await freeze(point, randomOf(seed));
      const frozen = system.worker;
      await system.startWorker();
      const first = await ended(database.db, runId);
      expect(first).toMatchObject({ status: 'completed', reason: null });
      expect(first.counts).toMatchObject({
        products: PRODUCTS,
        items: PRODUCTS * 3,
        created: PRODUCTS * 3,
        updated: 0,
      });

      const { items } = await expectedFeed({ simulator, hash: 'demo', token: 'demo-token' });
      expect(await differences(database.db, source, items)).toEqual([]);

      // A mark on every item: whatever the sleeper still has in its hands is old now and must not be written over it.
      await sql`update inventory_items set title = 'newer', quantity = quantity + 1`.execute(database.db);
      const before = await storedItems(database.db, source);
      process.kill(frozen.pid, 'SIGCONT');
      // It finishes what it has under way before it ends.
      await frozen.stop('SIGTERM');
      expect(await storedItems(database.db, source)).toEqual(before);
      const last = await ended(database.db, runId);
      // What the sleeper asked of the store is still counted, and nothing else.
      expect({ ...last, requests: first.requests }).toEqual(first);
      const left = await sql`select from import_pages union all select from import_missing`.execute(database.db);
      expect(left.rows).toHaveLength(0);
    },
    120_000,
  );
});
