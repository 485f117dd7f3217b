import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { copyFrom } from './copy.ts';
import { itemColumns, unnestItems } from './item-rows.ts';
import { itemColumnNames } from './item-text.ts';
import { itemAt, rowsForCopy } from './packed-items.ts';
import type { PackedItems } from './packed-items.ts';

/**
 * Inserts new items by one `copy`, at half of what `insertItems` costs Postgres. Returns their row ids. Fails with a unique
 * violation, and the transaction with it, when one of the SKUs has come into being meanwhile.
 */
export async function copyItems(
  db: Executor,
  sourceId: number,
  packed: PackedItems,
  indexes: readonly number[],
): Promise<number[]> {
  // Copying returns nothing, so the ids are drawn before.
  const drawn = await sql<{ ids: number[] }>`
    select array(select nextval('inventory_items_id_seq') from generate_series(1, ${indexes.length}::int)) as ids`.execute(
    db,
  );
  const { ids } = drawn.rows[0]!;
  await copyFrom(
    db,
    `copy inventory_items (id, source_id, ${itemColumnNames}) from stdin`,
    rowsForCopy(packed, indexes, sourceId, ids),
  );
  return ids;
}

/** Inserts new items. Returns the row ids of those whose SKU was free. */
export async function insertItems(
  db: Executor,
  sourceId: number,
  packed: PackedItems,
  indexes: readonly number[],
): Promise<number[]> {
  if (indexes.length === 0) return [];
  const items = indexes.map((index) => itemAt(packed, index));
  const inserted = await sql<{ id: number }>`
    insert into inventory_items (source_id, ${itemColumns})
    select ${sourceId}, u.* from ${unnestItems(items)} as u (${itemColumns})
    on conflict (source_id, sku) do nothing
    returning id`.execute(db);
  return inserted.rows.map((row) => row.id);
}
