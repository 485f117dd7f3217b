import { setTimeout as nextLook } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { packItems } from '../../database/packed-items.ts';
import { emptyDraft } from '../../activities/map-page.ts';
import { RunEnded, savePage } from '../../database/import-ledger.ts';
import type { RunningProcess } from '../helpers/processes.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { differences, expectedFeed, storedItems } from './feed.ts';
import { apply, ended, pageRequests, randomOf, seeds, sourceOf, startImport } from './runs.ts';

const PRODUCTS = 600;
const PAGE_SIZE = 20;
const MOST_LOOKS = 2_000;

describe('a worker that is frozen in the middle of an import while another one takes over', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--preset', 'bulk', '--products', `${PRODUCTS}`, '--variants', '3']);
  });
  const sleepers: RunningProcess[] = [];
  afterAll(async () => {
    // Nobody wakes them after a failure.
    for (const sleeper of sleepers) await sleeper.stop('SIGKILL');
    await system.stop();
  });

  const pages = async () => (await pageRequests(system.simulator, 'demo')).length;

  /** Whether a session of this database has written items and waits for its client to go on. */
  async function isWriting(): Promise<boolean> {
    const { rows } = await sql`
      select from pg_stat_activity a join pg_locks l on l.pid = a.pid
      where a.datname = current_database() and a.state like 'idle in transaction%'
        and l.relation = 'inventory_items'::regclass and l.mode = 'RowExclusiveLock'`.execute(system.database.db);
    return rows.length > 0;
  }

  async function freeze(point: 'anywhere' | 'while it writes', random: (low: number, high: number) => number) {
    const { pid } = system.worker;
    const freezeAt = random(2, PRODUCTS / PAGE_SIZE - 10);
    await waitFor(`page ${freezeAt}`, async () => (await pages()) >= freezeAt);
    for (let look = 0; look < MOST_LOOKS; look++) {
      process.kill(pid, 'SIGSTOP');
      if (point === 'anywhere') return;
      // Looked at twice: what it had said before it stood still may be its commit.
      if ((await isWriting()) && (await nextLook(50).then(isWriting))) return;
      process.kill(pid, 'SIGCONT');
      // It lives for a few milliseconds, so that few of its transactions pass unseen.
      await nextLook(random(1, 4));
    }
    throw new Error(`The worker did not stand still ${point}`);
  }

  async function importWithSleeper(source: string, seed: number, point: 'anywhere' | 'while it writes') {
    await apply(system.cli, sourceOf(source, 'demo', `pageSize: ${PAGE_SIZE}`));
    await system.simulator.control('DELETE', 'ledger');
    await system.simulator.control('PUT', 'latency', { ms: 40, jitterMs: 20 });
    const runId = await startImport(system.cli, source);
    const sleeper = system.worker;
    sleepers.push(sleeper);
    await freeze(point, randomOf(seed));
    await system.startWorker();
    return { runId, sleeper };
  }

  async function expectWhole(source: string, runId: string) {
    // The server hands work to the sleeper until its polls run out, a minute after it fell asleep.
    const run = await ended(system.database.db, runId, 160_000);
    expect(run).toMatchObject({ status: 'completed', reason: null });
    expect(run.counts).toMatchObject({ products: PRODUCTS, items: PRODUCTS * 3, created: PRODUCTS * 3, updated: 0 });
    const { items } = await expectedFeed({ simulator: system.simulator, hash: 'demo', token: 'demo-token' });
    expect(await differences(system.database.db, source, items)).toEqual([]);
    return run;
  }

  it.each(seeds(1, 5))(
    'writes no page a second time when it wakes up while the other one still reads (seed %i)',
    async (seed) => {
      const { runId, sleeper } = await importWithSleeper(`awake-${seed}`, seed, 'anywhere');
      const before = await pages();
      await system.simulator.control('PUT', 'latency', { ms: 400 });
      await waitFor('the other worker to read on', async () => (await pages()) >= before + 8, 60_000);
      process.kill(sleeper.pid, 'SIGCONT');
      await expectWhole(`awake-${seed}`, runId);
      await sleeper.stop('SIGTERM');
    },
    200_000,
  );

  it.each(seeds(1, 5))(
    'holds up nobody with what it has written, and changes nothing when it wakes up after the end of the run (seed %i)',
    async (seed) => {
      const { db } = system.database;
      const source = `frozen-${seed}`;
      const { runId, sleeper } = await importWithSleeper(source, seed, 'while it writes');
      const first = await expectWhole(source, runId);
      // A mark on every item: whatever the sleeper still has in its hands is old now and must not be written over it.
      await sql`update inventory_items set title = 'newer', quantity = quantity + 1`.execute(db);
      const before = await storedItems(db, source);
      process.kill(sleeper.pid, 'SIGCONT');
      // It finishes what it has under way before it ends.
      await sleeper.stop('SIGTERM');
      expect(await storedItems(db, source)).toEqual(before);
      // What the sleeper asked of the store is still counted, and nothing else.
      expect({ ...(await ended(db, runId)), requests: first.requests }).toEqual(first);
      const left = await sql`select from import_pages union all select from import_missing`.execute(db);
      expect(left.rows).toHaveLength(0);
    },
    200_000,
  );

  it('has every page refused that it reads for a run that has ended', async () => {
    await apply(system.cli, sourceOf('over', 'demo', 'pageSize: 250'));
    await system.simulator.control('PUT', 'latency', { ms: 0 });
    const { id: runId, sourceId } = await ended(system.database.db, await startImport(system.cli, 'over'));
    const place = { rangeNo: 0, afterId: 0, lastId: 1, rangeComplete: false, pageSize: 250, readMs: 0 };
    const scope = { sourceId, runId, firstImport: false, mode: 'feed' } as const;
    const save = savePage(system.database.db, scope, { ...emptyDraft(), items: packItems([]), ...place });
    await expect(save).rejects.toThrow(RunEnded);
  });
});
