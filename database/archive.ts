import { sql } from 'kysely';
import { perishableTransaction } from './connect.ts';
import type { Database, Executor } from './connect.ts';
import { lockTaken } from './guard-window.ts';
import { holdOpen, sumPages } from './import-ledger.ts';
import { refusedForSku } from './refused-for-sku.ts';

/** Pages of these numbers are not part of the cut of the id space: see the functions that write them. */
export const CONFIRM_RANGE = -1;
export const SETTLE_RANGE = -2;

/** What the run has seen and refused so far, for `isUnread`. */
function readSoFar(runId: string) {
  return sql`pages as materialized (
      select item_ids, refused_product_ids, refused_variant_ids from import_pages where run_id = ${runId}
    ), seen as materialized (select distinct unnest(item_ids) as id from pages),
    refused_products as (select unnest(refused_product_ids) as id from pages),
    refused_variants as (select unnest(refused_variant_ids) as id from pages except ${refusedForSku(runId)})`;
}

/** Of an item `i`: it lives, and the run has neither seen it nor failed to understand its product or variant. */
const isUnread = sql`i.archived_at is null
  and not exists (select from seen where seen.id = i.id)
  and not exists (select from refused_products r where r.id = i.product_id)
  and not exists (select from refused_variants r where r.id = i.variant_id)`;

/** Postgres cannot know how long the arrays are and would compare each item with each: hours instead of a second. */
async function joinByHash(trx: Executor): Promise<void> {
  await sql`set local enable_nestloop = off`.execute(trx);
}

/**
 * Lists the items that the run has not seen, afresh. An item whose product or variant was not understood is not missing,
 * and neither is one that is archived already. Returns how many there are.
 */
export async function listMissing(db: Database, scope: { sourceId: number; runId: string }): Promise<number> {
  const { sourceId, runId } = scope;
  return perishableTransaction(db, async (trx) => {
    await holdOpen(trx, runId);
    await forgetMissing(trx, runId);
    await joinByHash(trx);
    const { rows } = await sql<{ missing: number }>`
      with ${readSoFar(runId)}, missing as (
        insert into import_missing (run_id, sku, product_id)
        select ${runId}, i.sku, i.product_id from inventory_items i
        where i.source_id = ${sourceId} and ${isUnread}
        returning 1
      ) select count(*)::int as missing from missing`.execute(trx);
    return rows[0]!.missing;
  });
}

/**
 * Takes from the list what the run has found since. Nothing is added: the store has not been asked for it by its id.
 * Safe to repeat.
 */
export async function forgetFound(db: Database, scope: { sourceId: number; runId: string }): Promise<void> {
  const { sourceId, runId } = scope;
  await perishableTransaction(db, async (trx) => {
    await joinByHash(trx);
    await sql`
      with ${readSoFar(runId)}, missing as (
        select m.sku from import_missing m join inventory_items i on i.source_id = ${sourceId} and i.sku = m.sku
        where m.run_id = ${runId} and ${isUnread}
      )
      delete from import_missing m where m.run_id = ${runId}
        and not exists (select from missing where missing.sku = m.sku)`.execute(trx);
  });
}

