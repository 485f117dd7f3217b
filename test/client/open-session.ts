import { tmpdir } from 'node:os';
import { afterAll, beforeAll } from '@jest/globals';
import type { Session } from '../../client/session.ts';
import { closeSession, sessionOf } from '../e2e/support.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { takeNamespace } from '../helpers/namespaces.ts';

/** For a test file: a session as commands open one, on a database and a namespace of its own, and no worker. */
export function useSession(more: Record<string, string> = {}) {
  let database: TestDatabase;
  let environment: Record<string, string>;
  beforeAll(async () => {
    database = await createTestDatabase();
    environment = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!,
      TEMPORAL_NAMESPACE: await takeNamespace(),
      BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
      BCSOURCE_HOME: tmpdir(),
      ...more,
    };
  });
  afterAll(async () => {
    await closeSession();
    await database.drop();
  });
  return {
    get db() {
      return database.db;
    },
    get namespace() {
      return environment['TEMPORAL_NAMESPACE']!;
    },
    session: (): Promise<Session> => sessionOf({ environment }),
  };
}
