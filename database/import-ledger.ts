import { sql } from 'kysely';
import { perishableTransaction } from './connect.ts';
import type { Database, Executor } from './connect.ts';
import { UNIQUE_VIOLATION, isContention, retryDeadlocks, sqlState } from './errors.ts';
import { arrayOf } from './item-text.ts';
import { storable } from './texts.ts';
import { writeItems } from './item-writes.ts';
import type { PackedItems } from './packed-items.ts';
import type { RefusedItem, WriteResult, WriteScope } from './write-result.ts';

/** Something about a product or variant that a person may want to mend. */
export interface Finding {
  kind: 'rejected' | 'warning';
  productId: number | null;
  variantId: number | null;
  sku: string | null;
  code: string;
  message: string;
}

/** A page of the feed, read and mapped. */
export interface PageDraft {
  rangeNo: number;
  /** The page holds the products with afterId < id <= lastId. */
  afterId: number;
  lastId: number;
  products: number;
  items: PackedItems;
  findings: Finding[];
  skipped: { productId: number; reason: string }[];
  /** Products of which nothing could be read; what they were before is never archived for it. */
  refusedProductIds: number[];
  refusedVariantIds: number[];
  unreadable: number;
  /** Whether the range ends here, and the page size to go on with. */
  rangeComplete: boolean;
  pageSize: number;
  /** How long the store took to answer; 0 where it was not asked. */
  readMs: number;
}

export interface PageCounts {
  products: number;
  items: number;
  created: number;
  updated: number;
  unchanged: number;
  restored: number;
  skipped: number;
  rejected: number;
}

/** Another worker has written this page of this run already: stop and go on from the ledger. */
export class PageAlreadyWritten extends Error {
  readonly code = 'page_already_written';
}

/** The run has ended while a worker slept: what that worker read is old, and nothing of it may be written. */
export class RunEnded extends Error {
  readonly code = 'run_ended';
}

/**
 * Makes sure that the run goes on, and keeps it from ending before this transaction has. The ledger of an ended run is
 * gone, so its key no longer stops a worker that wakes up late. Throws RunEnded.
 */
export async function holdOpen(trx: Executor, runId: string): Promise<void> {
  const { rows } = await sql`
    select from job_runs where id = ${runId} and finished_at is null for key share`.execute(trx);
  if (rows.length === 0) throw new RunEnded(`Run ${runId} has ended already.`);
}

/**
 * Writes a page: its items, its findings and its place in the run's ledger, in one transaction. The ledger's key lets
 * only one of two workers write a page, so a worker that wakes up late changes nothing.
 */
export async function savePage(db: Database, scope: WriteScope, page: PageDraft): Promise<PageCounts> {
  try {
    return await writePage(db, scope, page, 'copy');
  } catch (error) {
    // Another page, or another worker with this one, brings one of its SKUs as well.
    if (sqlState(error) !== UNIQUE_VIOLATION && !isContention(error)) throw error;
    return retryDeadlocks(() => writePage(db, scope, page, 'insert'));
  }
}

function writePage(db: Database, scope: WriteScope, page: PageDraft, how: 'copy' | 'insert'): Promise<PageCounts> {
  return perishableTransaction(db, async (trx) => {
    const written = await writeItems(trx, scope, page.items, how);
    const counts = countsOf(page, written);
    await insertLedgerRow(trx, scope.runId, page, written, counts);
    await saveFindings(trx, scope.runId, [...page.findings, ...written.refused.map(takenSku)]);
    await saveHeld(trx, scope.runId, written);
    return counts;
  });
}

function countsOf(page: PageDraft, written: WriteResult): PageCounts {
  return {
    products: page.products,
    items: written.items,
    created: written.created,
    updated: written.updated,
    unchanged: written.unchanged,
    restored: written.restored,
    skipped: page.skipped.length,
    rejected: page.findings.filter((finding) => finding.kind === 'rejected').length + written.refused.length,
  };
}

