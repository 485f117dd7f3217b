import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/** How far the quick rhythm of a source has looked, by the store's clock; null before its first look. */
export async function readLookedAt(db: Executor, sourceId: number): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select looked_at as at from inventory_refresh where source_id = ${sourceId}`.execute(db);
  return rows[0]?.at ?? null;
}

/** Everything modified until then was read; it never moves back. Safe to repeat. */
export async function saveLookedAt(db: Executor, sourceId: number, at: Date): Promise<void> {
  await sql`
    insert into inventory_refresh (source_id, looked_at) values (${sourceId}, ${at})
    on conflict (source_id) do update
    set looked_at = greatest(inventory_refresh.looked_at, excluded.looked_at)`.execute(db);
}
