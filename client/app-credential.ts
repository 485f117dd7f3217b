import type { Executor } from '../database/connect.ts';
import { deleteCredential, loadCredential, saveCredential } from '../database/credentials.ts';
import type { Credential } from '../database/credentials.ts';
import { SecretUnreadable } from '../database/secrets.ts';
import type { SecretBox } from '../database/secrets.ts';
import { findSourceById, listSourcesOfApp } from '../database/sources.ts';

/**
 * Makes the credential of a source whose store installs the app fit its store: the one that it has, or that of another
 * source of the same store; none where the app is not installed there. Safe to repeat.
 */
export async function settleAppCredential(db: Executor, box: SecretBox, sourceId: number): Promise<void> {
  const { storeHash } = await findSourceById(db, sourceId);
  const isOfStore = (credential: Credential | undefined) => credential?.storeHash === storeHash;
  const own = await readable(db, box, sourceId);
  if (storeHash && isOfStore(own)) return;
  for (const sibling of storeHash ? await listSourcesOfApp(db, storeHash) : []) {
    const credential = await readable(db, box, sibling.id);
    if (!credential || !isOfStore(credential)) continue;
    await saveCredential(db, box, sourceId, credential);
    return;
  }
  // A token of another store, or of an API account, must not be tried on this one.
  if (own) await deleteCredential(db, sourceId);
}

async function readable(db: Executor, box: SecretBox, sourceId: number): Promise<Credential | undefined> {
  try {
    return await loadCredential(db, box, sourceId);
  } catch (error) {
    if (error instanceof SecretUnreadable) return undefined;
    throw error;
  }
}
