import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/**
 * How many items lost their stock since the last whole feed; others that take stock away, or read items of this source
 * again, wait from here on until the transaction ends.
 */
export async function lockTaken(trx: Executor, sourceId: number): Promise<number> {
  await sql`insert into inventory_refresh (source_id) values (${sourceId}) on conflict do nothing`.execute(trx);
  const { rows } = await sql<{ taken: number }>`
    select taken from inventory_refresh where source_id = ${sourceId} for no key update`.execute(trx);
  return rows[0]!.taken;
}

/** Counts items that lost their stock, until a whole feed was read. */
export async function raiseTaken(trx: Executor, sourceId: number, by: number): Promise<void> {
  await sql`update inventory_refresh set taken = taken + ${by} where source_id = ${sourceId}`.execute(trx);
}
