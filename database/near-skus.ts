import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { foldedSku } from './folded-sku.ts';

const MOST_SUGGESTIONS = 5;

/** SKUs of the pool that differ from `sku` only by letter case or outer blanks: suggestions, never matches. */
export async function findNearSkus(db: Executor, sourceId: number, sku: string): Promise<string[]> {
  const { rows } = await sql<{ sku: string }>`
    select sku from inventory_items
    where source_id = ${sourceId} and ${foldedSku(sql.ref('sku'))} = ${foldedSku(sql`${sku}::text`)} and sku <> ${sku}
    order by sku limit ${MOST_SUGGESTIONS}`.execute(db);
  return rows.map((row) => row.sku);
}
