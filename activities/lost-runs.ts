import pLimit from 'p-limit';
import { finishCountedRun } from '../database/counted-runs.ts';
import { releaseLease } from '../database/leases.ts';
import { listLeases, listUnfinishedRuns } from '../database/lost-runs.ts';
import { finishImportRun } from '../database/runs.ts';
import { finishSendRunRow } from '../database/send-runs.ts';
import type { JobName } from '../database/tables.ts';
import { failureKinds } from '../domain/failures.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { isWorkflowClosed } from './lease-holder.ts';

const AT_ONCE = 20;

/** How the record of a run is ended, by its job. */
export const finishers = {
  inventory: finishImportRun,
  refresh: finishCountedRun,
  send: finishSendRunRow,
  shipments: finishCountedRun,
} as const;

/** Why a run has no end of its own. */
export const lostRun = {
  code: 'run_lost',
  reason: 'The workflow ended without finishing the run, or Temporal does not know it any more.',
  hint: failureKinds.run_lost.hint,
};

/**
 * Ends the records of runs whose workflow is closed or unknown to Temporal, e.g. terminated in the Web UI, and gives back
 * leases of such workflows. Answers the ids of the runs. Safe to repeat.
 */
export async function endLostRuns({ db, temporal }: Pick<WorkerDependencies, 'db' | 'temporal'>): Promise<string[]> {
  const limit = pLimit(AT_ONCE);
  const runs = await listUnfinishedRuns(db);
  const ended = await limit.map(runs, async ({ runId, workflowId, job }: LostRun) => {
    if (!(await isWorkflowClosed(temporal, { runId, workflowId }))) return [];
    await finishers[job](db, runId, 'canceled', lostRun);
    return [runId];
  });
  await limit.map(await listLeases(db), async (lease) => {
    if (await isWorkflowClosed(temporal, lease)) await releaseLease(db, lease.runId);
  });
  return ended.flat();
}

interface LostRun {
  runId: string;
  workflowId: string;
  job: JobName;
}
