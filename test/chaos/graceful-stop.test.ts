import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { choosePorts } from '../../local/ports.ts';
import { startGate } from '../helpers/gate.ts';
import type { Gate } from '../helpers/gate.ts';
import type { RunningProcess } from '../helpers/processes.ts';
import {
  acknowledged,
  ordersMade,
  ordersNamed,
  plentifulSkus,
  requestFor,
  sendingSource,
  submit,
} from '../helpers/sending.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { differences, expectedFeed } from './feed.ts';
import { apply, ended, pageRequests, repeatedPages, sourceOf, startImport } from './runs.ts';

const PRODUCTS = 600;
const PAGE_SIZE = 20;
/** What the documents say. */
const STOPS_WITHIN_MS = 20_000;

describe('a worker that gets SIGTERM', () => {
  let system: TestSystem;
  let gate: Gate;
  let readyUrl = '';
  beforeAll(async () => {
    system = await startSystem(['--preset', 'bulk', '--products', `${PRODUCTS}`, '--variants', '3']);
    gate = await startGate(system.simulator.url);
    await system.worker.stop();
    const { health } = await choosePorts(['health']);
    readyUrl = `http://127.0.0.1:${health}/readyz`;
    Object.assign(system.environment, { BIGCOMMERCE_API_URL: gate.url, BCSOURCE_WORKER_HEALTH_PORT: String(health) });
    await system.startWorker();
  });
  // One that failed leaves no worker behind.
  afterEach(async () => {
    if (system.worker.child.exitCode !== null || system.worker.child.signalCode) await system.startWorker();
  });
  afterAll(async () => {
    await system.stop();
    await gate.stop();
  });

  /** Ends the worker as a container is ended; it has to be gone by itself within the stated time, and well. */
  async function terminate(worker: RunningProcess, withinMs = STOPS_WITHIN_MS): Promise<void> {
    expect(await (await fetch(readyUrl)).json()).toEqual({ ok: true, polling: true, database: true });
    worker.child.kill('SIGTERM');
    const signaledAt = Date.now();
    const isUnready = () => fetch(readyUrl).then((answer) => answer.status === 503);
    await waitFor('probes to say that it takes nothing new', isUnready);
    const isGone = () => worker.child.exitCode !== null || worker.child.signalCode;
    await waitFor('the worker to end', isGone, signaledAt + withinMs - Date.now());
    expect({ code: worker.child.exitCode, signal: worker.child.signalCode }).toEqual({ code: 0, signal: null });
  }

  it('in the middle of an import finishes its page, and the next worker reads on from there', async () => {
    const { simulator, database, cli } = system;
    await simulator.control('DELETE', 'ledger');
    await apply(cli, sourceOf('calm', 'demo', `pageSize: ${PAGE_SIZE}`));
    await simulator.control('PUT', 'latency', { ms: 900, jitterMs: 300 });
    const runId = await startImport(cli, 'calm');
    const pages = () => pageRequests(simulator, 'demo');
    await waitFor('some pages', async () => (await pages()).length >= 4);
    await terminate(system.worker);
    expect((await pages()).length).toBeLessThan(PRODUCTS / PAGE_SIZE);
    await simulator.control('PUT', 'latency', { ms: 0 });
    await system.startWorker();
    expect(await ended(database.db, runId)).toMatchObject({ status: 'completed', reason: null });
    for (const count of Object.values(repeatedPages(await pages()))) expect(count).toBeLessThanOrEqual(1);
    const { items } = await expectedFeed({ simulator, hash: 'demo', token: 'demo-token' });
    expect(await differences(database.db, 'calm', items)).toEqual([]);
  }, 120_000);

  it.each(['before', 'after'] as const)(
    'while an answer to a POST is held %s the store has it, ends in time, and one order is made',
    async (when) => {
      const { simulator, database, cli } = system;
      const number = `CALM-${when}`;
      await apply(cli, sendingSource('calm'));
      const [sku] = await plentifulSkus(simulator, 1);
      const held = gate.hold({ method: 'POST', text: number, when });
      await submit(cli, [requestFor('calm', number, sku!)]);
      await held.arrived();
      await terminate(system.worker);
      held.release();
      await system.startWorker();
      const stored = await acknowledged(database.db, number);
      expect(await ordersMade(simulator, number)).toEqual(ordersNamed(stored));
      expect(stored).toMatchObject([{ flags: [] }]);
    },
    120_000,
  );

  it('leaves a step that does not heed its cancellation, and ends by itself 10 s after the grace time at the latest', async () => {
    const { simulator, database, cli, environment } = system;
    await apply(cli, sendingSource('calm'));
    const [sku] = await plentifulSkus(simulator, 1);
    await system.worker.stop();
    environment['BCSOURCE_WORKER_GRACE_SECONDS'] = '1';
    await system.startWorker();
    delete environment['BCSOURCE_WORKER_GRACE_SECONDS'];
    // A POST under way is never aborted: that would be one more whose outcome nobody knows.
    const held = gate.hold({ method: 'POST', text: 'CALM-left', when: 'after' });
    await submit(cli, [requestFor('calm', 'CALM-left', sku!)]);
    await held.arrived();
    await terminate(system.worker, 1_000 + 10_000);
    expect(system.worker.output()).toContain('stopped before all was over');
    held.release();
    await system.startWorker();
    const stored = await acknowledged(database.db, 'CALM-left');
    expect(await ordersMade(simulator, 'CALM-left')).toEqual(ordersNamed(stored));
  }, 120_000);
});
