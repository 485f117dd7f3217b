import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { pino } from 'pino';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import { saveCredential } from '../../database/credentials.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const secrets = createSecretBox(Buffer.alloc(32, 5).toString('base64'));

/**
 * For a test file: a database, a store that answers what a test says, and a source of it for each test, as `add` makes
 * it. No Temporal: `deps` are what activities that ask the store are made of, with a fresh view of its quota.
 */
export function useStubStore(add: (db: TestDatabase['db']) => Promise<number>) {
  let database: TestDatabase;
  let store: StubServer;
  let sourceId: number;
  beforeAll(async () => {
    [database, store] = await Promise.all([createTestDatabase(), startStub()]);
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });
  beforeEach(async () => {
    sourceId = await add(database.db);
    await saveCredential(database.db, secrets, sourceId, { clientId: null, accessToken: 'token' });
    store.knocks.length = 0;
  });
  return {
    db: () => database.db,
    store: () => store,
    sourceId: () => sourceId,
    deps: () =>
      ({
        ...{ db: database.db, secrets, apiUrl: store.url, governors: createGovernors() },
        ...{ log: pino({ level: 'silent' }), rememberSecret: () => undefined },
      }) as unknown as WorkerDependencies,
  };
}
