import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/** Asks the server for nothing; throws what `pg` says when it does not answer. */
export async function pingDatabase(db: Executor): Promise<void> {
  await sql`select 1`.execute(db);
}
