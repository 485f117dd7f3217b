import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { loadCredential } from './credentials.ts';
import type { SecretBox } from './secrets.ts';

/** Where the secret of a source's webhooks belongs; a ciphertext that is moved to another source cannot be read there. */
export const receiverPlace = (sourceId: number) => `source:${sourceId}:webhooks`;

/** What it takes to believe an event. Never logged, never in a workflow. */
export interface WebhookReceiver {
  sourceId: number;
  storeHash: string;
  /** Of the header that we asked the store to send along. */
  headerSecret: string;
  /** Signs the events of a source with an API account; null where it was not given. */
  clientSecret: string | null;
  /** An installed app: its own secret signs. */
  isOfApp: boolean;
}

/** Keeps where the store sends the events of a source, and the secret that it sends along. */
export async function saveReceiver(
  db: Executor,
  box: SecretBox,
  receiver: { sourceId: number; destination: string; headerSecret: string },
): Promise<void> {
  const { sourceId, destination, headerSecret } = receiver;
  const { ciphertext, keyId } = box.seal(receiverPlace(sourceId), headerSecret);
  await sql`
    insert into webhook_receivers (source_id, destination, ciphertext, key_id)
    values (${sourceId}, ${destination}, ${ciphertext}, ${keyId})
    on conflict (source_id) do update set destination = excluded.destination, ciphertext = excluded.ciphertext,
      key_id = excluded.key_id`.execute(db);
}

/** The receiver of a living source, by its name; undefined where it has none. Throws SecretUnreadable. */
export async function loadReceiver(db: Executor, box: SecretBox, source: string): Promise<WebhookReceiver | undefined> {
  const row = await db
    .selectFrom('webhook_receivers as w')
    .innerJoin('sources as s', 's.id', 'w.source_id')
    .select(['s.id', 's.store_hash as storeHash', 's.connection_type as connectionType', 'w.ciphertext'])
    .where('s.name', '=', source)
    .where('s.removed_at', 'is', null)
    .executeTakeFirst();
  if (!row?.storeHash) return undefined;
  const credential = await loadCredential(db, box, row.id);
  return {
    ...{ sourceId: row.id, storeHash: row.storeHash, headerSecret: box.open(receiverPlace(row.id), row.ciphertext) },
    clientSecret: credential?.clientSecret ?? null,
    isOfApp: row.connectionType === 'oauth',
  };
}

export interface KnownReceiver {
  destination: string;
  headerSecret: string;
}

/** Where events of a source go, with the secret that they carry. Throws SecretUnreadable. */
export async function findReceiver(db: Executor, box: SecretBox, sourceId: number): Promise<KnownReceiver | undefined> {
  const row = await db
    .selectFrom('webhook_receivers')
    .select(['destination', 'ciphertext'])
    .where('source_id', '=', sourceId)
    .executeTakeFirst();
  return row && { destination: row.destination, headerSecret: box.open(receiverPlace(sourceId), row.ciphertext) };
}

/** The webhooks of a source are gone, and what they hinted at with them. Safe to repeat. */
export async function forgetReceiver(db: Executor, sourceId: number): Promise<void> {
  await db.deleteFrom('webhook_receivers').where('source_id', '=', sourceId).execute();
}

/** Whether a source has webhooks. */
export async function hasWebhooks(db: Executor, sourceId: number): Promise<boolean> {
  const { rows } = await sql`select from webhook_receivers where source_id = ${sourceId}`.execute(db);
  return rows.length > 0;
}

export interface KnownHook {
  scope: string;
  hookId: number;
  isActive: boolean;
  registeredAt: Date;
  checkedAt: Date;
}

export function listKnownHooks(db: Executor, sourceId: number): Promise<KnownHook[]> {
  return db
    .selectFrom('webhooks')
    .select(['scope', 'hook_id as hookId', 'is_active as isActive'])
    .select(['registered_at as registeredAt', 'checked_at as checkedAt'])
    .where('source_id', '=', sourceId)
    .orderBy('scope')
    .execute();
}

/** Makes the known webhooks of a source those that the store has now. Safe to repeat. */
export async function saveHooks(
  db: Executor,
  sourceId: number,
  hooks: readonly { scope: string; hookId: number; isActive: boolean }[],
): Promise<void> {
  const scopes = hooks.map(({ scope }) => scope);
  await sql`
    insert into webhooks (source_id, scope, hook_id, is_active)
    select ${sourceId}, * from unnest(${scopes}::text[], ${hooks.map(({ hookId }) => hookId)}::bigint[],
      ${hooks.map(({ isActive }) => isActive)}::boolean[])
    on conflict (source_id, scope) do update
    set hook_id = excluded.hook_id, is_active = excluded.is_active, checked_at = now()`.execute(db);
  await sql`delete from webhooks where source_id = ${sourceId} and not scope = any (${scopes}::text[])`.execute(db);
}

/** Names of the living sources that have webhooks. */
export async function listHookedSources(db: Executor): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select s.name from webhook_receivers w join sources s on s.id = w.source_id
    where s.removed_at is null order by s.name`.execute(db);
  return rows.map(({ name }) => name);
}

/** When the last event of a source came; null where none ever did. */
export async function lastEventAt(db: Executor, sourceId: number): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(received_at) as at from webhook_events where source_id = ${sourceId}`.execute(db);
  return rows[0]!.at;
}
