import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Database } from '../../database/connect.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addSource } from './builders.ts';

interface SourceOptions {
  each?: boolean;
  add?: (db: Database) => Promise<number>;
}

/** For a test file: a database with one source, `acme`, or with a new one for each test; `add` makes another kind of it. */
export function useSource({
  each = false,
  add = (db) => addSource(db, each ? undefined : 'acme'),
}: SourceOptions = {}) {
  let database: TestDatabase;
  let sourceId: number;
  const addOne = async () => void (sourceId = await add(database.db));
  beforeAll(async () => {
    database = await createTestDatabase();
    if (!each) await addOne();
  });
  if (each) beforeEach(addOne);
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
