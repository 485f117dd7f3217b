import type { Logger } from 'pino';
import type { Database } from '../database/connect.ts';
import { storedKeys } from '../database/key-rotation.ts';
import { keyName } from '../database/secrets.ts';
import type { SecretBox } from '../database/secrets.ts';

/**
 * Warns, once, of keys that stored secrets need and this worker lacks: its steps that need them fail. Never throws: what
 * cannot be asked now keeps no worker from its start.
 */
export async function warnOfMissingKeys(db: Database, box: SecretBox, log: Pick<Logger, 'warn'>): Promise<void> {
  try {
    const missing = (await storedKeys(db)).filter((keyId) => !box.keyIds.includes(keyId)).map(keyName);
    if (missing.length === 0) return;
    log.warn(
      { missing },
      `Stored secrets need keys that BCSOURCE_ENCRYPTION_KEY of this worker lacks: ${missing.join(', ')}. ` +
        'Add them behind a comma and start it again; `bcsource doctor` says more.',
    );
  } catch (error) {
    log.warn({ err: error }, 'cannot say which keys stored secrets need');
  }
}
