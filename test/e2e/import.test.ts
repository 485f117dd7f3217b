import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';

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
});
