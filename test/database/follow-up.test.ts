import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { beginRun, findRun, finishImportRun } from '../../database/runs.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addRun, addSource } from './builders.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

describe('what hints had missed', () => {
  /** The counts of an import that ends now, begun by this version of its source file. */
  async function importBy(sourceId: number, id: string, sourceVersion: number) {
    const run = { id, sourceId, sourceVersion, job: 'inventory' as const, workflowId: `w-${id}` };
    await beginRun(test.db, { ...run, trigger: 'manual' });
    await finishImportRun(test.db, id, 'completed', null);
    return (await findRun(test.db, id))!.counts;
  }

  async function refresh(sourceId: number): Promise<void> {
    const id = await addRun(test.db, sourceId, undefined, 'refresh');
    await sql`update job_runs set status = 'completed', finished_at = now() where id = ${id}`.execute(test.db);
  }

  it('is counted by an import where they were at work ever since the one before', async () => {
    const sourceId = await addSource(test.db);
    expect(await importBy(sourceId, 'first', 1)).not.toHaveProperty('corrected');
    expect(await importBy(sourceId, 'unfollowed', 1)).not.toHaveProperty('corrected');
    await refresh(sourceId);
    expect(await importBy(sourceId, 'followed', 1)).toHaveProperty('corrected', 0);
  });

  it('is not counted where the source file is another one: its mapping may have changed every item', async () => {
    const sourceId = await addSource(test.db);
    await importBy(sourceId, 'old', 1);
    await refresh(sourceId);
    expect(await importBy(sourceId, 'new', 2)).not.toHaveProperty('corrected');
    await refresh(sourceId);
    expect(await importBy(sourceId, 'new-again', 2)).toHaveProperty('corrected', 0);
  });
});
