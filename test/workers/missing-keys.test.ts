import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { saveCredential } from '../../database/credentials.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { runCommand, startProcess } from '../helpers/processes.ts';

const [own, lost] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const lostId = createSecretBox(lost).keyIds[0];

let database: TestDatabase;
let namespace: string;
beforeAll(async () => {
  [database, namespace] = await Promise.all([createTestDatabase(), takeNamespace()]);
  const sourceId = await addSource(database.db);
  await saveCredential(database.db, createSecretBox(own), sourceId, { clientId: null, accessToken: 'token' });
  const target = { type: 'slack' as const, url: 'https://example.com/a', on: 'always' as const };
  await saveTargets(database.db, createSecretBox(lost), sourceId, [target]);
});
afterAll(() => database.drop());

const environmentOf = (keys: string) => ({
  ...{ DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: keys, TEMPORAL_NAMESPACE: namespace },
  TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!,
});

const startWorker = (keys: string) =>
  startProcess('client/cli/main.js', ['worker'], environmentOf(keys), /worker ready/);

it('a worker warns at its start, once, of keys that it lacks, and is refused where another worker has them', async () => {
  const blind = await startWorker(own);
  await blind.stop();
  const warnings = blind
    .output()
    .split('\n')
    .filter((line) => line.includes('"missing":'));
  const lacks = `Stored secrets need keys that BCSOURCE_ENCRYPTION_KEY of this worker lacks: ${lostId}.`;
  expect(warnings.map((line) => JSON.parse(line) as object)).toMatchObject([
    {
      missing: [lostId],
      msg: `${lacks} Add them behind a comma and start it again; \`bcsource doctor\` says more.`,
    },
  ]);
  const knowing = await startWorker(`${own},${lost}`);
  expect(knowing.output()).not.toContain('"missing":');
  const refused = await runCommand(['worker'], environmentOf(own));
  expect([refused.exitCode, refused.stderr]).toEqual([
    1,
    expect.stringMatching(new RegExp(`worker_refused.*${lacks} The worker \\d+@.* has them\\.`)),
  ]);
  await knowing.stop();
});
