import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { wakeHintsAfterImport } from './hints.ts';
import { sumPages } from './import-ledger.ts';
import { tellOfRun } from './run-notices.ts';
import { setRunStatus } from './runs.ts';

/** Records that a run waits for a person, with what it has counted so far, and tells those who want to hear of it. Safe to repeat. */
export async function askForDecision(
  db: Database,
  runId: string,
  why: { code: string; reason: string; hint: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await setRunStatus(trx, runId, 'waiting_for_approval', why);
    const { unreadable: _, ...sums } = await sumPages(trx, runId);
    const { rows } = await sql<{ sourceId: number }>`
      update job_runs set counts = counts || ${JSON.stringify(sums)}::jsonb where id = ${runId}
      returning source_id as "sourceId"`.execute(trx);
    // Its pages are all written: what waited for them need not wait for a person too.
    for (const { sourceId } of rows) await wakeHintsAfterImport(trx, sourceId);
    await tellOfRun(trx, runId);
  });
}
