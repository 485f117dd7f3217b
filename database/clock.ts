import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/** The database's clock: the one that is the same for every worker. */
export async function databaseTime(db: Executor): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(db);
  return rows[0]!.at;
}

/**
 * The database's clock, to be read often without asking it each time. For some minutes: it goes on by how long this
 * machine has been busy since. Never ahead of the database, by as much as its answer took behind it.
 */
export async function openClock(db: Executor): Promise<() => Date> {
  const opened = await databaseTime(db);
  const since = performance.now();
  return () => new Date(opened.getTime() + (performance.now() - since));
}
