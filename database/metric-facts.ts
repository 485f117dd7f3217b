import { sql } from 'kysely';
import { unsentMs } from '../domain/alarms/unsent.ts';
import type { FulfillmentSettings } from '../domain/source/fulfillment.ts';
import { listOldest } from './alarm-facts.ts';
import { databaseTime } from './clock.ts';
import type { Database, Executor } from './connect.ts';

/** What the metrics tell of the whole system; a row each label set. */
export interface MetricFacts {
  requests: { source: string; processing: string; shipping: string; count: number }[];
  /** For how long the request is unsent that is so longest after its waits, as the alarm of it counts. */
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
      unsent: await oldestUnsent(trx),
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

async function oldestUnsent(db: Executor): Promise<MetricFacts['unsent']> {
  const { rows } = await sql<{ id: number; source: string; fulfillment: FulfillmentSettings | null }>`
    select s.id, s.name as source, v.settings -> 'fulfillment' as fulfillment
    from sources s join source_versions v on v.source_id = s.id and v.version = s.version
    where s.removed_at is null`.execute(db);
  const now = await databaseTime(db);
  const longest = new Map<number, number>();
  const settings = new Map(rows.map(({ id, fulfillment }) => [id, fulfillment]));
  for (const fr of await listOldest(db, now)) {
    const fulfillment = settings.get(fr.sourceId);
    if (!fulfillment) continue;
    longest.set(fr.sourceId, Math.max(longest.get(fr.sourceId) ?? 0, countedMs(fr, fulfillment, now)));
  }
  return rows.map(({ id, source }) => ({ source, seconds: (longest.get(id) ?? 0) / 1000 }));
}

function countedMs(...[fr, settings, now]: Parameters<typeof unsentMs>): number {
  try {
    return unsentMs(fr, settings, now);
  } catch {
    // One source that cannot be understood, say by a time zone that this Node does not know, must not hide all figures.
    return 0;
  }
}
