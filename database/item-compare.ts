import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { arrayOf } from './item-text.ts';
import type { PackedItems } from './packed-items.ts';

/** What is stored of an item, as far as it decides about the next one of its SKU. */
export interface ExistingItem {
  id: number;
  sku: string;
  product_id: number;
  variant_id: number;
  fingerprint: string;
  quantity: number;
  archived: boolean;
}

const existingColumns = sql`id, sku, product_id, variant_id, fingerprint, quantity, archived_at is not null as archived`;

/** What is stored under these SKUs. */
export async function readExisting(
  db: Executor,
  sourceId: number,
  skus: readonly string[],
): Promise<Map<string, ExistingItem>> {
  const { rows } = await sql<ExistingItem>`
    select ${existingColumns} from inventory_items
    where source_id = ${sourceId} and sku = any(${arrayOf(skus, 'text')}::text[])`.execute(db);
  return bySku(rows);
}

export interface Comparison {
  /** Row ids of items that are stored as they are. */
  unchanged: number[];
  /** What is stored of the others, by their place in the page. */
  differing: Map<number, ExistingItem>;
  /** Places of items whose SKU is not stored. */
  fresh: number[];
}

/** Postgres compares, so that of a page that did not change it sends nothing but ids. */
export async function compareItems(db: Executor, sourceId: number, packed: PackedItems): Promise<Comparison> {
  const { skus, variantIds, fingerprints } = packed;
  const { rows } = await sql<{ ids: number[]; differing: (ExistingItem & { place: number })[] | null }>`
    with stored as materialized (
      select ${existingColumns} from inventory_items
      where source_id = ${sourceId} and sku = any(${skus}::text[])
    ), compared as materialized (
      select s.*, place,
        not archived and s.variant_id = a.variant_id and s.fingerprint = a.fingerprint as same
      from unnest(${skus}::text[], ${variantIds}::bigint[], ${fingerprints}::text[]) with ordinality
        as a (sku, variant_id, fingerprint, place)
      left join stored s on s.sku = a.sku
    )
    select array_agg(case when same then id when same is null then 0 else -1 end order by place) as ids,
      json_agg(compared order by place) filter (where not same) as differing
    from compared`.execute(db);
  const { ids, differing } = rows[0]!;
  return {
    unchanged: ids.filter((id) => id > 0),
    differing: new Map((differing ?? []).map((row) => [row.place - 1, row])),
    fresh: ids.flatMap((id, index) => (id === 0 ? [index] : [])),
  };
}

function bySku(rows: ExistingItem[]): Map<string, ExistingItem> {
  return new Map(rows.map((row) => [row.sku, row]));
}
