import { sql } from 'kysely';
import { differences, digest } from '../domain/fulfillment/digest.ts';
import type { Difference } from '../domain/fulfillment/digest.ts';
import type { FrDocument } from '../domain/fulfillment/document.ts';
import { withoutPerson } from '../domain/fulfillment/forget.ts';
import type { Database, Executor } from './connect.ts';
import { retryDeadlocks } from './errors.ts';
import type { Processing } from '../domain/fulfillment/states.ts';

export interface FrIntake {
  source: { id: number };
  /** As `checkDocument` answers it: checked, with its defaults. */
  document: FrDocument;
  /** The order that it is a part of. */
  orderId?: number | null;
  /** Whether it goes into processing at once; otherwise it waits as unprocessed. */
  autoSend: boolean;
  now: Date;
  /** Who gave it, for the timeline; `cli` unless said otherwise. */
  by?: string;
}

export interface AcceptedFr {
  /** `known`: the same content was there before; `conflict`: another content has this number. */
  outcome: 'accepted' | 'known' | 'conflict';
  id: number;
  number: string;
  processing: Processing;
  /** What a conflict is about; else empty. */
  differences: Difference[];
}

/**
 * Takes one request in, in one transaction: when it returns, the request is stored with its lines and the first line of
 * its timeline. Safe to repeat and safe when several processes take in the same number at once: one of them accepts it.
 */
export async function acceptFulfillmentRequest(db: Database, intake: FrIntake): Promise<AcceptedFr> {
  return (await acceptMany(db, [intake]))[0]!;
}

/**
 * Takes many requests in, as sets and in one transaction; each is accepted or refused by itself, and the answers come in
 * their order. A number that stands twice is taken once: the second is `known` or `conflict`. Give some hundreds at once.
 */
export function acceptMany(db: Database, intakes: readonly FrIntake[]): Promise<AcceptedFr[]> {
  return retryDeadlocks(() => db.transaction().execute((trx) => acceptWithin(trx, intakes)));
}

interface StoredRow {
  id: number;
  source_id: number;
  number: string;
  processing: Processing;
  digest: string;
}

/** {@link acceptMany} inside a transaction of the caller, who commits before anybody is told. */
export async function acceptWithin(trx: Executor, intakes: readonly FrIntake[]): Promise<AcceptedFr[]> {
  const drafts = intakes.map((intake) => ({ ...intake, key: keyOf(intake), digest: digest(intake.document) }));
  const first = new Map<string, Draft>();
  for (const draft of drafts) if (!first.has(draft.key)) first.set(draft.key, draft);
  // In the order of their keys, so that two processes with the same numbers take their locks in one order.
  const inserted = await insertRequests(trx, [...first.values()].sort(byKey));
  const accepted = new Map<Draft, StoredRow>();
  for (const row of inserted) accepted.set(first.get(keyOfRow(row))!, row);
  await insertLines(
    trx,
    [...accepted].map(([{ document }, { id }]) => ({ frId: id, document })),
  );
  await insertEvents(trx, accepted);
  const stored = new Map(inserted.map((row) => [keyOfRow(row), row]));
  const missing = [...first.values()].filter((draft) => !accepted.has(draft));
  for (const row of await readRequests(trx, missing)) stored.set(keyOfRow(row), row);
  const documents = await readDocuments(
    trx,
    drafts.flatMap(({ key, digest: given }) => (stored.get(key)!.digest === given ? [] : [stored.get(key)!.id])),
  );
  return drafts.map((draft) => {
    const { id, number, processing, digest: known } = stored.get(draft.key)!;
    if (accepted.has(draft)) return { outcome: 'accepted', id, number, processing, differences: [] };
    if (known === draft.digest) return { outcome: 'known', id, number, processing, differences: [] };
    return {
      outcome: 'conflict',
      id,
      number,
      processing,
      differences: differencesTo(documents.get(id)!, draft.document),
    };
  });
}

interface Draft extends FrIntake {
  key: string;
  digest: string;
}

function keyOf({ source, document }: FrIntake): string {
  return `${source.id} ${document.number}`;
}

function keyOfRow({ source_id: sourceId, number }: StoredRow): string {
  return `${sourceId} ${number}`;
}

function byKey(a: Draft, b: Draft): number {
  return a.key < b.key ? -1 : 1;
}

