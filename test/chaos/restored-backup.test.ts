import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findRequests } from '../../database/fulfillment-requests.ts';
import { findRun } from '../../database/runs.ts';
import { isLong } from '../helpers/form.ts';
import { lostSince, missingKinds, readContents, readLasting } from '../helpers/contents.ts';
import { copyDatabase } from '../helpers/copy-database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { doctorFindsNothing, runCommand, startProcess } from '../helpers/processes.ts';
import type { RunningProcess } from '../helpers/processes.ts';
import { findPgDump } from '../helpers/programs.mjs';
import {
  QUICK,
  acknowledged,
  byNumber,
  ordersMade,
  ordersNamed,
  plentifulSkus,
  requestFor,
} from '../helpers/sending.ts';
import { storedRequests, submit } from '../helpers/sending.ts';
import type { StoredRequest } from '../helpers/sending.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { pageRequests } from './runs.ts';

const PRODUCTS = 400;
/** Requests that are under way when the backup is made. */
const UNDER_WAY = isLong ? 60 : 4;
/** Requests that are not ended either: on hold, or waiting for a person. */
const NOT_SENT = ['BAD', 'HELD', 'ORDER'];

const fileOf = (name: string, fulfillment: string) => `name: ${name}
connection: { type: api_token, storeHash: demo, accessToken: demo-token }
inventory: { archiveMissing: true, pageSize: 20, untrackedQuantity: 100, schedule: { cron: '0 4 1 1 *', refresh: { every: 12h } } }
fulfillment: { autoSend: true, externalOrderIdPrefix: '${name}-', ${fulfillment} }
shipments: { schedule: { cron: '0 5 1 1 *' } }
`;

/** A namespace of Temporal in which nothing has happened, and what a command or worker needs to use it with this database. */
async function openNewPlace(system: TestSystem, database: TestDatabase) {
  const home = await mkdtemp(join(tmpdir(), 'bcsource-restored-'));
  const place = { DATABASE_URL: database.url, TEMPORAL_NAMESPACE: await takeNamespace(), BCSOURCE_HOME: home };
  return {
    environment: { ...system.environment, ...place },
    close: () => rm(home, { recursive: true, force: true }),
  };
}

