import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { needsApproval } from '../domain/archive-guard.ts';
import type { ArchiveGuard } from '../domain/archive-guard.ts';
import { perishableTransaction } from './connect.ts';
import type { Database } from './connect.ts';
import { retryDeadlocks } from './errors.ts';
import { lockTaken, raiseTaken } from './guard-window.ts';
import type { PageDraft } from './import-ledger.ts';
import type { ItemDraft } from './item-text.ts';
import { writeItems } from './item-writes.ts';
import { packItems } from './packed-items.ts';
import type { RefusedItem, WriteResult, WriteScope } from './write-result.ts';
import type { Tables } from './tables.ts';

/** Products that were read apart from a whole feed, and mapped. */
export interface PartialPage {
  page: Pick<PageDraft, 'products' | 'skipped' | 'refusedProductIds' | 'refusedVariantIds'> & { items: ItemDraft[] };
  /** Every product of which all is known now: read, left out by a setting, or gone from the store. */
  settledProductIds: readonly number[];
  /** Before the store was asked. */
  readAt: Date;
}

export interface PartialScope {
  sourceId: number;
  guard: ArchiveGuard;
  /** Whether items that their product no longer has are archived. */
  archives: boolean;
}

export interface PartialCounts {
  [name: string]: number;
  products: number;
  items: number;
  created: number;
  updated: number;
  unchanged: number;
  restored: number;
  archived: number;
  /** Left as they are, because too many would have lost their stock since the last whole feed: that one asks a person. */
  withheld: number;
}

type Trx = Transaction<Tables>;
type Row = { id: number; sku: string };

/**
 * Writes products that were read apart from a whole feed, through the same code as a page of it, in one transaction with
 * what `alongside` writes. Stock is taken away only within the guard of the source, counted since the last whole feed.
 * Safe to repeat.
 */
export function writePartial(
  db: Database,
  scope: PartialScope,
  read: PartialPage,
  alongside: (trx: Trx, counts: PartialCounts, refused: RefusedItem[]) => Promise<void> = () => Promise.resolve(),
): Promise<PartialCounts> {
  return retryDeadlocks(() =>
    perishableTransaction(db, async (trx) => {
      const taken = await lockTaken(trx, scope.sourceId);
      const draft = await withoutNewer(trx, scope.sourceId, read);
      const writeScope: WriteScope = { sourceId: scope.sourceId, runId: '', firstImport: false, mode: 'feed' };
      const written = await writeItems(trx, writeScope, packItems(draft.page.items));
      const notGranted = await takeOver(trx, writeScope, draft, written);
      const zeroes = written.held.filter(({ kind }) => kind === 'zero').map(({ item }) => item);
      const missing = scope.archives ? await listMissing(trx, scope.sourceId, draft, written) : [];
      const leaving = zeroes.length + missing.length;
      const mayLeave =
        leaving === 0 || !(await isTooMuch(trx, scope, { archive: missing.length, zero: zeroes.length, taken }));
      const zeroed = mayLeave ? await writeItems(trx, { ...writeScope, mode: 'force' }, packItems(zeroes)) : undefined;
      const gone = mayLeave ? missing : [];
      const archived = await archiveRows(trx, gone);
      if (mayLeave && leaving > 0) await raiseTaken(trx, scope.sourceId, leaving);
      // Of an item that keeps a stock that it no longer has, or that is another variant's than the one that was read, what
      // was taken must not be forgotten, nor what an import holds of it.
      const kept = new Set([...notGranted, ...(mayLeave ? [] : zeroes)].map(({ sku }) => sku));
      const skus = skusOf(draft).filter((sku) => !kept.has(sku));
      await noteReads(trx, scope.sourceId, skus, draft.readAt);
      await overruleOpenImports(trx, scope.sourceId, { named: skus, gone: gone.map(({ sku }) => sku) });
      const { items, created, unchanged, restored } = written;
      const updated = written.updated + (zeroed?.updated ?? 0);
      const counts: PartialCounts = {
        ...{ products: draft.page.products, items, created, updated, unchanged },
        ...{ restored: restored + (zeroed?.restored ?? 0), archived, withheld: mayLeave ? 0 : leaving },
      };
      await alongside(trx, counts, written.refused);
      return counts;
    }),
  );
}

/** Without what another read has written that asked the store later than this one. */
async function withoutNewer(trx: Trx, sourceId: number, read: PartialPage): Promise<PartialPage> {
  const { rows } = await sql<{ sku: string; productId: number }>`
    select i.sku, i.product_id as "productId" from item_reads r
    join inventory_items i on i.source_id = r.source_id and i.sku = r.sku
    where r.source_id = ${sourceId} and r.read_at > ${read.readAt}`.execute(trx);
  const newer = new Set(rows.map(({ sku }) => sku));
  if (newer.size === 0) return read;
  const products = new Set(rows.map(({ productId }) => productId));
  return {
    ...read,
    page: { ...read.page, items: read.page.items.filter(({ sku }) => !newer.has(sku)) },
    settledProductIds: read.settledProductIds.filter((id) => !products.has(id)),
  };
}

