import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { releaseLease } from './leases.ts';
import { tellOfRun } from './run-notices.ts';
import { setRunStatus } from './runs.ts';
import type { RunStatus } from './tables.ts';

export interface DueRequest {
  id: number;
  number: string;
}

/** Whether the waits of a request are over at `at` and no run has let it go yet. */
function isDue(at: Date) {
  return sql<boolean>`processing = 'processing' and send_run_id is null and (is_ready or next_step_at <= ${at})`;
}

/** Requests of a source whose waits are over at `at` and that no run has let go yet. */
export function listDue(db: Executor, sourceId: number, at: Date): Promise<DueRequest[]> {
  return db
    .selectFrom('fulfillment_requests')
    .select(['id', 'number'])
    .where('source_id', '=', sourceId)
    .where(isDue(at))
    .orderBy('id')
    .execute();
}

/** Marks those of the requests as let go by a run that nobody has held since: its counts are theirs. */
export async function assignToRun(db: Executor, ids: readonly number[], runId: string, at: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update fulfillment_requests set send_run_id = ${runId}
    where id = any (${[...ids]}::bigint[]) and ${isDue(at)}`.execute(db);
}

export interface SendCounts {
  due: number;
  sent: number;
  failed: number;
  /** On hold, or outside the business hours. */
  held: number;
  /** For a person to process them, or for an outcome that was still unknown when the run ended. */
  waiting: number;
}

/** How the requests stand that a run let go, and those of its source that stay behind. */
export async function countRun(db: Executor, sourceId: number, runId: string): Promise<SendCounts & { open: number }> {
  const { rows } = await sql<SendCounts & { open: number }>`
    select
      count(*) filter (where send_run_id = ${runId})::int as due,
      count(*) filter (where send_run_id = ${runId} and processing = 'acknowledged')::int as sent,
      count(*) filter (where send_run_id = ${runId} and processing = 'failed')::int as failed,
      count(*) filter (where send_run_id = ${runId} and processing in ('processing', 'sending'))::int as open,
      count(*) filter (where send_run_id is null and processing = 'processing')::int as held,
      count(*) filter (where processing = 'unprocessed'
        or (send_run_id = ${runId} and processing in ('processing', 'sending')))::int as waiting
    from fulfillment_requests
    where source_id = ${sourceId}
      and (send_run_id = ${runId} or processing in ('unprocessed', 'processing'))`.execute(db);
  return rows[0]!;
}

/** Ends a run of the job with its counts and gives the lease back. Safe to repeat. */
export async function finishSendRunRow(
  db: Database,
  runId: string,
  status: RunStatus,
  why: { code: string; reason: string; hint: string } | null,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const run = await trx
      .selectFrom('job_runs')
      .select(['source_id', 'finished_at'])
      .where('id', '=', runId)
      .forUpdate()
      .executeTakeFirst();
    if (run && run.finished_at === null) {
      const { open: _, ...counts } = await countRun(trx, run.source_id, runId);
      await setRunStatus(trx, runId, status, why);
      await trx
        .updateTable('job_runs')
        .set({ counts: JSON.stringify(counts), finished_at: new Date() })
        .where('id', '=', runId)
        .execute();
      await tellOfRun(trx, runId);
    }
    await releaseLease(trx, runId);
  });
}

/** Whether a source has requests that go out within a minute, or sent some in the last one. */
export async function hasWorkAhead(db: Executor, sourceId: number): Promise<boolean> {
  const { rows } = await sql<{ ahead: boolean }>`
    select exists (
      select 1 from fulfillment_requests
      where source_id = ${sourceId} and (acknowledged_at > now() - interval '1 minute'
        or (processing in ('processing', 'sending')
          and (next_step_at is null or next_step_at < now() + interval '1 minute')))
    ) as ahead`.execute(db);
  return rows[0]!.ahead;
}

export interface OpenRequest {
  id: number;
  source: string;
  number: string;
}

function selectOpen(db: Executor) {
  return db
    .selectFrom('fulfillment_requests as f')
    .innerJoin('sources as s', 's.id', 'f.source_id')
    .select(['f.id', 's.name as source', 'f.number'])
    .where('f.processing', 'not in', ['acknowledged', 'canceled']);
}

/** Requests that are not ended, those first that nobody has looked after for longest. */
export function listToLookAfter(db: Executor, before: Date, limit: number): Promise<OpenRequest[]> {
  return selectOpen(db).where('f.looked_after_at', '<', before).orderBy('f.looked_after_at').limit(limit).execute();
}

/** Notes that the workflows of these requests are known to live. */
export async function markLookedAfter(db: Executor, ids: readonly number[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  // A row that somebody has locked is left for the next sweep: waiting for it would hold up all the others.
  await sql`
    update fulfillment_requests set looked_after_at = ${at} where id in (
      select id from fulfillment_requests where id = any (${[...ids]}::bigint[]) for update skip locked)`.execute(db);
}

/** The next requests of a source that are not ended, by row number. */
export function listOpenOfSource(db: Executor, source: string, after: number, limit: number): Promise<OpenRequest[]> {
  return selectOpen(db).where('s.name', '=', source).where('f.id', '>', after).orderBy('f.id').limit(limit).execute();
}

/**
 * The next requests of all sources that are not ended, or whose order was not read back, by row number. What was sent
 * long ago by a version that noted no such order is left as it is.
 */
export async function listUnfinishedRequests(db: Executor, after: number, limit: number): Promise<OpenRequest[]> {
  const { rows } = await sql<OpenRequest>`
    select f.id, s.name as source, f.number
    from fulfillment_requests f join sources s on s.id = f.source_id
    where f.id > ${after} and (f.processing not in ('acknowledged', 'canceled') or (f.processing = 'acknowledged'
      and (exists (select from unread_orders u where u.fr_id = f.id)
        or (not f.products_read and f.acknowledged_at > now() - interval '7 days'))))
    order by f.id limit ${limit}`.execute(db);
  return rows;
}

/** Which of these are not ended, by source and number. */
export async function findOpenByNumber(
  db: Executor,
  keys: readonly { source: string; number: string }[],
): Promise<OpenRequest[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<OpenRequest>`
    select f.id, s.name as source, f.number
    from unnest(${keys.map((key) => key.source)}::text[], ${keys.map((key) => key.number)}::text[]) as k (source, number)
    join sources s on s.name = k.source
    join fulfillment_requests f on f.source_id = s.id and f.number = k.number
    where f.processing not in ('acknowledged', 'canceled')`.execute(db);
  return rows;
}