/** Notes a page in the ledger, moves its range on, and keeps the run from ending before this has. Throws RunEnded. */
async function insertLedgerRow(
  db: Executor,
  runId: string,
  page: PageDraft,
  written: WriteResult,
  counts: PageCounts,
): Promise<void> {
  const row = {
    range_no: page.rangeNo,
    after_id: page.afterId,
    last_id: page.lastId,
    item_ids: idArray(written.seen.sort((a, b) => a - b)),
    refused_product_ids: idArray(page.refusedProductIds),
    refused_variant_ids: idArray([...page.refusedVariantIds, ...written.refused.map((item) => item.variantId)]),
    skipped_ids: idArray(page.skipped.map((skip) => skip.productId)),
    skipped_reasons: sql`${page.skipped.map((skip) => skip.reason)}::text[]`,
    unreadable: page.unreadable,
    read_ms: Math.round(page.readMs),
    ...counts,
  };
  const columns = Object.keys(row);
  const values = Object.values(row).map((value) => (typeof value === 'number' ? sql`${value}::bigint` : value));
  try {
    const { numAffectedRows } = await sql`
      with open as materialized (
        select id from job_runs where id = ${runId} and finished_at is null for key share
      ), moved as (
        update import_ranges r set page_size = ${page.pageSize}, complete = ${page.rangeComplete}
        from open where r.run_id = open.id and r.range_no = ${page.rangeNo}
      )
      insert into import_pages (run_id, ${sql.raw(columns.join(', '))})
      select open.id, ${sql.join(values)} from open`.execute(db);
    if (numAffectedRows === 0n) throw new RunEnded(`Run ${runId} has ended already.`);
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new PageAlreadyWritten(`Page ${page.rangeNo}/${page.afterId} of run ${runId} has been written already.`);
  }
}

function idArray(ids: readonly number[]) {
  return sql`${arrayOf(ids, 'bigint')}::bigint[]`;
}

function textArray(texts: readonly string[]) {
  return sql`${arrayOf(texts, 'text')}::text[]`;
}

/** A SKU that another variant has. */
export function takenSku(item: RefusedItem): Finding {
  return {
    kind: 'rejected',
    productId: item.productId,
    variantId: item.variantId,
    sku: item.sku,
    code: 'sku_taken',
    message: `SKU ${JSON.stringify(item.sku)} belongs to variant ${item.ownerVariantId}, the lowest id; give variant ${item.variantId} a SKU of its own`,
  };
}

/** Records findings of a run. */
export async function saveFindings(db: Executor, runId: string, findings: Finding[]): Promise<void> {
  if (findings.length === 0) return;
  await sql`
    insert into import_findings (run_id, kind, product_id, variant_id, sku, code, message)
    select ${runId}, u.* from unnest(
      ${findings.map((f) => f.kind)}::text[], ${findings.map((f) => f.productId)}::bigint[],
      ${findings.map((f) => f.variantId)}::bigint[], ${findings.map((f) => storable(f.sku))}::text[],
      ${findings.map((f) => f.code)}::text[], ${findings.map((f) => storable(f.message))}::text[]) as u`.execute(db);
}

async function saveHeld(db: Executor, runId: string, written: WriteResult): Promise<void> {
  if (written.held.length === 0) return;
  const kinds = written.held.map(({ kind }) => kind);
  const items = written.held.map(({ item }) => item);
  // Arrays, because a statement has room for 65,535 parameters, and a page may hold far more items than that.
  await sql`
    insert into import_held (run_id, kind, variant_id, product_id, sku, item)
    select ${runId}, u.* from unnest(
      ${textArray(kinds)}, ${idArray(items.map((item) => item.variantId))},
      ${idArray(items.map((item) => item.productId))},
      ${textArray(items.map((item) => item.sku))},
      ${textArray(items.map((item) => JSON.stringify(item)))}::json[]) as u
    on conflict (run_id, kind, variant_id) do update set item = excluded.item`.execute(db);
}

/** The sums over all pages of a run. Products that were asked for a second time count once. */
export async function sumPages(db: Executor, runId: string): Promise<PageCounts & { unreadable: number }> {
  const { rows } = await sql<PageCounts & { unreadable: number }>`
    select coalesce(sum(products) filter (where range_no >= 0), 0)::int as products, coalesce(sum(items), 0)::int as items,
           coalesce(sum(created), 0)::int as created, coalesce(sum(updated), 0)::int as updated,
           coalesce(sum(unchanged), 0)::int as unchanged, coalesce(sum(restored), 0)::int as restored,
           coalesce(sum(skipped), 0)::int as skipped, coalesce(sum(rejected), 0)::int as rejected,
           coalesce(sum(unreadable), 0)::int as unreadable
    from import_pages where run_id = ${runId}`.execute(db);
  return rows[0]!;
}
