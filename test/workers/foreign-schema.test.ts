import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { declareBreaking } from '../../database/compatibility.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { runCommand, startProcess } from '../helpers/processes.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const environmentOf = (namespace: string) => ({
  DATABASE_URL: database.url,
  TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!,
  TEMPORAL_NAMESPACE: namespace,
  BCSOURCE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
});

/** A migration of a later version has run. */
const runLater = (name: string) =>
  sql`insert into kysely_migration (name, timestamp) values (${name}, 'x')`.execute(database.db);

it('a worker refuses, with a sentence, a schema of a later version that says that it has to be known', async () => {
  await runLater('9999-later');
  await declareBreaking(database.db as never, '9999-later');
  const { exitCode, stderr } = await runCommand(['worker'], environmentOf('unused'));
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(/The database schema is newer than this program\. Install the version that made it/),
  });
  const command = await runCommand(['source', 'list', '--json'], environmentOf('unused'));
  expect(command.exitCode).toBe(1);
  expect(command.json<{ error: object }>().error).toMatchObject({ code: 'schema_mismatch' });
});

it('a worker refuses, with a sentence, a schema of an earlier version', async () => {
  const { rows } = await sql<{ name: string }>`select max(name) as name from kysely_migration`.execute(database.db);
  await sql`delete from kysely_migration where name = ${rows[0]!.name}`.execute(database.db);
  const { exitCode, stderr } = await runCommand(['worker'], environmentOf('unused'));
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(/The database schema is older than this program\. Run `bcsource migrate`/),
  });
});

it('a worker works with a schema of a later version that need not be known', async () => {
  await runLater('9998-later');
  const environment = environmentOf(await takeNamespace());
  const worker = await startProcess('client/cli/main.js', ['worker'], environment, /worker ready/);
  expect(worker.output()).toContain('The schema is of a later version, which this one can work with.');
  await worker.stop();
});
