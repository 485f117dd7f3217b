import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { checkKeys } from '../../client/doctor/key-check.ts';
import { workersWithout } from '../../client/doctor/worker-checks.ts';
import { loadCredential, saveCredential } from '../../database/credentials.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { saveReceiver } from '../../database/webhook-receivers.ts';
import { readEnvironment } from '../../domain/environment.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { runCommand } from '../helpers/processes.ts';
import { openTemporal } from '../helpers/temporal.ts';
import { waitFor } from '../helpers/wait.ts';

const [OLD, NEW] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string];
const TEMPORAL_ADDRESS = process.env['TEST_TEMPORAL_ADDRESS']!;
const box = createSecretBox(NEW);
const [NEW_ID, OLD_ID] = createSecretBox(`${NEW},${OLD}`).keyIds as [string, string];

let database: TestDatabase;
let sourceId: number;
beforeEach(async () => {
  database = await createTestDatabase();
  sourceId = await addSource(database.db, 'acme');
  await saveCredential(database.db, box, sourceId, { clientId: null, accessToken: 'token' });
});
afterEach(() => database.drop());

async function doctorWith(keys: string) {
  const read = readEnvironment({ DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: keys });
  if (!read.ok) throw new Error(read.problems.join());
  return checkKeys(database.db, read.settings);
}

it('of a key that stands in the list twice the doctor says which places can go, and never the one that is needed', async () => {
  const copy = `number 2 (${NEW_ID}, the same as number 1)`;
  expect(await doctorWith(`${NEW},${NEW}`)).toMatchObject({
    message: `Every stored secret is encrypted by the first key, ${NEW_ID}; nothing needs key ${copy} any more.`,
    hint: 'Take it out of BCSOURCE_ENCRYPTION_KEY.',
  });
  const others = `number 3 (${OLD_ID}), number 4 (${OLD_ID}, the same as number 3)`;
  expect(await doctorWith(`${NEW},${NEW},${OLD},${OLD}`)).toMatchObject({
    message: `Every stored secret is encrypted by the first key, ${NEW_ID}; nothing needs key ${copy}, ${others} any more.`,
    hint: 'Take it out of BCSOURCE_ENCRYPTION_KEY; keep it as long as you keep older backups.',
  });
  expect(await doctorWith(`${OLD},${NEW},${NEW}`)).toMatchObject({
    message: `Of the stored secrets 0 are encrypted by the first key, ${OLD_ID}, and 1 by key ${NEW_ID}.`,
  });
});

it('the doctor says which kind of secret cannot be read, and how it is made anew', async () => {
  const { db } = database;
  const lost = createSecretBox(OLD);
  await saveReceiver(db, lost, { sourceId, destination: 'https://example.com/hooks', headerSecret: 'secret' });
  const add = 'Add the key that encrypted them behind a comma';
  const webhooks = 'or make webhooks anew with `bcsource source webhooks acme --create`';
  expect(await doctorWith(NEW)).toMatchObject({
    ...{ status: 'problem', message: 'Cannot be read with BCSOURCE_ENCRYPTION_KEY: webhook secret of acme.' },
    hint: `${add}, ${webhooks}.`,
  });
  await saveTargets(db, lost, sourceId, [{ type: 'slack', url: 'https://example.com/a', on: 'always' }]);
  const other = await addSource(db, 'other');
  await saveCredential(db, lost, other, { clientId: null, accessToken: 'token' });
  await saveTargets(db, lost, other, [{ type: 'slack', url: 'https://example.com/b', on: 'always' }]);
  const kinds = 'credential of other; receiver of notifications of acme, other; webhook secret of acme';
  expect(await doctorWith(NEW)).toMatchObject({
    message: `Cannot be read with BCSOURCE_ENCRYPTION_KEY: ${kinds}.`,
    hint: `${add}, or apply the sources again, ${webhooks}.`,
  });
});

it('a stored secret that names no key makes no sentence that ends too early', async () => {
  const ciphertext = box.seal('elsewhere', 'token').ciphertext.slice(NEW_ID.length);
  await database.db.updateTable('credentials').set({ ciphertext, key_id: '' }).execute();
  const unread = 'The credential was encrypted with key (unnamed), which BCSOURCE_ENCRYPTION_KEY does not hold.';
  await expect(loadCredential(database.db, box, sourceId)).rejects.toThrow(unread);
  const listed = await runCommand(['keys', 'list'], { DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: NEW });
  expect(listed.stdout).toMatch(/^\(unnamed\)\s+missing\s+1$/m);

  const namespace = await takeNamespace();
  const client = await openTemporal({ TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE: namespace });
  const { connection } = client;
  const end = new AbortController();
  // As a worker asks.
  const asked = { namespace, taskQueue: { name: CORE_TASK_QUEUE, kind: 1 }, identity: '1@a bcsource 1 keys abcd' };
  const forSteps = () => connection.workflowService.pollActivityTaskQueue(asked);
  const ask = () => connection.withDeadline(Date.now() + 60_000, forSteps);
  const poll = connection.withAbortSignal(end.signal, ask).catch(() => undefined);
  try {
    const lacking = () => workersWithout(client, ['', NEW_ID]);
    const said = `1@a bcsource 1 keys abcd lacks (unnamed), ${NEW_ID}`;
    await waitFor('the worker', async () => (await lacking()).length === 1);
    expect(await lacking()).toEqual([said]);
  } finally {
    end.abort();
    await poll;
    await connection.close();
  }
});

it('a secret that is broken is told of by a rotation, also where it stands under the first key', async () => {
  const ciphertext = [NEW_ID, 'broken', 'broken', 'broken'].join('.');
  await database.db.updateTable('credentials').set({ ciphertext }).where('source_id', '=', sourceId).execute();
  const environment = {
    ...{ DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: NEW },
    // Where it asks who works, and which keys they have.
    TEMPORAL_ADDRESS,
  };
  const rotated = await runCommand(['keys', 'rotate', '--json'], environment);
  expect([rotated.exitCode, rotated.json()]).toEqual([1, { keyId: NEW_ID, rotated: 0, unreadable: 1, isDone: true }]);
  const listed = await runCommand(['keys', 'list', '--json'], environment);
  expect(listed.json()).toEqual({ keys: [{ keyId: NEW_ID, place: 1, secrets: 1 }], unreadable: ['acme'] });
});
