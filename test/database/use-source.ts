import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addSource } from './builders.ts';

/** For a test file: a database with one source, `acme`, or with a new one for each test. */
export function useSource({ each = false } = {}) {
  let database: TestDatabase;
  let sourceId: number;
  const add = async () => void (sourceId = await addSource(database.db, each ? undefined : 'acme'));
  beforeAll(async () => {
    database = await createTestDatabase();
    if (!each) await add();
  });
  if (each) beforeEach(add);
  afterAll(() => database.drop());
  return {
    get db() {
      return database.db;
    },
    get sourceId() {
      return sourceId;
    },
  };
}