async function insertRequests(trx: Executor, drafts: readonly Draft[]): Promise<StoredRow[]> {
  if (drafts.length === 0) return [];
  const { rows } = await sql<StoredRow>`
    insert into fulfillment_requests (
      source_id, number, order_id, document, digest, processing, explanation, released_at, created_at, changed_at
    )
    select * from unnest(
      ${drafts.map(({ source }) => source.id)}::integer[],
      ${drafts.map(({ document }) => document.number)}::text[],
      ${drafts.map(({ orderId }) => orderId ?? null)}::bigint[],
      ${drafts.map(({ document }) => JSON.stringify(document))}::jsonb[],
      ${drafts.map((draft) => draft.digest)}::text[],
      ${drafts.map(({ autoSend }) => (autoSend ? 'processing' : 'unprocessed'))}::text[],
      ${drafts.map(explanationOf)}::text[],
      ${drafts.map(({ autoSend, now }) => (autoSend ? now : null))}::timestamptz[],
      ${drafts.map(({ now }) => now)}::timestamptz[],
      ${drafts.map(({ now }) => now)}::timestamptz[]
    )
    on conflict (source_id, number) do nothing
    returning id, source_id, number, processing, digest`.execute(trx);
  return rows;
}

function explanationOf({ autoSend, document }: Draft): string {
  if (autoSend) return 'Accepted: it is checked, and goes out as soon as its waits are over.';
  return `Unprocessed: waits until somebody processes it with \`bcsource fr process ${document.number}\`.`;
}

/** Writes the lines of requests that have none. */
export async function insertLines(
  trx: Executor,
  requests: readonly { frId: number; document: FrDocument }[],
): Promise<void> {
  const lines = requests.flatMap(({ frId, document }) =>
    document.lines.map((line, index) => ({ ...line, frId, position: index + 1 })),
  );
  if (lines.length === 0) return;
  await sql`
    insert into fr_lines (fr_id, position, line_id, sku, quantity, unit_price, title)
    select * from unnest(
      ${lines.map(({ frId }) => frId)}::bigint[],
      ${lines.map(({ position }) => position)}::integer[],
      ${lines.map(({ id }) => id)}::text[],
      ${lines.map(({ sku }) => sku)}::text[],
      ${lines.map(({ quantity }) => quantity)}::integer[],
      ${lines.map(({ unitPrice }) => unitPrice)}::numeric[],
      ${lines.map(({ title }) => title)}::text[]
    )`.execute(trx);
}

async function insertEvents(trx: Executor, accepted: ReadonlyMap<Draft, StoredRow>): Promise<void> {
  const events = [...accepted].map(([{ now, by }, { id }]) => ({ id, now, by: by ?? 'cli' }));
  if (events.length === 0) return;
  await sql`
    insert into fr_events (fr_id, at, event, by)
    select id, at, 'accepted', by from unnest(
      ${events.map(({ id }) => id)}::bigint[],
      ${events.map(({ now }) => now)}::timestamptz[],
      ${events.map(({ by }) => by)}::text[]
    ) as u (id, at, by)`.execute(trx);
}

/** Rows that were there before, or that another process has committed since: the insert waited for its end. */
async function readRequests(trx: Executor, drafts: readonly Draft[]): Promise<StoredRow[]> {
  if (drafts.length === 0) return [];
  const { rows } = await sql<StoredRow>`
    select f.id, f.source_id, f.number, f.processing, f.digest
    from unnest(
      ${drafts.map(({ source }) => source.id)}::integer[], ${drafts.map(({ document }) => document.number)}::text[]
    ) as u (source_id, number)
    join fulfillment_requests f on f.source_id = u.source_id and f.number = u.number collate "C"`.execute(trx);
  return rows;
}

interface StoredDocument {
  document: FrDocument;
  isForgotten: boolean;
}

/** What was forgotten of a person is not known any more, so it cannot differ. */
function differencesTo({ document, isForgotten }: StoredDocument, given: FrDocument): Difference[] {
  return differences(document, isForgotten ? withoutPerson(given) : given);
}

async function readDocuments(trx: Executor, ids: readonly number[]): Promise<Map<number, StoredDocument>> {
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('fulfillment_requests')
    .select(['id', sql<FrDocument>`document`.as('document'), sql<boolean>`forgotten_at is not null`.as('isForgotten')])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Has the row numbers of requests go on above every one that may have been given after a backup was made: a workflow
 * knows its request by that number, and one of a lost request may live on in an old Temporal. The time in milliseconds
 * is such a number, also when a backup is restored a second time.
 */
export async function leapRequestIds(db: Executor): Promise<void> {
  await sql`
    select setval(pg_get_serial_sequence('fulfillment_requests', 'id'),
      greatest(coalesce(max(id), 0), (extract(epoch from now()) * 1000)::bigint))
    from fulfillment_requests`.execute(db);
}
