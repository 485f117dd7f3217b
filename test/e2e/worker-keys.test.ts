import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSecretBox } from '../../database/secrets.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import type { ErrorDocument } from './support.ts';

interface Check {
  check: string;
  status: string;
  message: string;
  hint: string | null;
}

const [older, newer] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const both = { BCSOURCE_ENCRYPTION_KEY: `${newer},${older}` };
const nameOf = (key: string) => createSecretBox(key).keyIds[0];

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem(['--products', '1'], { BCSOURCE_ENCRYPTION_KEY: older });
  expect(await system.applySource('acme')).toMatchObject({ exitCode: 0 });
});
afterAll(() => system.stop());

/** What the doctor says of the keys of workers, to somebody who has both. */
async function ofWorkers(): Promise<Check | undefined> {
  const { checks } = (await system.cli(['doctor', '--json'], undefined, both)).json<{ checks: Check[] }>();
  return checks.find(({ check }) => check === 'worker keys');
}

async function secretsByKey(): Promise<Record<string, number>> {
  const { keys } = (await system.cli(['keys', 'list', '--json'], undefined, both)).json<{
    keys: { keyId: string; secrets: number }[];
  }>();
  return Object.fromEntries(keys.map(({ keyId, secrets }) => [keyId, secrets]));
}

it('secrets are not encrypted by a key that a worker lacks, and the doctor says which worker that is', async () => {
  const lacks = expect.stringContaining(` lacks ${nameOf(newer)}`) as unknown;
  expect(await ofWorkers()).toMatchObject({ status: 'warning', message: lacks });
  const refused = await system.cli(['keys', 'rotate', '--json'], undefined, both);
  expect([refused.exitCode, refused.json<ErrorDocument>().error]).toMatchObject([2, { message: lacks }]);
  expect(await secretsByKey()).toEqual({ [nameOf(newer)]: 0, [nameOf(older)]: 1 });
});

it('the doctor names a worker that cannot read what is stored', async () => {
  const file = 'name: other\nconnection: { type: api_token, storeHash: demo, accessToken: demo-token }\n';
  expect(await system.cli(['source', 'apply', '-'], file, both)).toMatchObject({ exitCode: 0 });
  const message = expect.stringMatching(`^Stored secrets that a worker cannot read: \\d+@.* lacks ${nameOf(newer)}`);
  expect(await ofWorkers()).toMatchObject({ status: 'problem', message: message as unknown });
});

it('once every worker knows the key, everything is encrypted by it', async () => {
  await system.worker.stop();
  Object.assign(system.environment, both);
  await system.startWorker();
  // Until Temporal has seen the workers of today ask again, those before are named too.
  await waitFor('the workers of before to be gone', async () => (await ofWorkers())?.status === 'ok', 150_000);
  expect(await system.cli(['keys', 'rotate', '--json'])).toMatchObject({ exitCode: 0 });
  expect(await secretsByKey()).toEqual({ [nameOf(newer)]: 2, [nameOf(older)]: 0 });
}, 200_000);
