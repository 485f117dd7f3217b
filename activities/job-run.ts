import { activityInfo } from '@temporalio/activity';
import { findRefusal } from '../database/connection-refusals.ts';
import { takeLease } from '../database/leases.ts';
import * as runs from '../database/runs.ts';
import type { JobName, RunStatus } from '../database/tables.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { isWorkflowClosed } from './lease-holder.ts';
import { lostRun } from './lost-runs.ts';

export interface Why {
  code: string;
  reason: string;
  hint: string;
}

interface Begin {
  runId: string;
  job: JobName;
  trigger: 'manual' | 'schedule';
  source: { id: number; version: number };
  /** Ends the record of a run whose workflow ended without a word, e.g. terminated in the Web UI. */
  endLost: (runId: string, status: RunStatus, why: Why) => Promise<void>;
}

/** Takes the lease of a job and records the run. Fails with `already_running`, naming the other run. Safe to repeat. */
export async function beginJobRun(
  deps: WorkerDependencies,
  { runId, job, trigger, source, endLost }: Begin,
): Promise<void> {
  await refuseWhereUninstalled(deps, source.id);
  const workflowId = activityInfo().workflowExecution!.workflowId;
  const lease = await takeLease(deps.db, { sourceId: source.id, job }, { runId, workflowId }, async (holder) => {
    if (!(await isWorkflowClosed(deps.temporal, holder))) return false;
    await endLost(holder.runId, 'canceled', lostRun);
    return true;
  });
  if (!lease.taken) {
    const { holder } = lease;
    throw failure('already_running', `Run ${holder.runId} (${holder.workflowId}) of this source is running.`);
  }
  const run = { id: runId, trigger, workflowId, job, sourceId: source.id, sourceVersion: source.version };
  await runs.beginRun(deps.db, run);
}

/**
 * While the app is uninstalled its jobs stand still: a run ends before it begins, without a record and so without a
 * notice. That the connection is gone is one alarm. Fails with `app_uninstalled`.
 */
export async function refuseWhereUninstalled({ db }: WorkerDependencies, sourceId: number): Promise<void> {
  const refusal = await findRefusal(db, sourceId);
  if (refusal?.code === 'app_uninstalled') throw failure('app_uninstalled', refusal.message);
}
