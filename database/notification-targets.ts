import { sql } from 'kysely';
import type { Insertable } from 'kysely';
import { labelOf } from '../domain/source/notifications.ts';
import type { NotificationEntry } from '../domain/source/notifications.ts';
import type { Executor } from './connect.ts';
import type { NotificationTargetsTable } from './notification-tables.ts';
import type { SecretBox } from './secrets.ts';

/** Where the addresses of a source belong; a ciphertext that is moved to another source cannot be read there. */
export const targetPlace = (sourceId: number) => `source:${sourceId}:notifications`;

/**
 * Makes the receivers of a source those of its file; their addresses are stored encrypted. One that is there already
 * keeps its row, and with it what it is still to be told; one that is gone takes that along. Entries of one address have
 * one ciphertext, by which a notice finds that it would tell it twice. Answers whether any has come or gone. Safe to
 * repeat.
 */
export async function saveTargets(
  db: Executor,
  box: SecretBox,
  sourceId: number,
  entries: readonly NotificationEntry[],
): Promise<boolean> {
  const known = await loadKnown(db, box, sourceId);
  // The first of an address wins: a rotation of the keys that is under way goes by the number of the row, too.
  const sealed = new Map(
    known.toReversed().map(({ text, ciphertext, keyId }) => [text, { ciphertext, key_id: keyId }]),
  );
  const free = [...known];
  const kept: number[] = [];
  for (const entry of entries.flatMap(perRecipient)) {
    const text = JSON.stringify(addressOf(entry));
    if (!sealed.has(text)) sealed.set(text, sealFor(box, sourceId, text));
    const shown = { type: entry.type, label: labelOf(entry), notify_on: entry.on, jobs: entry.jobs ?? [] };
    const row = { ...shown, ...sealed.get(text)! };
    const own = takeOwn(free, text, wishesOf(shown));
    if (own) await db.updateTable('notification_targets').set(row).where('id', '=', own.id).execute();
    kept.push(own?.id ?? (await addTarget(db, { source_id: sourceId, ...row })));
  }
  const { numAffectedRows: gone = 0n } = await sql`
    delete from notification_targets where source_id = ${sourceId} and not id = any (${kept}::bigint[])`.execute(db);
  return gone > 0n || kept.some((id) => known.every((row) => row.id !== id));
}

interface KnownTarget {
  id: number;
  text: string | undefined;
  wishes: string;
  ciphertext: string;
  keyId: string;
}

/** Locked, so that what a rotation of the keys encrypts anew at this moment is not written over by the one before. */
async function loadKnown(db: Executor, box: SecretBox, sourceId: number): Promise<KnownTarget[]> {
  const rows = await db
    .selectFrom('notification_targets')
    .selectAll()
    .where('source_id', '=', sourceId)
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map((row) => {
    const { id, ciphertext, key_id: keyId } = row;
    return { id, ciphertext, keyId, text: textOf(box, sourceId, ciphertext), wishes: wishesOf(row) };
  });
}

/** What a receiver wants to hear of: it tells entries of one address apart. */
function wishesOf({ notify_on: on, jobs }: { notify_on: string; jobs: string[] }): string {
  return JSON.stringify([on, jobs]);
}

/** Takes the row of an entry out of those that are free: of several of its address rather the one that wants the same. */
function takeOwn(free: KnownTarget[], text: string, wishes: string): KnownTarget | undefined {
  const ofAddress = free.filter((row) => row.text === text);
  const own = ofAddress.find((row) => row.wishes === wishes) ?? ofAddress[0];
  if (own) free.splice(free.indexOf(own), 1);
  return own;
}

function sealFor(box: SecretBox, sourceId: number, text: string) {
  const { ciphertext, keyId } = box.seal(targetPlace(sourceId), text);
  return { ciphertext, key_id: keyId };
}

async function addTarget(db: Executor, row: Insertable<NotificationTargetsTable>): Promise<number> {
  const { id } = await db.insertInto('notification_targets').values(row).returning('id').executeTakeFirstOrThrow();
  return id;
}

/** A mail each: a server may take one address and refuse another, and who was refused is told again, nobody else. */
function perRecipient(entry: NotificationEntry): NotificationEntry[] {
  return entry.type === 'email' ? [...new Set(entry.to)].map((to) => ({ ...entry, to: [to] })) : [entry];
}

/** What is secret of an entry. */
export type TargetAddress =
  | { type: 'webhook'; url: string; secret: string | null }
  | { type: 'slack'; url: string }
  | { type: 'email'; to: string[] };

function addressOf(entry: NotificationEntry): TargetAddress {
  if (entry.type === 'email') return { type: entry.type, to: entry.to };
  if (entry.type === 'slack') return { type: entry.type, url: entry.url };
  return { type: entry.type, url: entry.url, secret: entry.secret ?? null };
}

/** Undefined where the key is gone: such a row is replaced. */
function textOf(box: SecretBox, sourceId: number, ciphertext: string): string | undefined {
  try {
    return box.open(targetPlace(sourceId), ciphertext);
  } catch {
    return undefined;
  }
}

/** The address of a receiver. Throws SecretUnreadable when it cannot be decrypted. */
export function openTarget(box: SecretBox, row: { sourceId: number; ciphertext: string }): TargetAddress {
  return JSON.parse(box.open(targetPlace(row.sourceId), row.ciphertext)) as TargetAddress;
}
