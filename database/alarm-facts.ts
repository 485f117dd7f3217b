import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { QuietKind } from '../domain/alarms/find-stores.ts';
import type { WaitingRequest } from '../domain/alarms/unsent.ts';
import type { Executor } from './connect.ts';
import { SECOND_ORDER } from './fr-changes.ts';
import type { JobName } from './tables.ts';

/** When an import of a source last completed. */
export async function lastCompletedImport(db: Executor, sourceId: number): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(finished_at) as at from job_runs
    where source_id = ${sourceId} and job = 'inventory' and status = 'completed'`.execute(db);
  return rows[0]!.at;
}

/** Whether a run of a job began since an instant, or was under way at it, in which case the schedule skips a turn. */
export async function hasRunSince(db: Executor, sourceId: number, job: JobName, at: Date): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (select 1 from job_runs where source_id = ${sourceId} and job = ${job}
      and (started_at >= ${at} or finished_at >= ${at} or finished_at is null)) as has`.execute(db);
  return rows[0]!.has;
}

/** A count and the first of what is counted. */
export interface Counted {
  count: number;
  numbers: string[];
}

/** So many are compared to tell whether others have come; a message names only the first of them. */
const NAMED = 50;

/** Requests that failed and wait for a person, with their reason codes. */
export async function countFailed(db: Executor, sourceId: number): Promise<Counted & { codes: string[] }> {
  const { rows } = await sql<Counted & { codes: string[] }>`
    select count(*)::int as count,
      coalesce(array_agg(distinct coalesce(reason_code, 'unknown')), '{}') as codes,
      coalesce((array_agg(number order by id))[1:${NAMED}], '{}') as numbers
    from fulfillment_requests where source_id = ${sourceId} and processing = 'failed'`.execute(db);
  return rows[0]!;
}

/** Requests that were sent before an instant and are not all shipped, as far as they are still asked for. */
export async function countUnshipped(
  db: Executor,
  sourceId: number,
  range: { sentBefore?: Date; createdBefore?: Date; createdSince: Date },
): Promise<Counted> {
  const { sentBefore = null, createdBefore = null, createdSince } = range;
  const { rows } = await sql<Counted>`
    select count(*)::int as count, coalesce((array_agg(number order by id))[1:${NAMED}], '{}') as numbers
    from fulfillment_requests
    where source_id = ${sourceId} and processing = 'acknowledged' and shipping <> 'shipped'
      and created_at >= ${createdSince}
      and (${sentBefore}::timestamptz is null or acknowledged_at < ${sentBefore})
      and (${createdBefore}::timestamptz is null or created_at < ${createdBefore})`.execute(db);
  return rows[0]!;
}

/** Requests that wait for packages of an order which is archived in the store, gone from it, or somebody else's. */
export async function countLost(db: Executor, sourceId: number, createdSince: Date): Promise<Counted> {
  const { rows } = await sql<Counted>`
    select count(*)::int as count, coalesce((array_agg(number order by id))[1:${NAMED}], '{}') as numbers
    from fulfillment_requests
    where source_id = ${sourceId} and processing = 'acknowledged' and shipping <> 'shipped'
      and created_at >= ${createdSince} and flags && '{order_deleted,order_foreign,second_order}'
      and flags && '{order_deleted,order_foreign}'`.execute(db);
  return rows[0]!;
}

/** Requests of which a second order was found since an instant: what a person made of it, nobody tells. */
export async function countDoubled(db: Executor, sourceId: number, foundSince: Date): Promise<Counted> {
  const { rows } = await sql<Counted>`
    select count(*)::int as count, coalesce((array_agg(number order by id))[1:${NAMED}], '{}') as numbers
    from fulfillment_requests f
    where source_id = ${sourceId} and flags && '{order_deleted,order_foreign,second_order}'
      and exists (select from fr_events e where e.fr_id = f.id and e.event = ${SECOND_ORDER} and e.at >= ${foundSince})`.execute(
    db,
  );
  return rows[0]!;
}

/** More would only make the sentence longer. */
const MOST_WAITING = 2000;