describe('an older backup that is restored beside an empty Temporal', () => {
  let system: TestSystem;
  let copy: TestDatabase | undefined;
  let place: Awaited<ReturnType<typeof openNewPlace>> | undefined;
  let worker: RunningProcess | undefined;
  beforeAll(async () => {
    system = await startSystem(['--preset', 'bulk', '--products', `${PRODUCTS}`, '--variants', '1']);
  });
  afterAll(async () => {
    await worker?.stop();
    await place?.close();
    await copy?.drop();
    await system.stop();
  });

  /** Everything that a backup may hold, done or at its end: sources, a pool, an order, requests of all fates, a shipment. */
  async function makeHistory(sku: string): Promise<{ done: StoredRequest }> {
    const { simulator, cli } = system;
    for (const [name, settings] of [
      ['quick', QUICK],
      ['slow', 'holdHours: 2'],
    ] as const) {
      const applied = await cli(['source', 'apply', '-'], fileOf(name, settings));
      expect(applied).toMatchObject({ exitCode: 0 });
    }
    expect(await cli(['inventory', 'import', 'slow', '--wait'])).toMatchObject({ exitCode: 0 });
    // Only this source has the item as yet, so its hold is that of the request.
    const order = JSON.stringify({ ...requestFor('', 'ORDER', sku), source: undefined });
    expect(await cli(['order', 'submit', '-'], order)).toMatchObject({ exitCode: 0 });
    await submit(cli, [requestFor('quick', 'DONE', sku), requestFor('slow', 'HELD', sku)]);
    await submit(cli, [requestFor('quick', 'BAD', 'no-such-sku'), requestFor('quick', 'SHIPPED', sku)]);
    const [done] = await acknowledged(system.database.db, 'DONE');
    const [shipped] = await acknowledged(system.database.db, 'SHIPPED');
    await simulator.control('POST', `orders/${shipped!.orderId}/ship`, { tracking_number: 'T-0' });
    expect(await cli(['shipments', 'sync', 'quick', '--wait'])).toMatchObject({ exitCode: 0 });
    await waitFor(
      'BAD to be failed',
      async () => (await storedRequests(system.database.db, 'BAD'))[0]?.processing === 'failed',
    );
    return { done: done! };
  }

  /** An import and sends, of which some are surely under way for a while. */
  async function beginMidst(sku: string): Promise<{ runId: string }> {
    const { simulator } = system;
    await simulator.control('PUT', 'latency', { ms: 150, jitterMs: 50 });
    // Answers so late that both are still under way when the backup is made, however fast the machine is.
    await simulator.control('PUT', 'faults', [
      { kind: 'delay', delayMs: 15_000, when: 'after', method: 'POST', path: '/v2/orders' },
      { kind: 'delay', delayMs: 1_500, path: '/v3/catalog/products' },
    ]);
    const before = (await pageRequests(simulator, 'demo')).length;
    const started = await system.cli(['inventory', 'import', 'quick', '--json']);
    const numbers = Array.from({ length: UNDER_WAY }, (_, index) => `WAY-${String(index).padStart(2, '0')}`);
    await submit(
      system.cli,
      numbers.map((number) => requestFor('quick', number, sku)),
    );
    await waitFor('the import and a send to be under way', async () => {
      const pages = (await pageRequests(simulator, 'demo')).length - before;
      const under = await storedRequests(system.database.db, 'WAY');
      return pages >= 4 && under.some(({ processing }) => processing === 'sending');
    });
    return started.json<{ runId: string }>();
  }

  /** The old system goes on for a while after the backup: it sends all that it has, and the store ships something. */
  async function goOnWithout(done: StoredRequest): Promise<void> {
    const { simulator } = system;
    await simulator.control('PUT', 'latency', { ms: 0, jitterMs: 0 });
    await simulator.control('DELETE', 'faults');
    await acknowledged(system.database.db, 'WAY');
    await simulator.control('POST', `orders/${done.orderId}/ship`, { tracking_number: 'T-1' });
    await system.worker.stop();
  }

  it('goes on from what the store says: no second order, nothing lost, no run that never ends', async () => {
    const { simulator } = system;
    const [sku] = (await plentifulSkus(simulator, 1)) as [string];
    const { done } = await makeHistory(sku);
    const { runId } = await beginMidst(sku);
    const backup = (copy = await copyDatabase(system.database, {
      look: async (db) => ({ contents: await readContents(db), lasting: await readLasting(db) }),
      stopWriters: () => system.worker.stop('SIGKILL'),
    }));
    const { contents, lasting } = backup.seen;
    // A machine without a new enough pg_dump copies in another way, and the long form says so.
    expect(backup.by).toBe(findPgDump() ? 'pg_dump' : 'template');
    expect(await readContents(backup.db)).toEqual(contents);
    expect(missingKinds(lasting)).toEqual([]);
    const nothingIsLost = async () => expect(lostSince(lasting, await readLasting(backup.db))).toEqual([]);
    const saved = await findRequests(backup.db, 'HELD', 'slow');
    const open = (await storedRequests(backup.db, 'WAY')).filter(({ processing }) => processing !== 'acknowledged');
    expect(open.map(({ processing }) => processing)).toContain('sending');
    const unread = await backup.db.selectFrom('unread_orders').selectAll().execute();
    if (backup.by === 'template') await system.startWorker();
    await goOnWithout(done);

    place = await openNewPlace(system, copy);
    const cli = (...args: string[]) => runCommand(args, place!.environment);
    expect(await cli('recover', '--json')).toMatchObject({ exitCode: 2 });
    const recovered = (await cli('recover', '--yes', '--json')).json<{ endedRuns: string[]; requests: number }>();
    expect(recovered).toMatchObject({
      endedRuns: [runId],
      sources: 2,
      requests: open.length + unread.length + NOT_SENT.length,
    });
    expect(await findRun(copy.db, runId)).toMatchObject({ status: 'canceled', reasonCode: 'run_lost' });
    await nothingIsLost();
    worker = await startProcess('client/cli/main.js', ['worker'], place.environment, /worker ready/);

    const now = await acknowledged(copy.db, 'WAY');
    const made = (await ordersMade(simulator, 'quick-WAY')).map(
      ([number, id]) => [number.slice('quick-'.length), id] as [string, number],
    );
    expect(made.sort(byNumber)).toEqual(ordersNamed(now));
    expect(made.length).toBe(UNDER_WAY);
    expect((await storedRequests(copy.db, 'BAD'))[0]).toMatchObject({ processing: 'failed', reason: 'sku_not_found' });
    expect((await findRequests(copy.db, 'HELD', 'slow'))[0]).toMatchObject({
      processing: 'processing',
      nextStepAt: saved[0]!.nextStepAt,
    });
    expect(await cli('fr', 'release', 'HELD')).toMatchObject({ exitCode: 0 });
    await acknowledged(copy.db, 'HELD');
    expect(await ordersMade(simulator, 'slow-')).toHaveLength(1);

    // The lease of the run that is lost is free, and what happened in the store since the backup is found.
    expect(await cli('inventory', 'import', 'quick', '--wait')).toMatchObject({ exitCode: 0 });
    expect(await cli('shipments', 'sync', 'quick', '--wait')).toMatchObject({ exitCode: 0 });
    expect((await findRequests(copy.db, 'DONE', 'quick'))[0]).toMatchObject({ shipping: 'shipped' });
    await doctorFindsNothing(place.environment);
    expect((await cli('recover', '--yes', '--json')).json()).toMatchObject({ endedRuns: [], registered: [] });
    // Those under way, DONE, SHIPPED and HELD.
    expect(await ordersMade(simulator, '')).toHaveLength(UNDER_WAY + 3);
    await nothingIsLost();
  }, 360_000);
});
