import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts and decrypts short secrets with AES-256-GCM, each bound to where it belongs. */
export interface SecretBox {
  /** Names of the keys, each once, the one that writes first: digests that say nothing about the keys. */
  readonly keyIds: readonly [string, ...string[]];
  /** At which places of the list a key stands, counted from 1: none for a key that is not ours. */
  placesOf(keyId: string): readonly number[];
  /** Encrypts for `place`, e.g. `source:7`; only the same place can read it again. */
  seal(place: string, plain: string): { ciphertext: string; keyId: string };
  /** Throws SecretUnreadable when the key is gone, or when the text was moved or changed. */
  open(place: string, ciphertext: string): string;
}

export class SecretUnreadable extends Error {
  readonly code = 'secret_unreadable';
}

/** A key as sentences name it: what was stored may say of none that it encrypted it. */
export function keyName(keyId: string): string {
  return keyId === '' ? '(unnamed)' : keyId;
}

/**
 * A box over the keys of BCSOURCE_ENCRYPTION_KEY: base64, 32 bytes each, separated by commas; the first writes, all
 * read. Throws an Error that names the bad key by its position, never by its content.
 */
export function createSecretBox(keys: string): SecretBox {
  const parsed = keys.split(',').map((text, index) => readKey(text.trim(), index + 1));
  const first = parsed[0]!;
  const byId = new Map(parsed.map((key) => [key.id, key.bytes]));
  const [, ...others] = byId.keys();
  return {
    keyIds: [first.id, ...others],
    placesOf: (keyId) => parsed.flatMap(({ id }, index) => (id === keyId ? [index + 1] : [])),
    seal(place, plain) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', first.bytes, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      const parts = [
        first.id,
        nonce.toString('base64'),
        cipher.getAuthTag().toString('base64'),
        body.toString('base64'),
      ];
      return { ciphertext: parts.join('.'), keyId: first.id };
    },
    open(place, ciphertext) {
      const [id = '', nonce = '', tag = '', body = ''] = ciphertext.split('.');
      const key = byId.get(id);
      if (!key) {
        throw new SecretUnreadable(
          `The credential was encrypted with key ${keyName(id)}, which BCSOURCE_ENCRYPTION_KEY does not hold. Add that key to the list, or apply the source again.`,
        );
      }
      try {
        // Without the length Node takes a tag of four bytes too, which can be guessed.
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'), { authTagLength: 16 })
          .setAAD(Buffer.from(place))
          .setAuthTag(Buffer.from(tag, 'base64'));
        return Buffer.concat([decipher.update(Buffer.from(body, 'base64')), decipher.final()]).toString('utf8');
      } catch {
        throw new SecretUnreadable(
          `The credential of ${place} cannot be decrypted: it was changed or belongs to another source. Apply the source again.`,
        );
      }
    },
  };
}

function readKey(text: string, position: number): { id: string; bytes: Buffer } {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new Error(
      `BCSOURCE_ENCRYPTION_KEY: key ${position} is not base64 of 32 bytes. Make one with: openssl rand -base64 32`,
    );
  }
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}
