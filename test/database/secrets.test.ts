import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { loadCredential, saveCredential } from '../../database/credentials.ts';
import { SecretUnreadable, createSecretBox } from '../../database/secrets.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addSource } from './builders.ts';

const newKey = () => randomBytes(32).toString('base64');
const credential = { clientId: 'client', accessToken: 'planted-token-0123456789' };

describe('a stored credential', () => {
  const [key, otherKey] = [newKey(), newKey()];
  const box = createSecretBox(key);
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const ciphertextOf = async (sourceId: number) =>
    (
      await database.db
        .selectFrom('credentials')
        .selectAll()
        .where('source_id', '=', sourceId)
        .executeTakeFirstOrThrow()
    ).ciphertext;

  it('comes back as it was, is not in the table, and differs each time it is written', async () => {
    const id = await addSource(database.db);
    await saveCredential(database.db, box, id, credential);
    const first = await ciphertextOf(id);
    await saveCredential(database.db, box, id, credential);
    expect(await loadCredential(database.db, box, id)).toEqual(credential);
    expect(await ciphertextOf(id)).not.toBe(first);
    for (const text of [first, Buffer.from(first.split('.').at(-1)!, 'base64').toString('latin1')]) {
      expect(text).not.toContain(credential.accessToken);
    }
  });

  it('tells whether another one stood there', async () => {
    const id = await addSource(database.db);
    expect(await saveCredential(database.db, box, id, credential)).toBe(false);
    expect(await saveCredential(database.db, box, id, { ...credential, clientSecret: undefined })).toBe(false);
    expect(await saveCredential(database.db, box, id, { ...credential, accessToken: 'another' })).toBe(true);
    // Nobody knows what it was.
    const withoutTheOld = createSecretBox(otherKey);
    expect(await saveCredential(database.db, withoutTheOld, id, { ...credential, accessToken: 'another' })).toBe(true);
  });

  it('cannot be read in the row of another source', async () => {
    const [mine, theirs] = [await addSource(database.db), await addSource(database.db)];
    await saveCredential(database.db, box, mine, credential);
    await saveCredential(database.db, box, theirs, { clientId: null, accessToken: 'another-token' });
    const ciphertext = await ciphertextOf(mine);
    await database.db.updateTable('credentials').set({ ciphertext }).where('source_id', '=', theirs).execute();
    await expect(loadCredential(database.db, box, theirs)).rejects.toThrow(SecretUnreadable);
    await expect(loadCredential(database.db, box, theirs)).rejects.toThrow(/belongs to another source/);
  });

  it('is read with an older key and written with the first one', async () => {
    const id = await addSource(database.db);
    await saveCredential(database.db, box, id, credential);
    const rotated = createSecretBox(`${otherKey}, ${key}`);
    expect(await loadCredential(database.db, rotated, id)).toEqual(credential);
    await saveCredential(database.db, rotated, id, credential);
    expect(await loadCredential(database.db, createSecretBox(otherKey), id)).toEqual(credential);
    await expect(loadCredential(database.db, box, id)).rejects.toThrow(/does not hold/);
  });

  it('is none for a source without one', async () => {
    await expect(loadCredential(database.db, box, await addSource(database.db))).resolves.toBeUndefined();
  });
});

describe('a sealed text', () => {
  const box = createSecretBox(newKey());

  it('is refused wherever one of its bytes was changed', () => {
    const { ciphertext } = box.seal('source:1', 'secret');
    const parts = ciphertext.split('.');
    for (const [index, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64');
      bytes[0]! ^= 1;
      const changed = parts.map((other, at) => (at === index ? bytes.toString('base64') : other)).join('.');
      expect(() => box.open('source:1', changed)).toThrow(SecretUnreadable);
    }
  });

  it.each(['', '.', '...', 'nonsense'])('is not %p', (text) => {
    expect(() => box.open('source:1', text)).toThrow(SecretUnreadable);
  });

  it('cannot be opened with a part of its tag', () => {
    const [id, nonce, tag, body] = box.seal('source:1', 'secret').ciphertext.split('.');
    const short = Buffer.from(tag!, 'base64').subarray(0, 4).toString('base64');
    expect(() => box.open('source:1', [id, nonce, short, body].join('.'))).toThrow(SecretUnreadable);
  });

  it('needs keys of 32 bytes, and a bad one is named by its place alone', () => {
    const bad = 'not-a-key';
    expect(() => createSecretBox(`${newKey()},${bad}`)).toThrow(/key 2/);
    expect(() => createSecretBox(`${newKey()},${bad}`)).not.toThrow(bad);
  });
});
