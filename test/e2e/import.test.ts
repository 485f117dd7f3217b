import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isOnCluster } from '../helpers/form.ts';
import { itInLong } from '../helpers/it-in-long.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';

interface ImportDocument {
  runId: string;
  status: string;
  counts: Record<string, number>;
  requests: number;
}

describe('bcsource inventory import', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--preset', 'shop', '--products', '200']);
  });
  afterAll(() => system.stop());

  it('imports the whole catalogue, and changes nothing the second time', async () => {
    expect((await system.applySource('twice')).exitCode).toBe(0);
    const first = await system.cli(['inventory', 'import', 'twice', '--wait', '--json']);
    expect(first.exitCode).toBe(0);
    const { counts } = first.json<ImportDocument>();
    expect(counts['products']).toBe(200);
    expect(counts['created']).toBe(counts['items']);
    const second = (await system.cli(['inventory', 'import', 'twice', '--wait', '--json'])).json<ImportDocument>();
    expect(second.status).toBe('completed');
    expect(second.counts).toMatchObject({ created: 0, updated: 0, archived: 0, unchanged: counts['items'] });
  });

  itInLong('is done by one worker, and on a cluster by two, as in production', async () => {
    const workers = isOnCluster ? '2 workers' : '1 worker';
    await waitFor(`${workers} to be seen`, async () => {
      const { stdout } = await system.cli(['doctor', '--json']);
      return stdout.includes(`${workers} on both queues`);
    });
  });
});
