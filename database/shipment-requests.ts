import { sql } from 'kysely';
import { EXPIRED, UNREADABLE } from '../domain/shipments/flag-sentences.ts';
import { ENDED_BY_STORE } from '../domain/shipments/reconcile.ts';
import type { LastReading } from '../domain/shipments/news.ts';
import type { Executor } from './connect.ts';

/** A request whose order is to be asked for. */
export interface DueRequest extends LastReading {
  id: number;
  number: string;
  bigcommerceOrderId: number;
  nextCheckAt: Date | null;
}

export interface DueQuery {
  sourceId: number;
  now: Date;
  lookbackDays: number;
  limit: number;
  /** Every one in the period that was not asked for since `startedAt`, whether its check is due or not. */
  all: boolean;
  startedAt: Date;
  /** Go on behind this row number, then in the order of row numbers: past those whose asking failed. */
  afterId?: number | undefined;
  /** This request alone, due or not, in the period or not. */
  frId?: number | undefined;
}

const columns = sql`f.id, f.number, f.bigcommerce_order_id as "bigcommerceOrderId",
  f.order_modified_at as "orderModifiedAt", f.order_seen_at as "orderSeenAt", f.asked_at as "askedAt",
  f.next_check_at as "nextCheckAt"`;

/** It was sent, and nobody but the store has canceled it. */
const hasLivingOrder = sql`(f.processing = 'acknowledged'
  or (f.processing = 'canceled' and f.reason_code in (${sql.join(ENDED_BY_STORE)})))`;

/**
 * Acknowledged requests of a source to ask for now, the longest overdue first. An open one that has no check yet is due
 * at once; one that is shipped stays while it has a check to come.
 */
export async function listDueRequests(db: Executor, query: DueQuery): Promise<DueRequest[]> {
  const { sourceId, limit, afterId, frId } = query;
  const { rows } = await sql<DueRequest>`
    select ${columns} from fulfillment_requests f
    where f.source_id = ${sourceId} and f.bigcommerce_order_id is not null
      and ${frId === undefined ? sql`f.processing = 'acknowledged' and ${isToAsk(query)}` : sql`f.id = ${frId} and ${hasLivingOrder}`}
      and ${afterId === undefined ? sql`true` : sql`f.id > ${afterId}`}
    order by ${afterId === undefined ? sql`f.next_check_at nulls first, f.id` : sql`f.id`}
    limit ${limit}`.execute(db);
  return rows;
}

function isToAsk({ all, startedAt, now, lookbackDays }: DueQuery) {
  const isInPeriod = sql`(f.created_at >= ${cutoff(now, lookbackDays)} or f.watched_until > ${now})`;
  const isUnasked = sql`(f.asked_at is null or f.asked_at < ${startedAt})`;
  const isDue = all ? isUnasked : sql`(f.next_check_at is null or f.next_check_at <= ${now})`;
  // What has shipped has an end of its own, which may lie behind that of the period.
  return sql`${isDue} and case when f.shipping = 'shipped' then f.next_check_at is not null else ${isInPeriod} end`;
}

/**
 * Requests that could not be read when the store told of them, though nothing else would ask for them: they are out of
 * the period, or the store has canceled them. Due at their next check, whose instant `markUnreadable` has set.
 */
export async function listSetAside(
  db: Executor,
  { sourceId, now, limit }: Pick<DueQuery, 'sourceId' | 'now' | 'limit'>,
): Promise<DueRequest[]> {
  const { rows } = await sql<DueRequest>`
    select ${columns} from fulfillment_requests f
    where f.source_id = ${sourceId} and f.bigcommerce_order_id is not null and ${hasLivingOrder}
      and 'unreadable' = any (f.flags) and f.next_check_at <= ${now}
    order by f.next_check_at, f.id limit ${limit}`.execute(db);
  return rows;
}

const DAY_MS = 86_400_000;

function cutoff(now: Date, lookbackDays: number): Date {
  return new Date(now.getTime() - lookbackDays * DAY_MS);
}

/**
 * The requests of a source behind these BigCommerce orders, however old: acknowledged ones, and those that the store
 * has canceled, because it may think better of it.
 */
