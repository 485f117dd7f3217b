import { sql } from 'kysely';
import type { InventoryItemFields } from '../domain/catalog/map-item.ts';
import type { Executor } from './connect.ts';

type Measure = 'weightKg' | 'widthCm' | 'heightCm' | 'depthCm';

/** An inventory item as other programs read it (`inventory export`): measures are numbers, money is decimal text. */
export interface InventoryItem extends Omit<InventoryItemFields, Measure>, Record<Measure, number | null> {
  archived: boolean;
  productId: number;
  variantId: number;
  archivedAt: Date | null;
  createdAt: Date;
  changedAt: Date;
}

export interface ItemFilter {
  /** A SKU, or a pattern with `*` for anything. */
  sku?: string | undefined;
  brand?: string | undefined;
  /** Any level of the category chain. */
  category?: string | undefined;
  archived?: boolean | undefined;
  changedSince?: Date | undefined;
}

/** Six digits after the point are held by a double without loss up to a billion. */
function measure(column: string) {
  return sql<number | null>`${sql.ref(column)}::float8`;
}

function selectItems(db: Executor, sourceId: number) {
  return db
    .selectFrom('inventory_items')
    .select([
      'sku',
      'title',
      'description',
      'quantity',
      'price',
      'msrp',
      'cost',
      'currency',
      'brand',
      'categories',
      'image_url as imageUrl',
      measure('weight_kg').as('weightKg'),
      measure('width_cm').as('widthCm'),
      measure('height_cm').as('heightCm'),
      measure('depth_cm').as('depthCm'),
      'upc',
      sql<boolean>`archived_at is not null`.as('archived'),
      'product_id as productId',
      'variant_id as variantId',
      'attributes',
      'archived_at as archivedAt',
      'created_at as createdAt',
      'changed_at as changedAt',
    ])
    .where('source_id', '=', sourceId);
}

function filteredItems(db: Executor, sourceId: number, filter: ItemFilter) {
  let query = selectItems(db, sourceId);
  if (filter.sku !== undefined) {
    query = filter.sku.includes('*')
      ? query.where('sku', 'like', filter.sku.replace(/[%_\\]/g, '\\$&').replaceAll('*', '%'))
      : query.where('sku', '=', filter.sku);
  }
  if (filter.brand !== undefined) query = query.where(sql<boolean>`lower(brand) = lower(${filter.brand})`);
  if (filter.category !== undefined) {
    const category = filter.category;
    query = query.where(
      sql<boolean>`exists (select from jsonb_array_elements_text(categories) c where lower(c) = lower(${category}))`,
    );
  }
  if (filter.archived !== undefined) query = query.where('archived_at', filter.archived ? 'is not' : 'is', null);
  if (filter.changedSince) query = query.where('changed_at', '>=', filter.changedSince);
  return query.orderBy('sku');
}

/** One page of items in the order of their SKUs, from after `afterSku`. */
export function listItems(
  db: Executor,
  sourceId: number,
  filter: ItemFilter,
  page: { limit: number; afterSku?: string | undefined },
): Promise<InventoryItem[]> {
  let query = filteredItems(db, sourceId, filter).limit(page.limit);
  if (page.afterSku !== undefined) query = query.where('sku', '>', page.afterSku);
  return query.execute();
}

/** The item of this SKU, byte for byte. */
export function findItem(db: Executor, sourceId: number, sku: string): Promise<InventoryItem | undefined> {
  return selectItems(db, sourceId).where('sku', '=', sku).executeTakeFirst();
}

/** Few enough that memory does not grow with the pool, and enough that asking for a page costs little beside reading it. */
const STREAM_PAGE = 1000;

/**
 * All items that match, in the order of their SKUs, none of them twice. Read in pages: whoever reads slowly holds no
 * statement open, which Postgres would end after its limit of time, nor old versions of rows that a vacuum waits for. What
 * an import changes meanwhile is seen in pages that come later.
 */
export async function* streamItems(
  db: Executor,
  sourceId: number,
  filter: ItemFilter,
): AsyncGenerator<InventoryItem, void, undefined> {
  let afterSku: string | undefined;
  for (;;) {
    const items = await listItems(db, sourceId, filter, { limit: STREAM_PAGE, afterSku });
    yield* items;
    if (items.length < STREAM_PAGE) return;
    afterSku = items.at(-1)!.sku;
  }
}

/** Living and archived items of a source. */
export async function countItems(db: Executor, sourceId: number): Promise<{ living: number; archived: number }> {
  const { rows } = await sql<{ living: number; archived: number }>`
    select count(*) filter (where archived_at is null)::int as living,
           count(*) filter (where archived_at is not null)::int as archived
    from inventory_items where source_id = ${sourceId}`.execute(db);
  return rows[0]!;
}

/** Which of these products have items that are not archived. */
export async function findLivingProducts(db: Executor, sourceId: number, productIds: number[]): Promise<number[]> {
  if (productIds.length === 0) return [];
  const { rows } = await sql<{ id: number }>`
    select distinct product_id as id from inventory_items
    where source_id = ${sourceId} and archived_at is null and product_id = any (${productIds}::bigint[])
    order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/** Whether the source has any item; tells the first import, which need not compare. */
export async function hasItems(db: Executor, sourceId: number): Promise<boolean> {
  const row = await db
    .selectFrom('inventory_items')
    .select('id')
    .where('source_id', '=', sourceId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Refreshes the planner's figures after the first import; without them the comparisons of the next one are slow. Only of
 * the columns that are compared: figures of long texts take time and help nobody.
 */
export async function analyzeItems(db: Executor): Promise<void> {
  await sql`analyze inventory_items (id, source_id, sku, archived_at)`.execute(db);
}
