import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { pino } from 'pino';
import { createCatalogLookups } from '../../activities/catalog-lookup.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import type { Database } from '../../database/connect.ts';
import { saveCredential } from '../../database/credentials.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';
import { addSource } from '../database/builders.ts';
import { useSource } from '../database/use-source.ts';

const secrets = createSecretBox(Buffer.alloc(32, 5).toString('base64'));

/**
 * For a test file: a database, a store that answers what a test says, and a source of it for each test, as `add` makes
 * it, connected by a token. No Temporal: `deps` are what activities that ask the store are made of, with a fresh view of
 * its quota.
 */
export function useStubStore(add: (db: Database) => Promise<number> = (db) => addSource(db)) {
  const source = useSource({ each: true, add });
  let store: StubServer;
  const giveToken = (accessToken: string) =>
    saveCredential(source.db, secrets, source.sourceId, { clientId: null, accessToken });
  beforeAll(async () => {
    store = await startStub();
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    await giveToken('token');
    store.knocks.length = 0;
  });
  return {
    db: () => source.db,
    store: () => store,
    sourceId: () => source.sourceId,
    /** Replaces the token of the source. */
    giveToken,
    deps: () =>
      ({
        ...{ db: source.db, secrets, apiUrl: store.url, governors: createGovernors() },
        ...{ catalogs: createCatalogLookups(), log: pino({ level: 'silent' }), rememberSecret: () => undefined },
      }) as unknown as WorkerDependencies,
  };
}
