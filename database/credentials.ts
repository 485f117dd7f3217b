import { isDeepStrictEqual } from 'node:util';
import type { Executor } from './connect.ts';
import { SecretUnreadable } from './secrets.ts';
import type { SecretBox } from './secrets.ts';

/** What it takes to talk to a store. Never logged, never in a workflow. */
export interface Credential {
  clientId: string | null;
  accessToken: string;
  /** Signs webhooks; absent where it was not given. */
  clientSecret?: string | undefined;
  /** Of an installed app: the one store that the token is for. */
  storeHash?: string | undefined;
}

/** Where a credential belongs; a ciphertext that is moved to another source cannot be read there. */
export const credentialPlace = (sourceId: number) => `source:${sourceId}`;

/**
 * Encrypts and stores the credential of a source; answers whether another one stood there. Storing the same one again
 * changes nothing that matters.
 */
export async function saveCredential(
  db: Executor,
  box: SecretBox,
  sourceId: number,
  credential: Credential,
): Promise<boolean> {
  const before = await loadCredential(db, box, sourceId).catch(unreadable);
  const sealed = box.seal(credentialPlace(sourceId), JSON.stringify(credential));
  await db
    .insertInto('credentials')
    .values({ source_id: sourceId, ciphertext: sealed.ciphertext, key_id: sealed.keyId })
    .onConflict((oc) =>
      oc.column('source_id').doUpdateSet({
        ciphertext: sealed.ciphertext,
        key_id: sealed.keyId,
        updated_at: new Date(),
      }),
    )
    .execute();
  return before !== undefined && !isDeepStrictEqual(before, JSON.parse(JSON.stringify(credential)));
}

/** One whose key is gone is replaced by whatever comes. */
function unreadable(error: unknown): null {
  if (error instanceof SecretUnreadable) return null;
  throw error;
}

/** The credential of a source, or undefined where none is stored. Throws SecretUnreadable when it cannot be decrypted. */
export async function loadCredential(db: Executor, box: SecretBox, sourceId: number): Promise<Credential | undefined> {
  const row = await db
    .selectFrom('credentials')
    .select('ciphertext')
    .where('source_id', '=', sourceId)
    .executeTakeFirst();
  return row && (JSON.parse(box.open(credentialPlace(sourceId), row.ciphertext)) as Credential);
}

/** Forgets the credential of a source. Safe to repeat. */
export async function deleteCredential(db: Executor, sourceId: number): Promise<void> {
  await db.deleteFrom('credentials').where('source_id', '=', sourceId).execute();
}
