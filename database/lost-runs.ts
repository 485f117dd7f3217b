import type { Executor } from './connect.ts';
import type { Lease } from './leases.ts';

/** Every lease that somebody holds, or those of one source. */
export function listLeases(db: Executor, sourceId?: number): Promise<Lease[]> {
  const leases = db.selectFrom('job_leases').select(['run_id as runId', 'workflow_id as workflowId']);
  return (sourceId === undefined ? leases : leases.where('source_id', '=', sourceId)).execute();
}

/** Runs that have not ended, as far as we know: all, or those of one source. */
export function listUnfinishedRuns(db: Executor, sourceId?: number) {
  const runs = db
    .selectFrom('job_runs')
    .select(['id as runId', 'workflow_id as workflowId', 'job'])
    .where('finished_at', 'is', null);
  return (sourceId === undefined ? runs : runs.where('source_id', '=', sourceId)).execute();
}
