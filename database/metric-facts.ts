import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** What the metrics tell of the whole system; a row each label set. */
export interface MetricFacts {
  requests: { source: string; processing: string; shipping: string; count: number }[];
  /** How long the request that waits longest, after its waits were over, has been waiting. */
  unsent: { source: string; seconds: number }[];
  inventory: { source: string; seconds: number }[];
  /** Runs that ended within a day, by how. */
  runs: { source: string; job: string; status: string; count: number }[];
  alarms: { source: string; cause: string; count: number }[];
  /** How long the oldest hint of a webhook has been waiting to be followed. */
  hints: { source: string; seconds: number }[];
  undelivered: number;
}

/**
 * Reads what the metrics tell, in one snapshot. Costs a scan of the requests at the most; whoever asks often should
 * remember the answer for some seconds.
 */
export async function readMetricFacts(db: Database): Promise<MetricFacts> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => ({
      requests: (
        await sql<MetricFacts['requests'][number]>`
          select s.name as source, f.processing, f.shipping, count(*)::int as count
          from fulfillment_requests f join sources s on s.id = f.source_id group by 1, 2, 3`.execute(trx)
      ).rows,
      unsent: (
        await sql<MetricFacts['unsent'][number]>`
          select s.name as source, coalesce(max(extract(epoch from now()
            - greatest(coalesce(f.released_at, f.created_at), f.hold_until, f.next_step_at))), 0)::float8 as seconds
          from sources s left join fulfillment_requests f on f.source_id = s.id and f.processing in ('processing', 'sending')
            and (f.is_ready or f.next_step_at is null or f.next_step_at < now())
          where s.removed_at is null group by 1`.execute(trx)
      ).rows,
      inventory: (
        await sql<MetricFacts['inventory'][number]>`
          select s.name as source, extract(epoch from now() - max(r.finished_at))::float8 as seconds
          from job_runs r join sources s on s.id = r.source_id
          where r.job = 'inventory' and r.status = 'completed' and s.removed_at is null group by 1`.execute(trx)
      ).rows,
      runs: (
        await sql<MetricFacts['runs'][number]>`
          select s.name as source, r.job, r.status, count(*)::int as count
          from job_runs r join sources s on s.id = r.source_id
          where r.finished_at > now() - interval '1 day' group by 1, 2, 3`.execute(trx)
      ).rows,
      alarms: (
        await sql<MetricFacts['alarms'][number]>`
          select s.name as source, a.cause, count(*)::int as count
          from alarms a join sources s on s.id = a.source_id where a.ended_at is null group by 1, 2`.execute(trx)
      ).rows,
      hints: (
        await sql<MetricFacts['hints'][number]>`
          select s.name as source, coalesce(max(extract(epoch from now() - h.hinted_at)), 0)::float8 as seconds
          from webhook_receivers w join sources s on s.id = w.source_id
          left join hints h on h.source_id = w.source_id and h.due_at < 'infinity' group by 1`.execute(trx)
      ).rows,
      undelivered: (
        await sql<{ count: number }>`
          select count(*)::int as count from notification_outbox where delivered_at is null and given_up_at is null`.execute(
          trx,
        )
      ).rows[0]!.count,
    }));
}
