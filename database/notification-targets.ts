import { sql } from 'kysely';
import { labelOf } from '../domain/source/notifications.ts';
import type { NotificationEntry } from '../domain/source/notifications.ts';
import type { Executor } from './connect.ts';
import type { SecretBox } from './secrets.ts';

/** Where the addresses of a source belong; a ciphertext that is moved to another source cannot be read there. */
export const targetPlace = (sourceId: number) => `source:${sourceId}:notifications`;

/**
 * Makes the receivers of a source those of its file; their addresses are stored encrypted. One that is there already
 * keeps its row, and with it what it is still to be told; one that is gone takes that along. Answers whether any has come
 * or gone. Safe to repeat.
 */
export async function saveTargets(
  db: Executor,
  box: SecretBox,
  sourceId: number,
  entries: readonly NotificationEntry[],
): Promise<boolean> {
  const known = await db.selectFrom('notification_targets').selectAll().where('source_id', '=', sourceId).execute();
  const byText = new Map(known.map((row) => [textOf(box, sourceId, row.ciphertext), row.id]));
  const kept: number[] = [];
  for (const entry of entries.flatMap(perRecipient)) {
    const text = JSON.stringify(addressOf(entry));
    const shown = { type: entry.type, label: labelOf(entry), notify_on: entry.on, jobs: entry.jobs ?? [] };
    const id = byText.get(text);
    if (id !== undefined) {
      byText.delete(text);
      kept.push(id);
      await db.updateTable('notification_targets').set(shown).where('id', '=', id).execute();
      continue;
    }
    const { ciphertext, keyId } = box.seal(targetPlace(sourceId), text);
    const row = { source_id: sourceId, ...shown, ciphertext, key_id: keyId };
    const added = await db.insertInto('notification_targets').values(row).returning('id').executeTakeFirstOrThrow();
    kept.push(added.id);
  }
  const { numAffectedRows: gone = 0n } = await sql`
    delete from notification_targets where source_id = ${sourceId} and not id = any (${kept}::bigint[])`.execute(db);
  return gone > 0n || kept.some((id) => known.every((row) => row.id !== id));
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
