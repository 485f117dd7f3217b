import pLimit from 'p-limit';
import { releaseLease } from '../database/leases.ts';
import { listLeases, listUnfinishedRuns } from '../database/lost-runs.ts';
import { jobKinds } from '../domain/jobs.ts';
import { jobWorkflowId } from '../workflows/ids.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { finishers } from './lost-runs.ts';
import { terminateIfRunning } from './terminate.ts';

const AT_ONCE = 20;

const removedSource = {
  code: 'canceled',
  reason: 'The run was ended because its source was removed; nothing more was archived.',
  hint: 'Apply the file of the source again and start the job anew.',
};

/**
 * Ends whatever the jobs of a source that was removed are doing, and the records of it: their workflow ids and leases are
 * free at once, and no page of theirs is written any more. Safe to repeat.
 */
export async function endRunsOfSource(
  { db, temporal }: Pick<WorkerDependencies, 'db' | 'temporal'>,
  source: { id: number; name: string },
): Promise<void> {
  const limit = pLimit(AT_ONCE);
  const runs = await listUnfinishedRuns(db, source.id);
  const leases = await listLeases(db, source.id);
  // Those by hand also by their id, since one that has only begun left no trace yet. A schedule's that has only begun
  // finds no source and ends by itself.
  const byHand = jobKinds.map((job) => jobWorkflowId(job, source.name));
  const workflowIds = new Set([...byHand, ...[...runs, ...leases].map(({ workflowId }) => workflowId)]);
  await limit.map([...workflowIds], (workflowId) =>
    terminateIfRunning(temporal, workflowId, 'Its source was removed.'),
  );
  await limit.map(runs, ({ job, runId }) => finishers[job](db, runId, 'canceled', removedSource));
  for (const { runId } of leases) await releaseLease(db, runId);
}
