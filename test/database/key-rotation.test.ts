import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { checkKeys } from '../../client/doctor/key-check.ts';
import { connectDatabase } from '../../database/connect.ts';
import { loadCredential, saveCredential } from '../../database/credentials.ts';
import { rotateKeys, useOfKeys } from '../../database/key-rotation.ts';
import { openTarget, saveTargets } from '../../database/notification-targets.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { findReceiver, saveReceiver } from '../../database/webhook-receivers.ts';
import { readEnvironment } from '../../domain/environment.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { runCommand, startProcess } from '../helpers/processes.ts';
import { waitFor } from '../helpers/wait.ts';
import { addSource } from './builders.ts';

const [OLD, NEW] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string];
const oldBox = createSecretBox(OLD);
const newBox = createSecretBox(NEW);
const bothBox = createSecretBox(`${NEW},${OLD}`);
const SOURCES = 130;

let database: TestDatabase;
let sourceIds: number[];
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  sourceIds = [];
  for (let index = 0; index < SOURCES; index++) {
    const id = await addSource(db);
    sourceIds.push(id);
    await saveCredential(db, oldBox, id, { clientId: null, accessToken: `token-${id}` });
  }
  const receiver = { sourceId: sourceIds[0]!, destination: 'https://example.com/hooks', headerSecret: 'secret' };
  await saveReceiver(db, oldBox, receiver);
  await saveTargets(db, oldBox, sourceIds[0]!, [{ type: 'slack', url: 'https://example.com/a', on: 'always' }]);
});
afterAll(() => database.drop());

async function readWith(box: typeof oldBox): Promise<number> {
  const { db } = database;
  for (const id of sourceIds) expect((await loadCredential(db, box, id))?.accessToken).toBe(`token-${id}`);
  const targets = await db.selectFrom('notification_targets').select(['source_id', 'ciphertext']).execute();
  for (const { source_id: sourceId, ciphertext } of targets) openTarget(box, { sourceId, ciphertext });
  expect((await findReceiver(db, box, sourceIds[0]!))?.headerSecret).toBe('secret');
  return targets.length;
}

async function doctorWith(keys: string) {
  const read = readEnvironment({ DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: keys });
  if (!read.ok) throw new Error(read.problems.join());
  return checkKeys(database.db, read.settings);
}

it('knows every table that holds something encrypted', async () => {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'key_id'`.execute(database.db);
  const { byKey } = await useOfKeys(database.db, newBox);
  const counted = Object.values(byKey).reduce((sum, count) => sum + count, 0);
  let there = 0;
  for (const { name } of rows) {
    const { rows: found } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(name)}`.execute(
      database.db,
    );
    expect({ name, n: found[0]!.n }).not.toEqual({ name, n: 0 });
    there += found[0]!.n;
  }
  expect(counted).toBe(there);
});

it('nothing is encrypted anew while Temporal, which knows the workers, is away', async () => {
  const environment = {
    ...{ DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: `${NEW},${OLD}` },
    // Nothing listens on port 1.
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
  const { exitCode, stderr, json } = await runCommand(['keys', 'rotate', '--json'], environment);
  expect([exitCode, stderr]).toEqual([5, '']);
  expect(json()).toEqual({
    error: {
      code: 'temporal_unavailable',
      message: expect.stringMatching(/^Temporal at 127\.0\.0\.1:1 does not answer: .* nothing was encrypted anew\.$/),
      hint: expect.stringMatching(/^Check TEMPORAL_ADDRESS .* Then run it again\.$/),
    },
  });
  const [young, old] = bothBox.keyIds as [string, string];
  expect((await useOfKeys(database.db, bothBox)).byKey).toEqual({ [young]: 0, [old]: SOURCES + 2 });
});

it('what was interrupted leaves everything readable, and goes on where it was; then the old key is not needed', async () => {
  const { db } = database;
  expect(await doctorWith(OLD)).toMatchObject({ status: 'ok' });
  expect(await doctorWith(`${NEW},${OLD}`)).toMatchObject({ status: 'warning', hint: /keys rotate/ });
  let batches = 0;
  const some = await rotateKeys(db, bothBox, () => ++batches <= 1);
  expect(some).toEqual({ rotated: 100, unreadable: 0, isDone: false });
  expect(await readWith(bothBox)).toBe(1);
  // Neither key alone would do.
  expect((await useOfKeys(db, newBox)).unreadable.length).toBeGreaterThan(0);
  expect(await doctorWith(NEW)).toMatchObject({ status: 'problem' });

  expect(await rotateKeys(db, bothBox)).toEqual({ rotated: SOURCES - 100 + 2, unreadable: 0, isDone: true });
  expect(await doctorWith(`${NEW},${OLD}`)).toMatchObject({ status: 'warning', hint: /Take it out/ });
  expect(await readWith(newBox)).toBe(1);
  expect(await doctorWith(NEW)).toMatchObject({ status: 'ok' });
  expect(await rotateKeys(db, newBox)).toEqual({ rotated: 0, unreadable: 0, isDone: true });
});

async function rotationWaits(): Promise<void> {
  await waitFor('the rotation to wait', async () => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
    return rows[0]!.n > 0;
  });
}

it('a credential that is stored at that moment is not written over by the one before', async () => {
  const id = sourceIds[0]!;
  const other = connectDatabase(database.url, { poolSize: 1 });
  // Back under the old key, and open in a transaction that stores another token, under a key that was given up.
  await saveCredential(database.db, oldBox, id, { clientId: null, accessToken: 'before' });
  let rotation: Promise<unknown> | undefined;
  await database.db.transaction().execute(async (trx) => {
    await saveCredential(trx, oldBox, id, { clientId: null, accessToken: `token-${id}` });
    rotation = rotateKeys(other, bothBox);
    await rotationWaits();
  });
  await rotation;
  await other.destroy();
  expect(await loadCredential(database.db, newBox, id)).toMatchObject({ accessToken: `token-${id}` });
});

it('a command that is killed in the middle leaves everything readable, and the next one ends it', async () => {
  const { db } = database;
  for (const id of sourceIds) await saveCredential(db, oldBox, id, { clientId: null, accessToken: `token-${id}` });
  const environment = {
    ...{ DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: `${NEW},${OLD}` },
    // Where it asks who works, and which keys they have.
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!,
  };
  await db.transaction().execute(async (trx) => {
    // A row of the second batch.
    await sql`select from credentials where source_id = ${sourceIds.at(-1)} for update`.execute(trx);
    const command = await startProcess('client/cli/main.js', ['keys', 'rotate'], environment, /^/);
    await rotationWaits();
    await command.stop('SIGKILL');
  });
  const [young, old] = bothBox.keyIds as [string, string];
  expect((await useOfKeys(db, bothBox)).byKey).toEqual({ [young]: 100 + 2, [old]: SOURCES - 100 });
  expect(await readWith(bothBox)).toBe(1);
  const again = await runCommand(['keys', 'rotate', '--json'], environment);
  expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  expect(again.json()).toMatchObject({ rotated: SOURCES - 100 });
  expect(await readWith(newBox)).toBe(1);
});
