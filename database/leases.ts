import type { Database, Executor } from './connect.ts';
import type { JobName } from './tables.ts';

export interface Lease {
  runId: string;
  workflowId: string;
}

/**
 * Takes the lease of a job for `mine`, or returns who holds it. A holder for which `isClosed` answers true (its
 * workflow ended without giving the lease back, e.g. terminated in the Web UI) is taken over. Safe to repeat.
 */
export async function takeLease(
  db: Database,
  key: { sourceId: number; job: JobName },
  mine: Lease,
  isClosed: (holder: Lease) => Promise<boolean>,
): Promise<{ taken: true } | { taken: false; holder: Lease }> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const holder = await insertOrRead(db, key, mine);
    if (holder.runId === mine.runId) return { taken: true };
    if (!(await isClosed(holder))) return { taken: false, holder };
    await db
      .deleteFrom('job_leases')
      .where('source_id', '=', key.sourceId)
      .where('job', '=', key.job)
      .where('run_id', '=', holder.runId)
      .execute();
  }
  throw new Error(`The lease of job ${key.job} changed hands five times while it was asked for.`);
}

async function insertOrRead(db: Database, key: { sourceId: number; job: JobName }, mine: Lease): Promise<Lease> {
  await db
    .insertInto('job_leases')
    .values({ source_id: key.sourceId, job: key.job, run_id: mine.runId, workflow_id: mine.workflowId })
    .onConflict((oc) => oc.columns(['source_id', 'job']).doNothing())
    .execute();
  const row = await db
    .selectFrom('job_leases')
    .select(['run_id as runId', 'workflow_id as workflowId'])
    .where('source_id', '=', key.sourceId)
    .where('job', '=', key.job)
    .executeTakeFirst();
  return row ?? insertOrRead(db, key, mine);
}

/** Who holds the lease of a job of the source of this name. */
export function findLease(db: Executor, source: string, job: JobName): Promise<Lease | undefined> {
  return db
    .selectFrom('job_leases as l')
    .innerJoin('sources as s', 's.id', 'l.source_id')
    .select(['l.run_id as runId', 'l.workflow_id as workflowId'])
    .where('s.name', '=', source)
    .where('l.job', '=', job)
    .executeTakeFirst();
}

/** Gives a lease back; nothing happens when somebody else holds it by now. */
export async function releaseLease(db: Executor, runId: string): Promise<void> {
  await db.deleteFrom('job_leases').where('run_id', '=', runId).execute();
}
