import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { releaseLease } from './leases.ts';
import { tellOfRun } from './run-notices.ts';
import { setRunStatus } from './runs.ts';
import type { RunStatus } from './tables.ts';

/** Adds to the counts of a run, by name. */
export async function addCounts(db: Executor, runId: string, counts: Record<string, number>): Promise<void> {
  await sql`
    update job_runs set counts = counts || (
      select jsonb_object_agg(c.key, coalesce((counts ->> c.key)::numeric, 0) + c.value::numeric)
      from jsonb_each_text(${JSON.stringify(counts)}::jsonb) as c)
    where id = ${runId}`.execute(db);
}

/** Ends a run that has kept its counts itself: status, reason; gives the lease back. Safe to repeat. */
export async function finishCountedRun(
  db: Database,
  runId: string,
  status: RunStatus,
  why: { code: string; reason: string; hint: string } | null,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await setRunStatus(trx, runId, status, why);
    const { numUpdatedRows } = await trx
      .updateTable('job_runs')
      .set({ finished_at: new Date() })
      .where('id', '=', runId)
      .where('finished_at', 'is', null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) await tellOfRun(trx, runId);
    await releaseLease(trx, runId);
  });
}
