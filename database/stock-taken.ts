import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/** What a source has of a SKU, as its last imports saw it, and what earlier requests have taken since. */
export interface StockRow {
  sourceId: number;
  sku: string;
  /** As imported; archived items have 0. */
  quantity: number;
  taken: number;
  price: string | null;
  brand: string | null;
  categories: string[];
  archived: boolean;
}

/**
 * What requests have taken of these SKUs that no import has seen yet, as rows of source_id, sku, taken.
 *
 * A request that is not sent takes its lines. A sent one takes them until an import that began after the store had
 * deducted them has ended: the pool knows it then, and subtracting it once more would count it twice. The store deducts
 * when the order is placed or when it is shipped, as `fulfillment.stockDeducted` says. An item that was read by itself
 * since (item_reads) knows it too. An import whose archive a person rejected does not count: what it read as sold out
 * keeps the stock of before. Canceled ones take what had left before, and nothing else.
 */
function takenRows(sourceIds: readonly number[], skus: readonly string[]) {
  return sql`
    select f.source_id, l.sku, sum(case when f.processing = 'canceled' then least(l.shipped_quantity, l.quantity)
      else l.quantity end)::int as taken
    from fr_lines l
    join fulfillment_requests f on f.id = l.fr_id
    join sources s on s.id = f.source_id
    join source_versions v on v.source_id = s.id and v.version = s.version
    cross join lateral (
      select case
        when v.settings #>> '{fulfillment,stockDeducted}' is distinct from 'shipped' then f.acknowledged_at
        when f.shipping = 'shipped' then f.shipped_at
        when f.processing = 'canceled' then f.canceled_at
      end as deducted_at) d
    left join (
      select source_id, max(started_at) as began_at from job_runs
      where job = 'inventory' and status = 'completed' and reason_code is distinct from 'rejected_by_person'
        and source_id = any(${[...sourceIds]}::int[])
      group by source_id) seen on seen.source_id = f.source_id
    left join item_reads r on r.source_id = f.source_id and r.sku = l.sku
    where l.sku = any(${[...skus]}::text[]) and f.source_id = any(${[...sourceIds]}::int[])
      and (f.processing <> 'canceled' or l.shipped_quantity > 0)
      and (f.processing not in ('acknowledged', 'canceled') or (greatest(seen.began_at, r.read_at) > d.deducted_at) is not true)
    group by f.source_id, l.sku`;
}

/** How much requests have taken of these SKUs that no import has seen yet; SKUs of which nothing is taken are absent. */
export async function takenStock(
  db: Executor,
  sourceId: number,
  skus: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ sku: string; taken: number }>`
    select sku, taken from (${takenRows([sourceId], skus)}) t`.execute(db);
  return new Map(rows.map(({ sku, taken }) => [sku, taken]));
}

/** Every item of these sources that has one of these SKUs, byte for byte, with what is taken of it. */
export async function readStock(
  db: Executor,
  sourceIds: readonly number[],
  skus: readonly string[],
): Promise<StockRow[]> {
  const { rows } = await sql<StockRow>`
    select i.source_id as "sourceId", i.sku, i.quantity, coalesce(t.taken, 0) as taken, i.price, i.brand,
      i.categories, i.archived_at is not null as archived
    from inventory_items i
    left join (${takenRows(sourceIds, skus)}) t on t.source_id = i.source_id and t.sku = i.sku
    where i.source_id = any(${[...sourceIds]}::int[]) and i.sku = any(${[...skus]}::text[])`.execute(db);
  return rows;
}