/**
 * Gives SKUs to variants that claim them where the variant that had one is gone: a store that makes a variant anew, with
 * another id, sells it all the same. Where the owner may live, a whole feed decides: answers with these items.
 */
async function takeOver(
  trx: Trx,
  scope: WriteScope,
  draft: PartialPage,
  written: WriteResult,
): Promise<readonly ItemDraft[]> {
  const contested = written.held.filter(({ kind }) => kind === 'contested').map(({ item }) => item);
  if (contested.length === 0) return [];
  const { rows } = await sql<{ sku: string }>`
    select sku from inventory_items
    where source_id = ${scope.sourceId} and sku = any (${contested.map(({ sku }) => sku)}::text[])
      and (archived_at is not null or (${isUnnamed(draft, written)}))
    order by sku for no key update`.execute(trx);
  const free = new Set(rows.map(({ sku }) => sku));
  const items = contested.filter(({ sku }) => free.has(sku));
  const taken = await writeItems(trx, { ...scope, mode: 'settle' }, packItems(items));
  for (const count of ['items', 'updated', 'unchanged', 'restored'] as const) written[count] += taken[count];
  written.seen.push(...taken.seen);
  written.held.push(...taken.held);
  return contested.filter(({ sku }) => !free.has(sku));
}

/** Living items of settled products that nothing named; what was refused may be there all the same. */
async function listMissing(trx: Trx, sourceId: number, draft: PartialPage, written: WriteResult): Promise<Row[]> {
  if (draft.settledProductIds.length === 0) return [];
  const { rows } = await sql<Row>`
    select id, sku from inventory_items
    where source_id = ${sourceId} and archived_at is null and ${isUnnamed(draft, written)}
    order by sku for no key update`.execute(trx);
  return rows;
}

/** Of an item: its product was settled, and named neither it nor its variant. */
function isUnnamed({ settledProductIds, page }: PartialPage, { refused, seen }: WriteResult) {
  const refusedVariants = [...page.refusedVariantIds, ...refused.map(({ variantId }) => variantId)];
  return sql<boolean>`product_id = any (${[...settledProductIds]}::bigint[])
    and not product_id = any (${page.refusedProductIds}::bigint[])
    and not variant_id = any (${refusedVariants}::bigint[])
    and not id = any (${seen}::bigint[])`;
}

async function isTooMuch(
  trx: Trx,
  { sourceId, guard }: PartialScope,
  { archive, zero, taken }: { archive: number; zero: number; taken: number },
): Promise<boolean> {
  // The pool is counted only where it can matter: counting costs as much as the pool is large.
  if (archive + zero + taken < Math.max(1, guard.minimum)) return false;
  const { rows } = await sql<{ pool: number }>`
    select count(*)::int as pool from inventory_items
    where source_id = ${sourceId} and archived_at is null`.execute(trx);
  return needsApproval({ archive: archive + taken, zero, pool: rows[0]!.pool, productsRead: 1 }, guard);
}

async function archiveRows(trx: Trx, rows: readonly Row[]): Promise<number> {
  if (rows.length === 0) return 0;
  const { numAffectedRows } = await sql`
    update inventory_items set quantity = 0, archived_at = now(), changed_at = now()
    where id = any (${rows.map(({ id }) => id)}::bigint[])`.execute(trx);
  return Number(numAffectedRows ?? 0n);
}

function skusOf({ page }: PartialPage): string[] {
  // In one order for everybody, so that two writers wait for each other and not in a circle.
  return [...new Set(page.items.map(({ sku }) => sku))].sort();
}

/** What requests had taken before is in the quantity now: see stock-taken.ts. */
async function noteReads(trx: Trx, sourceId: number, skus: string[], readAt: Date): Promise<void> {
  if (skus.length === 0) return;
  await sql`
    insert into item_reads (source_id, sku, read_at)
    select ${sourceId}, u.sku, ${readAt}::timestamptz from unnest(${skus}::text[]) as u (sku)
    on conflict (source_id, sku) do update set read_at = greatest(item_reads.read_at, excluded.read_at)`.execute(trx);
}

/**
 * An import that waits for its decision must not take away what has come back meanwhile, nor bring back what is gone by
 * now. Who else claims the SKU of what is gone goes on claiming it.
 */
async function overruleOpenImports(
  trx: Trx,
  sourceId: number,
  { named, gone }: { named: string[]; gone: string[] },
): Promise<void> {
  const isNamed = sql`m.sku = any (${named}::text[])`;
  const isGone = sql`m.sku = any (${gone}::text[])`;
  const overruled = {
    import_missing: sql`(${isNamed} or ${isGone})`,
    import_held: sql`(${isNamed} or (${isGone} and m.kind = 'zero'))`,
  };
  for (const [table, isOverruled] of Object.entries(overruled)) {
    await sql`
      delete from ${sql.table(table)} m using job_runs r
      where r.source_id = ${sourceId} and r.finished_at is null and m.run_id = r.id and ${isOverruled}`.execute(trx);
  }
}