/** Whether anything looks missing just now. */
export async function hasMissing(db: Executor, runId: string): Promise<boolean> {
  const row = await db
    .selectFrom('import_missing')
    .select('sku')
    .where('run_id', '=', runId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Forgets what looked missing: this run archives nothing. */
export async function forgetMissing(db: Executor, runId: string): Promise<void> {
  await db.deleteFrom('import_missing').where('run_id', '=', runId).execute();
}

/**
 * Products of missing items that the store has to be asked for once more, by id from `after`. Products that this run
 * read and left out (hidden, digital) were seen and need no second look.
 */
export async function nextProductsToConfirm(db: Executor, runId: string, limit: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct m.product_id as id from import_missing m
    where m.run_id = ${runId}
      and m.product_id > coalesce(
        (select max(last_id) from import_pages where run_id = ${runId} and range_no = ${CONFIRM_RANGE}), 0)
      and not exists (
        select from import_pages p where p.run_id = ${runId} and p.range_no >= 0 and m.product_id = any(p.skipped_ids))
    order by 1 limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

/** Which of these variants the run has read already: their items were seen, or they were refused. */
export async function findSettledVariants(
  db: Executor,
  scope: { sourceId: number; runId: string },
  variantIds: number[],
): Promise<Set<number>> {
  if (variantIds.length === 0) return new Set();
  const { rows } = await sql<{ id: number }>`
    with pages as (select item_ids, refused_variant_ids from import_pages where run_id = ${scope.runId}),
    asked as (select unnest(${variantIds}::bigint[]) as id)
    select i.variant_id as id from inventory_items i join asked on asked.id = i.variant_id
    where i.source_id = ${scope.sourceId} and i.id in (select unnest(item_ids) from pages)
    union
    select asked.id from asked where asked.id in (select unnest(refused_variant_ids) from pages)`.execute(db);
  return new Set(rows.map((row) => row.id));
}

export interface ArchivePlan {
  archive: number;
  zero: number;
  /** Items of the pool when the run began. */
  pool: number;
}

/** What the run would take away: items to archive, items to lose all their stock, and the pool they are part of. */
export async function readArchivePlan(
  db: Executor,
  scope: { sourceId: number; runId: string; firstImport: boolean },
): Promise<ArchivePlan> {
  // A first import began with an empty pool, and counting it would read the whole table once more.
  const countLiving = scope.firstImport
    ? sql`0`
    : sql`(select count(*)::int from inventory_items where source_id = ${scope.sourceId} and archived_at is null)`;
  const { rows } = await sql<{ archive: number; zero: number; living: number }>`
    select (select count(*)::int from import_missing where run_id = ${scope.runId}) as archive,
           (select count(*)::int from import_held where run_id = ${scope.runId} and kind = 'zero') as zero,
           ${countLiving} as living`.execute(db);
  const { archive, zero, living } = rows[0]!;
  const sums = await sumPages(db, scope.runId);
  return { archive, zero, pool: Math.max(0, living - sums.created - sums.restored) };
}

export interface ArchiveDifference extends ArchivePlan {
  brands: { brand: string | null; items: number }[];
  mostValuable: {
    sku: string;
    title: string;
    brand: string | null;
    quantity: number;
    price: string | null;
    value: string | null;
    change: 'archive' | 'zero';
  }[];
}

/** The difference that a person is asked to approve: how many, which brands, the 20 most valuable items. */
export async function readArchiveDifference(
  db: Executor,
  scope: { sourceId: number; runId: string; firstImport: boolean },
): Promise<ArchiveDifference> {
  const leaving = sql`
    select i.*, 'archive' as change from import_missing m join inventory_items i on i.source_id = ${scope.sourceId} and i.sku = m.sku
    where m.run_id = ${scope.runId}
    union all
    select i.*, 'zero' as change from import_held h
    join inventory_items i on i.source_id = ${scope.sourceId} and i.sku = h.sku
    where h.run_id = ${scope.runId} and h.kind = 'zero'`;
  const brands = await sql<{ brand: string | null; items: number }>`
    select brand, count(*)::int as items from (${leaving}) l group by brand order by items desc, brand limit 20`.execute(
    db,
  );
  const mostValuable = await sql<ArchiveDifference['mostValuable'][number]>`
    select sku, title, brand, quantity, price, (price * quantity)::text as value, change from (${leaving}) l
    order by price * quantity desc nulls last, sku limit 20`.execute(db);
  return { ...(await readArchivePlan(db, scope)), brands: brands.rows, mostValuable: mostValuable.rows };
}

/**
 * Archives up to `limit` of the missing items: quantity 0, kept, restored when they return. Returns how many rows were
 * taken from the list; 0 means that all is done. Safe to repeat.
 */
export async function archiveSomeMissing(
  db: Database,
  scope: { sourceId: number; runId: string },
  limit: number,
): Promise<number> {
  const { runId } = scope;
  return perishableTransaction(db, async (trx) => {
    // What is read again meanwhile goes by what is archived here, or takes it from the list before.
    await lockTaken(trx, scope.sourceId);
    const { rows } = await sql<{ taken: number; archived: number }>`
      with gone as (
        delete from import_missing where run_id = ${runId} and sku in (
          select sku from import_missing where run_id = ${runId} order by sku limit ${limit})
        returning sku
      ), archived as (
        update inventory_items i set quantity = 0, archived_at = now(), changed_at = now()
        from gone where i.source_id = ${scope.sourceId} and i.sku = gone.sku and i.archived_at is null returning 1
      ) select (select count(*)::int from gone) as taken, (select count(*)::int from archived) as archived`.execute(
      trx,
    );
    const { taken, archived } = rows[0]!;
    await sql`
      update job_runs set counts = counts || jsonb_build_object('archived',
        coalesce((counts->>'archived')::int, 0) + ${archived}::int) where id = ${runId}`.execute(trx);
    return taken;
  });
}
