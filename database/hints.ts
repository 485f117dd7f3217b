import { sql } from 'kysely';
import type { Hint } from '../domain/webhooks.ts';
import type { Executor } from './connect.ts';

/** An event as it came, checked and without anything but ids. */
export interface WebhookEvent {
  sourceId: number;
  webhookId: string;
  hash: string;
  scope: string;
  eventAt: Date;
  hint: Hint | null;
}

/**
 * Keeps events and what they hint at, in one statement. False for what came before: the store sends again what it is not
 * sure of, and somebody may send again what was overheard. All or none are kept.
 */
export async function keepEvents(db: Executor, events: readonly WebhookEvent[]): Promise<boolean[]> {
  const { rows } = await sql<{ source_id: number; webhook_id: string }>`
    with given as (
      select * from unnest(
        ${events.map(({ sourceId }) => sourceId)}::int[], ${events.map(({ webhookId }) => webhookId)}::text[],
        ${events.map(({ hash }) => hash)}::text[], ${events.map(({ scope }) => scope)}::text[],
        ${events.map(({ eventAt }) => eventAt.toISOString())}::timestamptz[],
        ${events.map(({ hint }) => hint?.kind ?? null)}::text[], ${events.map(({ hint }) => hint?.id ?? null)}::bigint[]
      ) as g (source_id, webhook_id, hash, scope, event_at, kind, resource_id)
    ), kept as (
      insert into webhook_events (source_id, webhook_id, hash, scope, resource_id, event_at)
      select source_id, webhook_id, hash, scope, resource_id, event_at from given
      on conflict (source_id, webhook_id) do nothing returning source_id, webhook_id
    ), hinted as (
      insert into hints (source_id, kind, resource_id)
      select distinct source_id, kind, resource_id from given join kept using (source_id, webhook_id)
      where kind is not null order by source_id, kind, resource_id
      on conflict (source_id, kind, resource_id) do update
      set version = hints.version + 1, due_at = least(hints.due_at, now())
    ) select source_id, webhook_id from kept`.execute(db);
  const kept = new Set(rows.map(({ source_id: sourceId, webhook_id: webhookId }) => `${sourceId} ${webhookId}`));
  return events.map(({ sourceId, webhookId }) => kept.has(`${sourceId} ${webhookId}`));
}

/** A hint to be worked on. */
export interface DueHint {
  id: number;
  version: number;
}

/** Hints of a source whose time has come, the oldest first. */
export async function listDueHints(
  db: Executor,
  { sourceId, kind, limit }: { sourceId: number; kind: Hint['kind']; limit: number },
): Promise<DueHint[]> {
  const { rows } = await sql<DueHint>`
    select resource_id as id, version from hints
    where source_id = ${sourceId} and kind = ${kind} and due_at <= now()
    order by hinted_at limit ${limit}`.execute(db);
  return rows;
}

/**
 * What was hinted at has been read: forgotten, but for what was hinted at once more meanwhile. With `againAfterImport`
 * it is kept until the import that is under way has ended, whose pages may be older.
 */
export async function settleHints(
  db: Executor,
  scope: { sourceId: number; kind: Hint['kind']; againAfterImport?: boolean },
  hints: readonly DueHint[],
): Promise<void> {
  const { sourceId, kind, againAfterImport = false } = scope;
  const worked = sql`h.source_id = ${sourceId} and h.kind = ${kind} and h.resource_id = u.id and h.version = u.version`;
  const given = sql`unnest(${hints.map(({ id }) => id)}::bigint[], ${hints.map(({ version }) => version)}::int[])
    as u (id, version)`;
  if (againAfterImport) await sql`update hints h set due_at = 'infinity' from ${given} where ${worked}`.execute(db);
  else await sql`delete from hints h using ${given} where ${worked}`.execute(db);
}

/** What waited for the end of an import is due now. Belongs into the transaction that ends it. */
export async function wakeHintsAfterImport(trx: Executor, sourceId: number): Promise<void> {
  await sql`update hints set due_at = now() where source_id = ${sourceId} and due_at = 'infinity'`.execute(trx);
}

/** The store does not do as asked: its hints wait. */
export async function putOffHints(
  db: Executor,
  { sourceId, kind, minutes }: { sourceId: number; kind: Hint['kind']; minutes: number },
): Promise<void> {
  await sql`
    update hints set due_at = now() + make_interval(mins => ${minutes})
    where source_id = ${sourceId} and kind = ${kind} and due_at <= now()`.execute(db);
}

/** Sources that have hints to work on and whose store takes our token. */
export async function listHintedSources(db: Executor): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select s.name from sources s where s.removed_at is null
      and exists (select from hints h where h.source_id = s.id and h.due_at <= now())
      and not exists (select from connection_refusals r where r.source_id = s.id)
    order by s.name`.execute(db);
  return rows.map(({ name }) => name);
}
