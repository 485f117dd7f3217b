import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { WorkflowFailedError } from '@temporalio/client';
import { openTemporal } from '../helpers/temporal.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { differences, expectedFeed } from './feed.ts';
import { apply, ended, pageRequests, sourceOf, startImport } from './runs.ts';

// Commands take seconds each on a machine that runs everything else as well.
jest.setTimeout(120_000);

const SCHEDULED = 'pageSize: 5, schedule: { cron: "0 0 1 1 *" }';

describe('two imports of one source at once', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--preset', 'bulk', '--products', '400', '--variants', '2']);
  });
  afterAll(() => system.stop());

  async function startAndRead(source: string): Promise<string> {
    await apply(system.cli, sourceOf(source, 'demo', SCHEDULED));
    await system.simulator.control('DELETE', 'ledger');
    // Twenty pages a range, a second each, for as long as the test looks at the second import.
    await system.simulator.control('PUT', 'faults', { kind: 'delay', pattern: 'include=', delayMs: 1000 });
    const runId = await startImport(system.cli, source);
    await waitFor('a page', async () => (await pageRequests(system.simulator, 'demo')).length > 0);
    return runId;
  }

  async function expectWhole(source: string, runId: string): Promise<void> {
    await system.simulator.control('DELETE', 'faults');
    const run = await ended(system.database.db, runId);
    expect(run).toMatchObject({ status: 'completed', counts: { products: 400, items: 800, created: 800, updated: 0 } });
    const { items } = await expectedFeed({ simulator: system.simulator, hash: 'demo', token: 'demo-token' });
    expect(await differences(system.database.db, source, items)).toEqual([]);
  }

  it('refuses the second one of a person, naming the run that goes on', async () => {
    const runId = await startAndRead('by-hand');
    for (const wait of [[], ['--wait']]) {
      const second = await system.cli(['inventory', 'import', 'by-hand', '--json', ...wait]);
      expect(second.exitCode).toBe(5);
      const { error } = second.json<{ error: { code: string; message: string; runId: string } }>();
      expect(error).toMatchObject({ code: 'already_running', runId });
      expect(error.message).toContain(runId);
    }
    await expectWhole('by-hand', runId);
  });

  it('ends the second one of a schedule, under another workflow id, naming the run that goes on', async () => {
    const runId = await startAndRead('scheduled');
    expect((await system.cli(['schedule', 'trigger', 'scheduled', '--json'])).exitCode).toBe(0);
    const client = await openTemporal(system.environment);
    const second = await waitFor('the second workflow', async () => {
      for await (const workflow of client.workflow.list()) {
        if (workflow.workflowId.startsWith('inventory:scheduled-')) return workflow.workflowId;
      }
      return null;
    });
    const failure = (await client.workflow
      .getHandle(second)
      .result()
      .catch((error: unknown) => error)) as WorkflowFailedError;
    expect(failure.cause).toMatchObject({ type: 'already_running' });
    expect(failure.cause?.message).toContain(runId);
    await client.connection.close();
    await expectWhole('scheduled', runId);
    const runs = await system.cli(['runs', 'list', '--source', 'scheduled', '--json']);
    expect(runs.json<unknown[]>()).toHaveLength(1);
  });

  it('takes over from a run that somebody terminated, and writes down how that one ended', async () => {
    const runId = await startAndRead('terminated');
    const client = await openTemporal(system.environment);
    await client.workflow.getHandle('inventory:terminated').terminate('by a person');
    await client.connection.close();
    await system.simulator.control('DELETE', 'faults');
    const next = await startImport(system.cli, 'terminated');
    expect(await ended(system.database.db, next)).toMatchObject({ status: 'completed', counts: { products: 400 } });
    expect(await ended(system.database.db, runId)).toMatchObject({ status: 'canceled', reasonCode: 'run_lost' });
    const { items } = await expectedFeed({ simulator: system.simulator, hash: 'demo', token: 'demo-token' });
    expect(await differences(system.database.db, 'terminated', items)).toEqual([]);
  });
});
