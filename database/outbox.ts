import { sql } from 'kysely';
import type { Notice } from '../domain/notices/notice.ts';
import type { Executor } from './connect.ts';
import type { JobName } from './tables.ts';

/** Whom a notice is for. */
export interface Audience {
  sourceId: number;
  /** What it is about; the same is never told twice to one receiver. */
  subject: string;
  /** A run of this job; receivers may want those of some jobs only. */
  job?: JobName;
  /** Somebody has to do something. */
  isProblem?: boolean;
  /** Also for those who want to hear nothing: somebody tests them. */
  toAll?: boolean;
}

/**
 * Writes a notice for every receiver of a source that wants it, and for one only of those that have the same address.
 * Belongs into the transaction of what it tells of. Safe to repeat. Answers how many will hear of it.
 */
export async function enqueueNotice(db: Executor, audience: Audience, notice: Notice): Promise<number> {
  const { sourceId, subject, job = null, isProblem = false, toAll = false } = audience;
  const { numAffectedRows } = await sql`
    insert into notification_outbox (id, target_id, subject, notice)
    select 'msg_' || replace(gen_random_uuid()::text, '-', ''), told.id, ${subject}, ${JSON.stringify(notice)}::jsonb
    from (select distinct on (t.ciphertext) t.id from notification_targets t
      where t.source_id = ${sourceId}
        and (${toAll}::boolean or t.notify_on = 'always' or (t.notify_on = 'problems' and ${isProblem}::boolean))
        and (${job}::text is null or ${job}::text = any (t.jobs)
          -- Of a rhythm of minutes, those who name no jobs want to hear only when something is wrong.
          or (cardinality(t.jobs) = 0 and (${job}::text <> 'refresh' or ${isProblem}::boolean)))
      order by t.ciphertext, t.id) told
    on conflict (target_id, subject) do nothing`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** One message to one receiver, claimed for an attempt. */
export interface Delivery {
  id: string;
  sourceId: number;
  ciphertext: string;
  label: string;
  notice: Notice;
  attempts: number;
  createdAt: Date;
}

/**
 * How long after an attempt the next one is made, by how many there were; one that died in the middle counts. The first
 * is longer than an attempt may take, so that nobody sends a second time what is still under way.
 */
export const RETRY_SECONDS = [20, 30, 60, 300, 900, 1800, 3600, 7200] as const;

/** Tried for so long; then it is given up, and `alerts` and the log say so. */
export const GIVE_UP_HOURS = 48;

/**
 * Claims messages that are due: their next attempt is put off first, so that nobody else sends them meanwhile and a
 * crash only delays them.
 */
export async function claimDue(db: Executor, limit: number): Promise<Delivery[]> {
  const { rows } = await sql<Delivery>`
    with due as (
      select o.id from notification_outbox o
      where o.delivered_at is null and o.given_up_at is null and o.next_attempt_at <= now()
      order by o.next_attempt_at limit ${limit} for update skip locked)
    update notification_outbox o set attempts = o.attempts + 1,
      next_attempt_at = now() + make_interval(secs => (${[...RETRY_SECONDS]}::integer[])[
        least(o.attempts + 1, ${RETRY_SECONDS.length})])
    from due, notification_targets t
    where o.id = due.id and t.id = o.target_id
    returning o.id, t.source_id as "sourceId", t.ciphertext, t.label, o.notice, o.attempts,
      o.created_at as "createdAt"`.execute(db);
  return rows;
}

/** The receiver took it. Safe to repeat. */
export async function markDelivered(db: Executor, id: string): Promise<void> {
  await sql`
    update notification_outbox set delivered_at = now(), last_error = null
    where id = ${id} and delivered_at is null`.execute(db);
}

/** The receiver did not take it: it is tried again, or given up when it is two days old or nothing else can help. */
export async function markFailed(
  db: Executor,
  id: string,
  error: string,
  final: boolean,
): Promise<{ isOver: boolean }> {
  const { rows } = await sql<{ isOver: boolean }>`
    update notification_outbox set last_error = ${error}, given_up_at = case
      when ${final}::boolean or created_at < now() - make_interval(hours => ${GIVE_UP_HOURS}) then now() end
    where id = ${id} and delivered_at is null
    returning given_up_at is not null as "isOver"`.execute(db);
  return rows[0] ?? { isOver: true };
}

/** For how long nothing is due; null when nothing waits. */
export async function untilNextDue(db: Executor): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select case when count(*) > 0
      then greatest(0, ceil(extract(epoch from min(next_attempt_at) - now()) * 1000))::float8 end as ms
    from notification_outbox where delivered_at is null and given_up_at is null`.execute(db);
  return rows[0]!.ms;
}

export interface DeliveryState {
  type: 'webhook' | 'slack' | 'email';
  label: string;
  state: 'waiting' | 'delivered' | 'given_up';
  attempts: number;
  error: string | null;
}

/** What became of a notice, a line a receiver. */
export async function deliveriesOf(db: Executor, sourceId: number, subject: string): Promise<DeliveryState[]> {
  const { rows } = await sql<DeliveryState>`
    select t.type, t.label, o.attempts, o.last_error as error, case when o.delivered_at is not null then 'delivered'
      when o.given_up_at is not null then 'given_up' else 'waiting' end as state
    from notification_outbox o join notification_targets t on t.id = o.target_id
    where t.source_id = ${sourceId} and o.subject = ${subject} order by t.id`.execute(db);
  return rows;
}
