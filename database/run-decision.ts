import type { Database } from './connect.ts';
import { tellOfRun } from './run-notices.ts';
import { setRunStatus } from './runs.ts';

/** Records that a run waits for a person, and tells those who want to hear of it. Safe to repeat. */
export async function askForDecision(
  db: Database,
  runId: string,
  why: { code: string; reason: string; hint: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await setRunStatus(trx, runId, 'waiting_for_approval', why);
    await tellOfRun(trx, runId);
  });
}
