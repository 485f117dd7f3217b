import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/** The store has refused the credential of a source: until a test passes, nobody asks it in vain. */
export interface ConnectionRefusal {
  code: string;
  message: string;
  since: Date;
}

export function findRefusal(db: Executor, sourceId: number): Promise<ConnectionRefusal | undefined> {
  return db
    .selectFrom('connection_refusals')
    .select(['code', 'message', 'since'])
    .where('source_id', '=', sourceId)
    .executeTakeFirst();
}

/** Records that the store refused the credential; true for the first to notice, who tells about it. */
export async function recordRefusal(
  db: Executor,
  sourceId: number,
  refusal: { code: string; message: string },
): Promise<boolean> {
  const rows = await db
    .insertInto('connection_refusals')
    .values({ source_id: sourceId, ...refusal })
    .onConflict((oc) => oc.column('source_id').doNothing())
    .returning('source_id')
    .execute();
  return rows.length === 1;
}

/** Like recordRefusal, but what is said now replaces what was noted before; the first instant stays. */
export async function replaceRefusal(
  db: Executor,
  sourceId: number,
  refusal: { code: string; message: string },
): Promise<void> {
  await db
    .insertInto('connection_refusals')
    .values({ source_id: sourceId, ...refusal })
    .onConflict((oc) => oc.column('source_id').doUpdateSet(refusal))
    .execute();
}

/** The connection works again, or is to be tried again. */
export async function clearRefusal(db: Executor, sourceId: number): Promise<void> {
  await sql`delete from connection_refusals where source_id = ${sourceId}`.execute(db);
}

/** A person wants it tried again: that an app was uninstalled is no opinion of the store's, and stays. */
export async function clearRefusalByStore(db: Executor, sourceId: number): Promise<void> {
  await sql`
    delete from connection_refusals where source_id = ${sourceId} and code <> 'app_uninstalled'`.execute(db);
}

/**
 * Sources to look at again: those that were refused, every minute at first and then every five, and those that have
 * requests which failed by `codes` although nothing is refused any more, because nobody told them. Where the app was
 * uninstalled, only a new installation counts, whatever the store says of the old token. A store that passes the test and
 * refuses the work would have everything tried again and again: it is given one such chance in six hours, and a new
 * one as soon as it has done some of the work.
 */
export async function listConnectionsToProbe(db: Executor, codes: readonly string[]): Promise<string[]> {
  const standStill = sql`exists (
    select from fulfillment_requests f
    where f.source_id = s.id and f.processing = 'failed' and f.reason_code = any (${[...codes]}::text[]))`;
  const { rows } = await sql<{ name: string }>`
    select s.name from sources s
    left join connection_refusals c on c.source_id = s.id
    cross join lateral (select floor(extract(epoch from now() - c.since) / 60)::bigint as minutes) m
    where s.removed_at is null and case
      when c.code = 'app_uninstalled' then exists (
        select from installs i where i.store_hash = s.store_hash and i.status = 'installed')
      when s.woken_at > now() - interval '6 hours' and not (
        exists (select from fulfillment_requests f where f.source_id = s.id and f.acknowledged_at > s.woken_at)
        or (not ${standStill} and exists (
          select from job_runs r where r.source_id = s.id and r.status = 'completed' and r.finished_at > s.woken_at))
      ) then false
      when c.source_id is not null then m.minutes < 10 or m.minutes % 5 = 0
      else ${standStill} end
    order by s.id`.execute(db);
  return rows.map(({ name }) => name);
}

/** The connection works again without anybody's doing, found at this instant. */
export async function noteWoken(db: Executor, sourceId: number, at: Date): Promise<void> {
  await sql`update sources set woken_at = ${at} where id = ${sourceId}`.execute(db);
}
