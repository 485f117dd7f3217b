import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { acknowledge } from '../../client/cli/actions/alerts.ts';
import { cancel, show } from '../../client/cli/actions/runs.ts';
import { change } from '../../client/cli/actions/schedule.ts';
import { preview, testMapping } from '../../client/cli/actions/preview.ts';
import { init, test } from '../../client/cli/actions/source.ts';
import { webhooks } from '../../client/cli/actions/webhooks.ts';
import { beginConnecting } from '../../client/connect.ts';
import { withSession } from '../../client/cli/with-session.ts';
import { finishImportRun } from '../../database/runs.ts';
import { saveSource } from '../../database/sources.ts';
import { inventorySchema } from '../../domain/source/inventory.ts';
import { addRun, addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const environment = { ...process.env };
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  [database, folder] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'refusals-'))]);
  process.env['DATABASE_URL'] = database.url;
  // Nothing listens on port 1: what is refused here is refused without Temporal.
  process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
  process.env['BCSOURCE_ENCRYPTION_KEY'] = Buffer.alloc(32, 1).toString('base64');
  process.env['BCSOURCE_PUBLIC_URL'] = 'https://bcsource.example.com';
  for (const name of ['CLIENT_ID', 'CLIENT_SECRET']) delete process.env[`BIGCOMMERCE_${name}`];
});
afterAll(async () => {
  process.env = environment;
  await rm(folder, { recursive: true });
  await database.drop();
});

describe('a schedule is refused', () => {
  it('a note that Temporal does not keep', async () => {
    await expect(change('pause', 'acme', { note: 'é'.repeat(501) })).rejects.toMatchObject({
      ...{ code: 'invalid_input', exitCode: 2, message: expect.stringContaining('at most 1000 characters') },
    });
  });

  it('a job that there is not, naming those that there are', async () => {
    await expect(change('trigger', 'bogus:noti', {})).rejects.toMatchObject({
      ...{ code: 'not_found', exitCode: 3, message: 'There is no job bogus.' },
      hint: expect.stringContaining('inventory, refresh, send, shipments'),
    });
    await expect(change('trigger', 'send:No Name', {})).rejects.toMatchObject({
      ...{ code: 'source_not_found', exitCode: 3, message: 'There is no source No Name.' },
    });
  });
});

it('a first source file is not written where there is no folder, nor over one', async () => {
  const file = join(folder, 'nowhere', 'x.yaml');
  await expect(init(file, { name: 'x' })).rejects.toMatchObject({
    ...{ code: 'invalid_input', exitCode: 2 },
    message: `${file} cannot be written: the folder ${join(folder, 'nowhere')} does not exist.`,
  });
  await expect(init(folder, { name: 'x', force: true })).rejects.toMatchObject({ code: 'invalid_input', exitCode: 2 });
});

it('a run that has ended is not canceled, which is told with how it ended', async () => {
  const run = await addRun(database.db, await addSource(database.db), 'ended-run');
  await finishImportRun(database.db, run, 'completed', null);
  await expect(cancel(run, {})).rejects.toMatchObject({
    ...{ code: 'too_late', exitCode: 1, message: 'Run ended-run has ended already: completed.' },
  });
});

it('an alarm that has ended is not acknowledged, which is told as what it is', async () => {
  const at = new Date();
  const { id } = await database.db
    .insertInto('alarms')
    .values({
      ...{ source_id: await addSource(database.db, 'calm'), cause: 'inventory_stale', message: 'm', hint: 'h' },
      ...{ details: '{}', started_at: at, seen_at: at, ended_at: at },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await expect(acknowledge(Number(id), {})).rejects.toMatchObject({
    ...{ code: 'too_late', exitCode: 1, message: `Alarm ${id} has ended by itself.` },
    hint: expect.stringContaining(`\`bcsource alerts show ${id}\``),
  });
  await expect(acknowledge(999_999, {})).rejects.toMatchObject({ code: 'not_found', exitCode: 3 });
});

it('of several runs that begin alike up to five are named', async () => {
  const sourceId = await addSource(database.db);
  const ids = Array.from({ length: 6 }, (_, index) => `01a2-${index}`);
  for (const id of ids.slice(0, 2)) await addRun(database.db, sourceId, id);
  const two = 'More than one run begins with 01a2: 01a2-1, 01a2-0.';
  await expect(show('01a2', { limit: 1 })).rejects.toMatchObject({ code: 'invalid_input', exitCode: 2, message: two });
  for (const id of ids.slice(2)) await addRun(database.db, sourceId, id);
  await expect(show('01a2', { limit: 1 })).rejects.toMatchObject({
    message: expect.stringMatching(/^More than one run begins with 01a2: (01a2-\d, ){4}01a2-1 and more\.$/),
    extra: { runs: expect.arrayContaining(['01a2-5']) },
  });
  await expect(show('01a3', { limit: 1 })).rejects.toMatchObject({ exitCode: 3, message: 'There is no run 01a3.' });
});

it('a source that there is not is missed before an app for it', async () => {
  const connecting = withSession((session) => beginConnecting(session, 'nope', undefined));
  await expect(connecting).rejects.toMatchObject({ code: 'source_not_found', exitCode: 3 });
});

it('what no app could connect is refused before an app is asked for', async () => {
  await addSource(database.db, 'by-token');
  const draft = { name: 'by-app', connectionType: 'oauth' as const, storeHash: null, document: 'x', settings: {} };
  await saveSource(database.db, draft, () => Promise.resolve());
  const connect = (name: string, store: string) => withSession((session) => beginConnecting(session, name, store));
  const refused = { code: 'invalid_input', exitCode: 2 };
  const message = 'Source by-token connects by an API account.';
  await expect(connect('by-token', 'abc123')).rejects.toMatchObject({ ...refused, message });
  const hint = 'Give it as in the API path.';
  await expect(connect('by-app', 'not/a hash')).rejects.toMatchObject({ ...refused, hint });
});

it('webhooks that nobody made are not repaired, and it is said how they are made', async () => {
  await addSource(database.db, 'unheard');
  await expect(webhooks('unheard', { repair: true })).rejects.toMatchObject({
    ...{ code: 'not_found', exitCode: 3 },
    hint: 'Make them with `bcsource source webhooks unheard --create`.',
  });
});

describe('a source that is not connected is named in what to do', () => {
  beforeAll(async () => {
    const settings = { inventory: inventorySchema.parse({}) };
    await addSource(database.db, 'acme-supply', settings);
    const draft = { name: 'of-app', connectionType: 'oauth' as const, storeHash: 'abc', document: 'x', settings };
    await saveSource(database.db, draft, () => Promise.resolve());
  });

  it.each([
    ['source test', () => test('acme-supply', {})],
    ['inventory preview', () => preview('acme-supply', { limit: 1 })],
    ['mapping test', () => testMapping('acme-supply', { sku: 'A' })],
  ])('by %s', async (_command, act) => {
    await expect(act()).rejects.toMatchObject({
      ...{ code: 'credential_refused', exitCode: 4 },
      hint: expect.stringContaining('`bcsource source test acme-supply`'),
    });
  });

  it.each([
    ['source test', () => test('of-app', {})],
    ['source webhooks', () => webhooks('of-app', {})],
    ['source webhooks --remove', () => webhooks('of-app', { remove: true })],
    ['source webhooks --create', () => webhooks('of-app', { create: true })],
  ])('where an app connects it, by %s', async (_command, act) => {
    await expect(act()).rejects.toMatchObject({
      ...{ code: 'credential_refused', exitCode: 4 },
      hint: expect.stringContaining('`bcsource source connect of-app`'),
    });
  });
});
