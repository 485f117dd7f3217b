import type { Executor } from './connect.ts';
import type { Lease } from './leases.ts';

/** Every lease that somebody holds. */
export function listLeases(db: Executor): Promise<Lease[]> {
  return db.selectFrom('job_leases').select(['run_id as runId', 'workflow_id as workflowId']).execute();
}

/** Runs that have not ended, as far as we know. */
export function listUnfinishedRuns(db: Executor) {
  return db
    .selectFrom('job_runs')
    .select(['id as runId', 'workflow_id as workflowId', 'job'])
    .where('finished_at', 'is', null)
    .execute();
}
