import { sql } from 'kysely';
import type { FoundAlarm } from '../domain/alarms/find.ts';
import { hasGrown } from '../domain/alarms/growth.ts';
import { alarmNotice } from '../domain/notices/alarm-notice.ts';
import type { AlarmCause } from '../domain/source/alarms.ts';
import type { Database, Executor } from './connect.ts';
import { enqueueNotice } from './outbox.ts';

export interface Alarm {
  id: number;
  sourceId: number;
  source: string;
  cause: AlarmCause;
  message: string;
  hint: string;
  details: Record<string, unknown>;
  startedAt: Date;
  seenAt: Date;
  remindedAt: Date | null;
  acknowledgedAt: Date | null;
  endedAt: Date | null;
}

function selectAlarms(db: Executor) {
  return db
    .selectFrom('alarms as a')
    .innerJoin('sources as s', 's.id', 'a.source_id')
    .select(['a.id', 'a.source_id as sourceId', 's.name as source', 'a.message', 'a.hint', 'a.details'])
    .select(sql<AlarmCause>`a.cause`.as('cause'))
    .select(['a.started_at as startedAt', 'a.seen_at as seenAt', 'a.reminded_at as remindedAt'])
    .select(['a.acknowledged_at as acknowledgedAt', 'a.ended_at as endedAt']);
}

/** Alarms, the newest first; those that have ended only when asked for. */
export function listAlarms(
  db: Executor,
  filter: { sourceId?: number | undefined; all?: boolean | undefined; limit: number },
): Promise<Alarm[]> {
  let query = selectAlarms(db).orderBy('a.started_at', 'desc').orderBy('a.id', 'desc').limit(filter.limit);
  if (filter.sourceId !== undefined) query = query.where('a.source_id', '=', filter.sourceId);
  if (!filter.all) query = query.where('a.ended_at', 'is', null);
  return query.execute();
}

/** One alarm by its number. */
export function findAlarm(db: Executor, id: number): Promise<Alarm | undefined> {
  return selectAlarms(db).where('a.id', '=', id).executeTakeFirst();
}

/** Somebody has seen an alarm: no more reminders unless it grows. False when it has ended. Safe to repeat. */
export async function acknowledgeAlarm(db: Executor, id: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update alarms set acknowledged_at = coalesce(acknowledged_at, now())
    where id = ${id} and ended_at is null`.execute(db);
  return (numAffectedRows ?? 0n) > 0n;
}

/**
 * Makes the open alarms of a source those that were found: tells once of each that began or ended, again of those that
 * nobody has acknowledged for `remindHours`, and of those that have grown since somebody did. Each with its notice in one
 * transaction. Safe to repeat.
 */
export async function settleAlarms(
  db: Database,
  source: { id: number; name: string; remindHours: number },
  found: readonly FoundAlarm[],
  now: Date,
): Promise<{ started: number; ended: number }> {
  const open = await listAlarms(db, { sourceId: source.id, limit: 100 });
  const known = new Map(open.map((alarm) => [alarm.cause, alarm]));
  let started = 0;
  for (const alarm of found) {
    if (await raiseAlarm(db, source, { alarm, before: known.get(alarm.cause) }, now)) started++;
  }
  const over = open.filter(({ cause }) => !found.some((alarm) => alarm.cause === cause));
  for (const alarm of over) await endAlarm(db, alarm, now);
  return { started, ended: over.length };
}

/** Begins an alarm or keeps it, with its notices. True where it began. Safe to repeat. */
export async function raiseAlarm(
  db: Database,
  source: { id: number; name: string; remindHours: number },
  { alarm, before }: { alarm: FoundAlarm; before: Alarm | undefined },
  now: Date,
): Promise<boolean> {
  if (!before) return openAlarm(db, source, alarm, now);
  const isMore = before.acknowledgedAt !== null && hasGrown(before.details, alarm.details);
  const kept = { ...before, ...alarm, ...(isMore ? { acknowledgedAt: null } : {}) };
  await keepAlarm(db, source, kept, { now, isMore });
  return false;
}

/** A source that was removed has no alarms; nobody is told. Safe to repeat. */
export async function endAlarmsOfRemoved(db: Executor): Promise<void> {
  await sql`
    update alarms a set ended_at = now() from sources s
    where s.id = a.source_id and s.removed_at is not null and a.ended_at is null`.execute(db);
}

/** Begins an alarm unless it is open, with its notice in one transaction. False where it was open. */
async function openAlarm(db: Database, source: { id: number; name: string }, alarm: FoundAlarm, now: Date) {
  return db.transaction().execute(async (trx) => {
    const { cause, message, hint, details } = alarm;
    const { rows } = await sql<{ id: number }>`
      insert into alarms (source_id, cause, message, hint, details, started_at, seen_at)
      values (${source.id}, ${cause}, ${message}, ${hint}, ${JSON.stringify(details)}::jsonb, ${now}, ${now})
      on conflict do nothing returning id`.execute(trx);
    const id = rows[0]?.id;
    if (id === undefined) return false;
    const notice = alarmNotice({ id, source: source.name, ...alarm, startedAt: now }, 'started', now);
    await enqueueNotice(trx, { sourceId: source.id, subject: `alarm:${id}:started`, isProblem: true }, notice);
    return true;
  });
}

/** What somebody acknowledged and is about more by now was not acknowledged: it is told at once, and reminded of again. */
async function keepAlarm(
  db: Database,
  { remindHours }: { remindHours: number },
  alarm: Alarm,
  { now, isMore }: { now: Date; isMore: boolean },
) {
  const last = alarm.remindedAt ?? alarm.startedAt;
  const isOld = remindHours > 0 && now.getTime() - last.getTime() >= remindHours * 3_600_000;
  const isDue = isMore || (isOld && !alarm.acknowledgedAt);
  await db.transaction().execute(async (trx) => {
    await sql`
      update alarms set message = ${alarm.message}, hint = ${alarm.hint}, seen_at = ${now},
        details = ${JSON.stringify(alarm.details)}::jsonb,
        acknowledged_at = case when ${isMore}::boolean then null else acknowledged_at end,
        reminded_at = case when ${isDue}::boolean then ${now}::timestamptz else reminded_at end
      where id = ${alarm.id} and ended_at is null`.execute(trx);
    if (!isDue) return;
    const subject = `alarm:${alarm.id}:reminder:${now.toISOString()}`;
    const audience = { sourceId: alarm.sourceId, subject, isProblem: true };
    await enqueueNotice(trx, audience, alarmNotice(alarm, isMore ? 'grown' : 'reminder', now));
  });
}

async function endAlarm(db: Database, alarm: Alarm, now: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`update alarms set ended_at = ${now} where id = ${alarm.id} and ended_at is null`.execute(trx);
    const audience = { sourceId: alarm.sourceId, subject: `alarm:${alarm.id}:ended`, isProblem: true };
    await enqueueNotice(trx, audience, alarmNotice(alarm, 'ended', now));
  });
}
