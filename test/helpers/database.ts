import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { migrateToLatest } from '../../database/migrate.ts';

const TEMPLATE = 'bcsource_template';

function urlOf(name: string): string {
  const url = new URL(process.env['TEST_POSTGRES_URL']!);
  url.pathname = `/${name}`;
  return url.href;
}

/** Works as the superuser on the database `postgres`. */
export async function asOwner<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const db = connectDatabase(process.env['TEST_POSTGRES_URL']!, { poolSize: 1 });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** Migrates one database that every test file's own is a copy of; part of the global set-up. */
export async function prepareTemplate(): Promise<void> {
  await asOwner((db) => sql`create database ${sql.id(TEMPLATE)}`.execute(db));
  const db = connectDatabase(urlOf(TEMPLATE), { poolSize: 1 });
  await migrateToLatest(db);
  await db.destroy();
}

export interface TestDatabase {
  url: string;
  db: Database;
  /** Closes and drops it; fails where somebody still holds a connection, which would be a leak. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Nothing in it, not even the schema. */
  empty?: boolean;
  /** A copy of this database, which nobody may be connected to at that moment. */
  template?: string;
  /** What is done on the same connection right before. */
  before?: (owner: Database) => Promise<void>;
}

/** A migrated database of its own for a test file. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.template ?? (options.empty ? 'template1' : TEMPLATE);
  await asOwner(async (owner) => {
    await options.before?.(owner);
    await sql`create database ${sql.id(name)} template ${sql.id(template)}`.execute(owner);
  });
  const db = connectDatabase(urlOf(name), { poolSize: 8 });
  return {
    url: urlOf(name),
    db,
    async drop() {
      await db.destroy();
      await asOwner((owner) => sql`drop database ${sql.id(name)}`.execute(owner));
    },
  };
}
