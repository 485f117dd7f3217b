import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from './connect.ts';
import { MIGRATING, tellingWaits } from './migration-waits.ts';
import type { Waits } from './migration-waits.ts';
import type { Tables } from './tables.ts';

const PAUSE_MS = 250;

/**
 * Does `work` while nobody else in the whole system migrates, and gives it the connection that holds the lock. Waits by
 * asking again: a statement that waits is a reader of everything to Postgres, and an index that is built beside writers
 * waits for all readers, so that the two would wait for each other.
 */
export function alone<T>(
  db: Database,
  work: (connection: Kysely<Tables>) => Promise<T>,
  waits: Waits = {},
): Promise<T> {
  return db
    .connection()
    .execute((connection) => tellingWaits(db, connection, { ...waits, work: () => locked(connection, work) }));
}

async function locked<T>(connection: Kysely<Tables>, work: (connection: Kysely<Tables>) => Promise<T>): Promise<T> {
  while (!(await tryLock(connection))) await pause(PAUSE_MS);
  try {
    return await work(connection);
  } finally {
    // A connection that was lost has let go of it, and what lost it is what the caller has to hear.
    await sql`select pg_advisory_unlock(${MIGRATING})`.execute(connection).catch(() => undefined);
  }
}

async function tryLock(connection: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ isOurs: boolean }>`
    select pg_try_advisory_lock(${MIGRATING}) as "isOurs"`.execute(connection);
  return rows[0]!.isOurs;
}
