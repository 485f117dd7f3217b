import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findRequests } from '../../database/fulfillment-requests.ts';
import { findRun } from '../../database/runs.ts';
import { isLong } from '../helpers/form.ts';
import { copyDatabase } from '../helpers/copy-database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { doctorFindsNothing, runCommand, startProcess } from '../helpers/processes.ts';
import type { RunningProcess } from '../helpers/processes.ts';
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
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { pageRequests } from './runs.ts';

const PRODUCTS = 400;
/** Requests that are under way when the backup is made. */
const UNDER_WAY = isLong ? 60 : 4;

const fileOf = (name: string, fulfillment: string) => `name: ${name}
connection: { type: api_token, storeHash: demo, accessToken: demo-token }
inventory: { archiveMissing: true, pageSize: 20, schedule: { cron: '0 4 1 1 *', refresh: { every: 12h } } }
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

  it('goes on from what the store says: no second order, nothing lost, no run that never ends', async () => {
    const { simulator } = system;
    const [sku] = (await plentifulSkus(simulator, 1)) as [string];
    for (const [name, settings] of [
      ['quick', QUICK],
      ['slow', 'holdHours: 2'],
    ] as const) {
      const applied = await system.cli(['source', 'apply', '-'], fileOf(name, settings));
      expect(applied).toMatchObject({ exitCode: 0 });
    }
    await submit(system.cli, [requestFor('quick', 'DONE', sku), requestFor('slow', 'HELD', sku)]);
    await submit(system.cli, [requestFor('quick', 'BAD', 'no-such-sku')]);
    const [done] = await acknowledged(system.database.db, 'DONE');
    const reached = (number: string, state: string) =>
      waitFor(
        `${number} to be ${state}`,
        async () => (await storedRequests(system.database.db, number))[0]?.processing === state,
      );
    await reached('BAD', 'failed');

    // A backup in the middle of sending and of an import; the old system goes on for a while.
    await simulator.control('PUT', 'latency', { ms: 150, jitterMs: 50 });
    // Answers so late that both are still under way when the backup is made, however fast the machine is.
    await simulator.control('PUT', 'faults', [
      { kind: 'delay', delayMs: 15_000, when: 'after', method: 'POST', path: '/v2/orders' },
      { kind: 'delay', delayMs: 1_500, path: '/v3/catalog/products' },
    ]);
    const started = await system.cli(['inventory', 'import', 'quick', '--json']);
    const { runId } = started.json<{ runId: string }>();
    const numbers = Array.from({ length: UNDER_WAY }, (_, index) => `WAY-${String(index).padStart(2, '0')}`);
    await submit(
      system.cli,
      numbers.map((number) => requestFor('quick', number, sku)),
    );
    await waitFor('the import and a send to be under way', async () => {
      const pages = (await pageRequests(simulator, 'demo')).length;
      const under = await storedRequests(system.database.db, 'WAY');
      return pages >= 4 && under.some(({ processing }) => processing === 'sending');
    });
    await system.worker.stop('SIGKILL');
    copy = await copyDatabase(system.database);
    const saved = await findRequests(copy.db, 'HELD', 'slow');
    const open = (await storedRequests(copy.db, 'WAY')).filter(({ processing }) => processing !== 'acknowledged');
    expect(open.length).toBeGreaterThan(0);
    const unread = await copy.db.selectFrom('unread_orders').selectAll().execute();
    await system.startWorker();
    await simulator.control('PUT', 'latency', { ms: 0, jitterMs: 0 });
    await simulator.control('DELETE', 'faults');
    await acknowledged(system.database.db, 'WAY');
    await simulator.control('POST', `orders/${done!.orderId}/ship`, { tracking_number: 'T-1' });
    await system.worker.stop();

    place = await openNewPlace(system, copy);
    const cli = (...args: string[]) => runCommand(args, place!.environment);
    expect(await cli('recover', '--json')).toMatchObject({ exitCode: 2 });
    const recovered = (await cli('recover', '--yes', '--json')).json<{ endedRuns: string[]; requests: number }>();
    expect(recovered).toMatchObject({ endedRuns: [runId], sources: 2, requests: open.length + unread.length + 2 });
    expect(await findRun(copy.db, runId)).toMatchObject({ status: 'canceled', reasonCode: 'run_lost' });
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
    expect(await ordersMade(simulator, '')).toHaveLength(UNDER_WAY + 2);
  }, 240_000);
});
