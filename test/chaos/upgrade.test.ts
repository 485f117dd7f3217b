import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findRequests } from '../../database/fulfillment-requests.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { openTemporal } from '../helpers/temporal.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { buildOlderVersion } from '../helpers/older-version.ts';
import type { OlderVersion } from '../helpers/older-version.ts';
import { doctorFindsNothing, runCommand, startProcess } from '../helpers/processes.ts';
import type { RunningProcess } from '../helpers/processes.ts';
import { QUICK, acknowledged, byNumber, ordersMade, plentifulSkus, requestFor } from '../helpers/sending.ts';
import { sendingSource, storedRequests, submit } from '../helpers/sending.ts';
import { startSimulator } from '../helpers/simulator.ts';
import type { TestSimulator } from '../helpers/simulator.ts';
import { waitFor } from '../helpers/wait.ts';

const NEW = 'client/cli/main.js';
const A_WAVE = 30;

describe('the version before, replaced by this one while it works', () => {
  let older: OlderVersion;
  let database: TestDatabase;
  let simulator: TestSimulator;
  let home: string;
  let environment: Record<string, string>;
  const workers: RunningProcess[] = [];
  beforeAll(async () => {
    older = await buildOlderVersion();
    home = await mkdtemp(join(tmpdir(), 'bcsource-upgrade-'));
    [database, simulator] = await Promise.all([
      createTestDatabase({ empty: true }),
      startSimulator(['--preset', 'bulk', '--products', '5', '--variants', '1']),
    ]);
    environment = {
      ...{ DATABASE_URL: database.url, TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']! },
      ...{ TEMPORAL_NAMESPACE: await takeNamespace(), BIGCOMMERCE_API_URL: simulator.url, BCSOURCE_HOME: home },
      BCSOURCE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    };
  }, 600_000);
  afterAll(async () => {
    for (const worker of workers) await worker.stop();
    await simulator.stop();
    await database.drop();
    await rm(home, { recursive: true, force: true });
    await older.remove();
  }, 60_000);

  const by = (program: string) => (args: string[], input?: string) =>
    runCommand(args, environment, input, undefined, program);
  async function startWorker(program: string): Promise<RunningProcess> {
    const worker = await startProcess(program, ['worker'], environment, /worker ready/);
    workers.push(worker);
    return worker;
  }

  /** Ids of workflows one of whose steps could not be replayed. */
  async function unreplayed(): Promise<string[]> {
    const client = await openTemporal(environment);
    const found: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      if (events?.some((event) => event.workflowTaskFailedEventAttributes)) found.push(workflowId);
    }
    await client.connection.close();
    return found;
  }

  it('loses nothing: what is on hold, parked or on its way goes on, and each request makes one order', async () => {
    const { db } = database;
    const [old, now] = [by(older.command), by(NEW)];
    expect(await old(['migrate'])).toMatchObject({ exitCode: 0 });
    const oldWorker = await startWorker(older.command);
    const [sku] = (await plentifulSkus(simulator, 1)) as [string];
    const held = sendingSource('slow', "holdHours: 2, externalOrderIdPrefix: 'slow-'");
    for (const file of [sendingSource('quick', QUICK), held])
      expect(await old(['source', 'apply', '-'], file)).toMatchObject({ exitCode: 0 });
    const wave = (name: string) =>
      Array.from({ length: A_WAVE }, (_, index) =>
        requestFor('quick', `${name}-${String(index).padStart(2, '0')}`, sku),
      );
    await submit(old, [requestFor('slow', 'HELD', sku), requestFor('quick', 'PARKED', 'no-such-sku'), ...wave('A')]);
    await waitFor('one to be parked', async () => (await storedRequests(db, 'PARKED'))[0]?.processing === 'failed');
    await waitFor('one to be held', async () => (await storedRequests(db, 'HELD'))[0]?.processing === 'processing');

    // The schema, then a worker beside the old one, then the old one goes; requests come in all the while.
    expect(await now(['setup'])).toMatchObject({ exitCode: 0 });
    const [before] = await findRequests(db, 'HELD', 'slow');
    await startWorker(NEW);
    await submit(now, wave('B'));
    await oldWorker.stop();
    await submit(now, wave('C'));

    await Promise.all(['A-', 'B-', 'C-'].map((prefix) => acknowledged(db, prefix)));
    const [stillHeld] = await findRequests(db, 'HELD', 'slow');
    expect(stillHeld).toMatchObject({ processing: 'processing', nextStepAt: before!.nextStepAt });
    expect(await now(['fr', 'release', 'HELD'])).toMatchObject({ exitCode: 0 });
    expect(await now(['fr', 'amend', '-'], JSON.stringify(requestFor('quick', 'PARKED', sku)))).toMatchObject({
      exitCode: 0,
    });
    await Promise.all(['HELD', 'PARKED'].map((number) => acknowledged(db, number)));

    const made = (await ordersMade(simulator, '')).sort(byNumber).map(([number]) => number);
    const wanted = [...['A', 'B', 'C'].flatMap(wave).map(({ number }) => number), 'PARKED', 'slow-HELD'];
    expect(made).toEqual(wanted.sort());
    expect(await unreplayed()).toEqual([]);
    await doctorFindsNothing(environment);
  }, 480_000);
});
