import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/**
 * How many requests of a source hang on the store that it is connected to: their order may be there, or is and has not shipped.
 * In another store they would be looked for in vain, and sent once more.
 */
export async function countBoundToStore(db: Executor, sourceId: number): Promise<number> {
  const { rows } = await sql<{ bound: number }>`
    select count(*)::int as bound from fulfillment_requests f
    where f.source_id = ${sourceId} and not 'expired' = any (f.flags)
      and (exists (select from send_attempts a where a.fr_id = f.id and (a.outcome is null or a.outcome = 'unknown'))
        or (f.processing = 'acknowledged' and f.shipping <> 'shipped'))`.execute(db);
  return rows[0]!.bound;
}