export async function findByOrderIds(
  db: Executor,
  sourceId: number,
  orderIds: readonly number[],
): Promise<DueRequest[]> {
  if (orderIds.length === 0) return [];
  const { rows } = await sql<DueRequest>`
    select ${columns} from fulfillment_requests f
    where f.source_id = ${sourceId} and f.bigcommerce_order_id = any (${[...orderIds]}::bigint[])
      and ${hasLivingOrder}
    order by f.id`.execute(db);
  return rows;
}

/** A sentence of a flag as it is added to what is said of a request. */
const said = (sentence: string) => sql`(' ' || replace(${sentence}, 'NUMBER', number))`;
const expires = sql`flags = array_append(flags, 'expired'), explanation = explanation || ${said(EXPIRED)}`;
const revives = sql`flags = array_remove(flags, 'expired'), explanation = replace(explanation, ${said(EXPIRED)}, '')`;

/**
 * Flags the acknowledged requests that have left the lookback period before everything was shipped, says so, and answers
 * those that were not flagged before. Those that are watched, shipped or back in the period lose the flag. Safe to repeat.
 */
export async function flagExpired(
  db: Executor,
  { sourceId, lookbackDays, now }: { sourceId: number; lookbackDays: number; now: Date },
): Promise<{ id: number; number: string }[]> {
  const isExpired = sql`(shipping <> 'shipped' and created_at < ${cutoff(now, lookbackDays)}
    and (watched_until > ${now}) is not true)`;
  const detail = `It left the lookback period of ${lookbackDays} days before everything was shipped.`;
  await sql`
    update fulfillment_requests set ${revives}, changed_at = now()
    where source_id = ${sourceId} and processing = 'acknowledged' and 'expired' = any (flags)
      and not ${isExpired}`.execute(db);
  const { rows } = await sql<{ id: number; number: string }>`
    with expired as (
      update fulfillment_requests set ${expires}, changed_at = now()
      where source_id = ${sourceId} and processing = 'acknowledged' and not 'expired' = any (flags) and ${isExpired}
      returning id, number),
    told as (
      insert into fr_events (fr_id, at, event, by, detail)
      select id, ${now}, 'expired', 'workflow', ${detail} from expired order by id)
    select id, number from expired order by id`.execute(db);
  return rows;
}

/**
 * Has an acknowledged request asked for until then, beginning at once, though it left the lookback period. Where it was
 * watched for longer that stays so, unless `mayShorten`. Answers until when it is watched; undefined where it is not
 * acknowledged: then there is nothing to watch, and nothing changes.
 */
export async function watchRequest(
  db: Executor,
  frId: number,
  { until, mayShorten }: { until: Date; mayShorten: boolean },
  at = new Date(),
): Promise<Date | undefined> {
  const before = mayShorten ? sql`null::timestamptz` : sql`watched_until`;
  const { rows } = await sql<{ until: Date }>`
    with watched as (
      update fulfillment_requests set watched_until = greatest(${before}, ${until}), next_check_at = ${at}, check_step = 0,
        ${revives}, changed_at = now()
      where id = ${frId} and processing = 'acknowledged' returning id, watched_until),
    told as (
      insert into fr_events (fr_id, at, event, by, detail)
      select id, ${at}, 'watched', 'cli', to_char(watched_until at time zone 'UTC', '"Until "YYYY-MM-DD"."') from watched)
    select watched_until as until from watched`.execute(db);
  return rows[0]?.until;
}

/**
 * Flags a request whose order the store answers so that it cannot be read, says so, and puts its next look off. What is
 * stored of it stays; the next look that succeeds takes the flag away. Safe to repeat.
 */
export async function markUnreadable(
  db: Executor,
  frId: number,
  { at, nextCheckAt, detail }: { at: Date; nextCheckAt: Date; detail: string },
): Promise<void> {
  await sql`
    with told as (
      insert into fr_events (fr_id, at, event, by, detail)
      select id, ${at}, 'shipments not readable', 'store', ${detail} from fulfillment_requests
      where id = ${frId} and not 'unreadable' = any (flags))
    update fulfillment_requests set asked_at = ${at}, next_check_at = ${nextCheckAt}, changed_at = now(),
      flags = case when 'unreadable' = any (flags) then flags else array_append(flags, 'unreadable') end,
      explanation = case when 'unreadable' = any (flags) or processing <> 'acknowledged' then explanation
        else explanation || ${said(UNREADABLE)} end
    where id = ${frId}`.execute(db);
}
