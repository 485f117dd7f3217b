import { sql } from 'kysely';
import { runNotice } from '../domain/notices/run-notice.ts';
import type { ToldRun } from '../domain/notices/run-notice.ts';
import type { Executor } from './connect.ts';
import { hasProblems } from './fulfillment-requests.ts';
import { enqueueNotice } from './outbox.ts';

/** Of the requests that wait beside a run of the sending job: what their checks found, and found since the run before. */
const waiting = sql`
  select count(*)::int as problems, (count(*) filter (where f.checked_at > coalesce(
    (select max(p.finished_at) from job_runs p where p.source_id = r.source_id and p.job = r.job and p.id <> r.id),
    '-infinity')))::int as "newProblems"
  from fulfillment_requests f where r.job = 'send' and f.source_id = r.source_id and ${hasProblems}`;

/** Writes what a run has to say, as it stands now, for those who want to hear of it. Call it in the run's own transaction. Safe to repeat. */
export async function tellOfRun(trx: Executor, runId: string): Promise<void> {
  const { rows } = await sql<ToldRun & { sourceId: number }>`
    select r.id, r.source_id as "sourceId", s.name as source, r.job, r.workflow_id as "workflowId", r.status,
      r.reason_code as "reasonCode", r.reason, r.hint, r.counts, r.started_at as "startedAt",
      r.finished_at as "finishedAt",
      (select (p.counts ->> 'rejected')::float8 from job_runs p
        where p.source_id = r.source_id and p.job = r.job and p.status = 'completed' and p.id <> r.id
        order by p.started_at desc limit 1) as "rejectedBefore",
      w.problems, w."newProblems",
      exists (select from connection_refusals c where c.source_id = r.source_id and c.code = 'app_uninstalled')
        as "isUninstalled"
    from job_runs r join sources s on s.id = r.source_id cross join lateral (${waiting}) as w where r.id = ${runId}`.execute(
    trx,
  );
  const run = rows[0];
  if (!run) return;
  const { notice, isProblem } = runNotice(run, run.finishedAt ?? new Date());
  const subject = `run:${run.id}:${notice.type}`;
  await enqueueNotice(trx, { sourceId: run.sourceId, subject, job: run.job, isProblem }, notice);
}