/**
 * Requests of a source under way since before an instant that do not say that they wait for longer. A person's last act
 * counts as their beginning: what was retried just now is not late.
 */
function underWay(sourceId: RawBuilder<unknown>, before: Date, now: Date) {
  return sql`
    select f.number, f.hold_until as "holdUntil", f.skips_waits as "skipsWaits",
      f.processing = 'sending' as "isSending", f.next_step_at as "nextStepAt",
      f.send_run_id is not null as "wasLetGo",
      greatest(coalesce(f.released_at, f.created_at), (select max(e.at) from fr_events e
        where e.fr_id = f.id and e.by not in ('workflow', 'store'))) as since
    from fulfillment_requests f
    where f.source_id = ${sourceId} and f.processing in ('processing', 'sending')
      and coalesce(f.released_at, f.created_at) < ${before}
      and (f.is_ready or f.next_step_at is null or f.next_step_at < ${now}::timestamptz + interval '10 minutes')
    order by f.id limit ${MOST_WAITING}`;
}

/** Requests of a source that are under way since before an instant, as the alarm needs them. */
export async function listLate(db: Executor, sourceId: number, before: Date, now: Date): Promise<WaitingRequest[]> {
  const { rows } = await sql<WaitingRequest>`
    select * from (${underWay(sql`${sourceId}`, before, now)}) late where since < ${before}`.execute(db);
  return rows;
}

/** Of those that wait alike, an older one is never unsent for a shorter time, but for what a person has set. */
const OLDEST_OF_A_KIND = 25;

/** The oldest requests that are under way, of every source and of each kind of waiting. */
export async function listOldest(db: Executor, now: Date): Promise<(WaitingRequest & { sourceId: number })[]> {
  const { rows } = await sql<WaitingRequest & { sourceId: number }>`
    select s.id as "sourceId", oldest.* from sources s cross join lateral (
      select w.*, row_number() over (partition by "skipsWaits", "isSending", "wasLetGo" order by since) as place
      from (${underWay(sql.ref('s.id'), now, now)}) w
    ) oldest where s.removed_at is null and oldest.place <= ${OLDEST_OF_A_KIND}`.execute(db);
  return rows;
}

/** What an event tells of, by its scope: the stock, or the orders with their shipments. */
export function kindOfEvents(scope: string) {
  const column = sql.ref(scope);
  return sql`case when ${column} like 'store/product/%' or ${column} like 'store/sku/%' then 'stock' else 'orders' end`;
}

/** Counts of runs that are above 0 where webhooks have not told of a change, or not before the run found it. */
const missedByWebhooks = sql`(values
  ('stock', 'inventory', '{corrected}'::text[]),
  ('stock', 'refresh', '{created,updated,restored}'),
  ('orders', 'shipments', '{changed}')) as m (kind, job, counters)`;
/** An event may come a while after what it tells of. */
const EVENT_LATE_MS = 5 * 60_000;

/**
 * Since when no event of a kind has come, though a run has found changes that its webhooks should have told of by now;
 * nothing of a kind that has no webhooks, or that nothing speaks against. The longest silence first.
 */
export async function quietSince(db: Executor, sourceId: number, now: Date): Promise<QuietKind[]> {
  const { rows } = await sql<QuietKind>`
    with heard as (
      select k.kind, greatest(
        min(w.registered_at),
        (select max(e.received_at) from webhook_events e
          where e.source_id = ${sourceId} and ${kindOfEvents('e.scope')} = k.kind)) as since
      from (values ('stock'), ('orders')) as k (kind)
      join webhooks w on w.source_id = ${sourceId} and ${kindOfEvents('w.scope')} = k.kind
      group by k.kind)
    select kind, since from heard where exists (
      select from job_runs r join ${missedByWebhooks} on m.kind = heard.kind and m.job = r.job
      where r.source_id = ${sourceId} and r.status = 'completed' and r.started_at > since
        and r.finished_at <= ${new Date(now.getTime() - EVENT_LATE_MS)}
        and exists (select from unnest(m.counters) as c (name) where (r.counts ->> c.name)::numeric > 0))
    order by since, kind`.execute(db);
  return rows;
}
