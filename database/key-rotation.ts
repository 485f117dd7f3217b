import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { credentialPlace } from './credentials.ts';
import { targetPlace } from './notification-targets.ts';
import { SecretUnreadable } from './secrets.ts';
import type { SecretBox } from './secrets.ts';
import { receiverPlace } from './webhook-receivers.ts';

/** Every table that holds something encrypted: its row number, and where a row of it belongs. */
const SEALED = [
  { table: 'credentials', id: 'source_id', place: credentialPlace, kind: 'credential' },
  { table: 'notification_targets', id: 'id', place: targetPlace, kind: 'receiver of notifications' },
  { table: 'webhook_receivers', id: 'source_id', place: receiverPlace, kind: 'webhook secret' },
] as const;

type Sealed = (typeof SEALED)[number];

interface SealedRow {
  id: number;
  sourceId: number;
  ciphertext: string;
  keyId: string;
}

/** A transaction a batch: whoever waits for one of its rows waits milliseconds. */
const BATCH = 100;

export interface Rotation {
  rotated: number;
  /** Rows that cannot be read, whichever key they say has encrypted them; they stay as they are. */
  unreadable: number;
  isDone: boolean;
}

/**
 * Encrypts with the first key whatever another one has encrypted, in batches with a transaction each, until nothing is
 * left or `goOn` says no. What was not reached stays readable by its old key, so it may be killed anywhere and started
 * again. Safe to repeat.
 */
export async function rotateKeys(db: Database, box: SecretBox, goOn: () => boolean = () => true): Promise<Rotation> {
  let rotated = 0;
  const end = async (isDone: boolean): Promise<Rotation> => {
    const { unreadable } = await useOfKeys(db, box);
    return { rotated, unreadable: unreadable.length, isDone };
  };
  const seal = sealAlike(box);
  for (const sealed of SEALED) {
    for (let after: number | undefined = 0; after !== undefined;) {
      if (!goOn()) return end(false);
      const batch = await rotateBatch(db, box, { ...sealed, after, seal });
      rotated += batch.rotated;
      after = batch.last;
    }
  }
  return end(true);
}

type Seal = (row: SealedRow, place: string, plain: string) => string;

/** Rows of one ciphertext have one again: by it, notices know receivers of the same address. */
function sealAlike(box: SecretBox): Seal {
  const anew = new Map<string, string>();
  return ({ ciphertext }, place, plain) => {
    if (!anew.has(ciphertext)) anew.set(ciphertext, box.seal(place, plain).ciphertext);
    return anew.get(ciphertext)!;
  };
}

type Batch = Sealed & { after: number; seal: Seal };

function rotateBatch(db: Database, box: SecretBox, { table, id, place, after, seal }: Batch) {
  return db.transaction().execute(async (trx) => {
    // Locked, so that a credential that somebody stores at this moment is not written over by the one before.
    const { rows } = await sql<SealedRow>`
      select ${sql.ref(id)}::float8 as id, source_id as "sourceId", ciphertext, key_id as "keyId" from ${sql.table(table)}
      where key_id <> ${box.keyIds[0]} and ${sql.ref(id)} > ${after}
      order by ${sql.ref(id)} limit ${BATCH} for update`.execute(trx);
    const sealed = rows.flatMap((row) => {
      const plain = tryOpen(box, place(row.sourceId), row.ciphertext);
      return plain === undefined ? [] : [{ id: row.id, ciphertext: seal(row, place(row.sourceId), plain) }];
    });
    await sql`
      update ${sql.table(table)} t set ciphertext = u.ciphertext, key_id = ${box.keyIds[0]}
      from unnest(${sealed.map((row) => row.id)}::bigint[], ${sealed.map((row) => row.ciphertext)}::text[])
        as u (id, ciphertext)
      where t.${sql.ref(id)} = u.id`.execute(trx);
    return { rotated: sealed.length, last: rows.at(-1)?.id };
  });
}

function tryOpen(box: SecretBox, place: string, ciphertext: string): string | undefined {
  try {
    return box.open(place, ciphertext);
  } catch (error) {
    if (error instanceof SecretUnreadable) return undefined;
    throw error;
  }
}

/** A stored secret that no key of ours can read, or that was changed. */
export interface UnreadableSecret {
  source: string;
  kind: Sealed['kind'];
}

export interface KeyUse {
  /** How many stored secrets each key has encrypted, by the key's name; keys of `box` that have none are there with 0. */
  byKey: Record<string, number>;
  unreadable: UnreadableSecret[];
}

/** Which keys the stored secrets need, and which of them cannot be read. */
export async function useOfKeys(db: Executor, box: SecretBox): Promise<KeyUse> {
  const byKey = Object.fromEntries(box.keyIds.map((keyId) => [keyId, 0]));
  const unreadable: UnreadableSecret[] = [];
  for (const { table, place, kind } of SEALED) {
    const { rows } = await sql<SealedRow & { source: string }>`
      select t.source_id as "sourceId", t.ciphertext, t.key_id as "keyId", s.name as source
      from ${sql.table(table)} t join sources s on s.id = t.source_id order by s.name`.execute(db);
    for (const { sourceId, ciphertext, keyId, source } of rows) {
      byKey[keyId] = (byKey[keyId] ?? 0) + 1;
      if (tryOpen(box, place(sourceId), ciphertext) === undefined) unreadable.push({ source, kind });
    }
  }
  return { byKey, unreadable };
}

/** The names of the keys that stored secrets say have encrypted them; decrypts nothing. */
export async function storedKeys(db: Executor): Promise<string[]> {
  const tables = SEALED.map(({ table }) => sql`select key_id as "keyId" from ${sql.table(table)}`);
  const { rows } = await sql<{ keyId: string }>`${sql.join(tables, sql` union `)} order by 1`.execute(db);
  return rows.map(({ keyId }) => keyId);
}

/** The sources that such secrets belong to, each once. */
export function sourcesOf(unreadable: readonly UnreadableSecret[]): string[] {
  return [...new Set(unreadable.map(({ source }) => source))];
}
