import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import type { Processing, Shipping } from '../domain/fulfillment/states.ts';
import type { JobName, RunStatus } from './tables.ts';

export interface LastRun {
  id: string;
  workflowId: string;
  job: JobName;
  status: RunStatus;
  startedAt: Date;
  finishedAt: Date | null;
  reasonCode: string | null;
}

/** The newest run of each job of a source. */
export async function lastRuns(db: Executor, sourceId: number): Promise<LastRun[]> {
  const { rows } = await sql<LastRun>`
    select distinct on (job) id, workflow_id as "workflowId", job, status, started_at as "startedAt",
      finished_at as "finishedAt", reason_code as "reasonCode"
    from job_runs where source_id = ${sourceId} order by job, started_at desc`.execute(db);
  return rows;
}

export interface StateCount {
  processing: Processing;
  shipping: Shipping;
  reasonCode: string | null;
  count: number;
}

/** Requests of a source by state and reason. */
export async function countByState(db: Executor, sourceId: number): Promise<StateCount[]> {
  const { rows } = await sql<StateCount>`
    select processing, shipping, reason_code as "reasonCode", count(*)::int as count
    from fulfillment_requests where source_id = ${sourceId}
    group by 1, 2, 3 order by 1, 2, 3`.execute(db);
  return rows;
}

/** Runs of a source that wait for approval. */
export async function countWaitingRuns(db: Executor, sourceId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from job_runs
    where source_id = ${sourceId} and status = 'waiting_for_approval'`.execute(db);
  return rows[0]!.count;
}

/** Orders that no source could take so far. */
export async function countOpenOrders(db: Executor): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from orders where state = 'open'`.execute(db);
  return rows[0]!.count;
}

/** Notifications that were given up in the last week: somebody was not told. */
export async function countGivenUp(db: Executor): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from notification_outbox
    where given_up_at > now() - interval '7 days' and notice ->> 'type' <> 'test'`.execute(db);
  return rows[0]!.count;
}
