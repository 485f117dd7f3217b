import type { Client } from '@temporalio/client';
import { storedKeys } from '../database/key-rotation.ts';
import type { Executor } from '../database/connect.ts';
import { keyName } from '../database/secrets.ts';
import type { SecretBox } from '../database/secrets.ts';
import { readIdentity } from './identity.ts';
import { identitiesIn, pollersOf } from './pollers.ts';

/** Keys that stored secrets need and that a worker lacks. */
export interface MissingKeys {
  /** As sentences name them. */
  names: string[];
  /** A worker that has one of them; null where none does, as after a key was lost. */
  knower: string | null;
}

/** What `box` lacks of the keys that stored secrets need; null where it has all. */
export async function findMissingKeys(db: Executor, box: SecretBox, temporal: Client): Promise<MissingKeys | null> {
  const missing = (await storedKeys(db)).filter((keyId) => !box.keyIds.includes(keyId));
  if (missing.length === 0) return null;
  const workers = identitiesIn(await pollersOf(temporal));
  const knows = (identity: string) => readIdentity(identity).keyIds?.some((keyId) => missing.includes(keyId));
  return { names: missing.map(keyName), knower: workers.find(knows) ?? null };
}
