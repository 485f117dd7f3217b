import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { SERIALIZATION_FAILURE } from './errors.ts';
import { compareItems, readExisting } from './item-compare.ts';
import type { ExistingItem } from './item-compare.ts';
import { copyItems, insertItems } from './item-inserts.ts';
import { itemAssignments, itemColumns, unnestItems } from './item-rows.ts';
import { arrayOf, fingerprintOf } from './item-text.ts';
import type { ItemDraft } from './item-text.ts';
import { itemAt } from './packed-items.ts';
import type { PackedItems } from './packed-items.ts';
import { refusedForSku } from './refused-for-sku.ts';
import { nothingWritten, refusal } from './write-result.ts';
import type { WriteResult, WriteScope } from './write-result.ts';

interface Changes {
  updates: ItemDraft[];
  /** Items that take a SKU over from another variant. */
  adoptions: ItemDraft[];
}

/** An item of the page, and what is stored under its SKU. */
interface Pair {
  item: ItemDraft;
  row: ExistingItem;
}

/** Fewer new items than this in a page of a later import are not worth a statement that may fail for one of them. */
const WORTH_COPYING = 50;

/**
 * Writes what a page of the feed says, as sets: unchanged rows are not touched, and of several variants with one SKU
 * the lowest variant id wins in whatever order they come. Runs inside the caller's transaction; safe to repeat. `copy`
 * is faster where many items are new, and fails with a unique violation where a SKU came into being meanwhile.
 */
export async function writeItems(
  db: Executor,
  scope: WriteScope,
  packed: PackedItems,
  how: 'copy' | 'insert' = 'insert',
): Promise<WriteResult> {
  const result = { ...nothingWritten(), refused: [...packed.refused] };
  if (packed.count === 0) return result;
  const { unchanged, differing, fresh } = scope.firstImport
    ? {
        unchanged: [],
        differing: new Map<number, ExistingItem>(),
        fresh: Array.from({ length: packed.count }, (_, i) => i),
      }
    : await compareItems(db, scope.sourceId, packed);
  result.unchanged = unchanged.length;
  addSeen(result, unchanged);
  const copies = how === 'copy' && fresh.length >= (scope.firstImport ? 1 : WORTH_COPYING);
  const inserted = await (copies ? copyItems : insertItems)(db, scope.sourceId, packed, fresh);
  result.created = inserted.length;
  addSeen(result, inserted);
  const rest = [...differing].map(([index, row]) => ({ item: itemAt(packed, index), row }));
  if (inserted.length < fresh.length) {
    rest.push(
      ...(await readRaced(
        db,
        scope,
        fresh.map((index) => itemAt(packed, index)),
        new Set(inserted),
      )),
    );
  }
  const changes = await decideChanges(db, scope, inOrder(rest), result);
  await adoptSkus(db, scope.sourceId, changes.adoptions);
  await updateItems(db, scope.sourceId, changes.updates);
  return result;
}

/** In the order of SKUs, in which every page takes its locks. */
function inOrder(pairs: Pair[]): Pair[] {
  return pairs.sort((a, b) => (a.item.sku < b.item.sku ? -1 : 1));
}

function addSeen(result: WriteResult, ids: number[]): void {
  result.items += ids.length;
  result.seen.push(...ids);
}

/** Another page brought the same SKUs at the same moment; it has committed by now, so its rows exist for this one. */
async function readRaced(
  db: Executor,
  scope: WriteScope,
  items: readonly ItemDraft[],
  inserted: ReadonlySet<number>,
): Promise<Pair[]> {
  const skus = items.map((item) => item.sku);
  const existing = await readExisting(db, scope.sourceId, skus);
  return items.flatMap((item) => {
    const row = existing.get(item.sku);
    return row && !inserted.has(row.id) ? [{ item, row }] : [];
  });
}

async function decideChanges(
  db: Executor,
  scope: WriteScope,
  pairs: readonly Pair[],
  result: WriteResult,
): Promise<Changes> {
  const changes: Changes = { updates: [], adoptions: [] };
  const contested: ItemDraft[] = [];
  for (const { item, row } of pairs) {
    if (row.variant_id === item.variantId) decideUpdate(scope, item, row, result, changes);
    else contested.push(item);
  }
  await settleContested(db, scope, contested, result, changes);
  return changes;
}

function decideUpdate(
  scope: WriteScope,
  item: ItemDraft,
  row: ExistingItem,
  result: WriteResult,
  changes: Changes,
): void {
  addSeen(result, [row.id]);
  if (row.variant_id !== item.variantId) changes.adoptions.push(item);
  if (!row.archived && row.fingerprint === fingerprintOf(item)) {
    result.unchanged++;
    return;
  }
  if (scope.mode !== 'force' && row.quantity > 0 && item.quantity === 0) {
    result.held.push({ kind: 'zero', item });
    return;
  }
  if (row.archived) result.restored++;
  else result.updated++;
  changes.updates.push(item);
}

/** Rows whose SKU another variant holds: locked first, so that two pages cannot both take one. */
async function settleContested(
  db: Executor,
  scope: WriteScope,
  items: ItemDraft[],
  result: WriteResult,
  changes: Changes,
): Promise<void> {
  if (items.length === 0) return;
  const skus = items.map((item) => item.sku);
  await sql`
    select id from inventory_items where source_id = ${scope.sourceId} and sku = any(${arrayOf(skus, 'text')}::text[])
    order by sku for no key update`.execute(db);
  const rows = await readExisting(db, scope.sourceId, skus);
  const stored = [...rows.values()];
  const seen = await seenInRun(
    db,
    scope.runId,
    stored.map((row) => row.id),
  );
  const unclear = scope.mode === 'feed' ? new Set<number>() : await notUnderstood(db, scope.runId, stored);
  for (const item of items) {
    const row = rows.get(item.sku)!;
    if (row.variant_id === item.variantId) decideUpdate(scope, item, row, result, changes);
    else if (seen.has(row.id)) decideBetweenSeen(item, row, result, changes);
    else if (item.variantId < row.variant_id) decideUpdate(scope, item, row, result, changes);
    else if (scope.mode === 'feed') result.held.push({ kind: 'contested', item });
    else if (unclear.has(row.id)) result.refused.push(refusal(item, row.variant_id));
    else decideUpdate(scope, item, row, result, changes);
  }
}

function decideBetweenSeen(item: ItemDraft, row: ExistingItem, result: WriteResult, changes: Changes): void {
  if (item.variantId > row.variant_id) {
    result.refused.push(refusal(item, row.variant_id));
    return;
  }
  const loser = { productId: row.product_id, variantId: row.variant_id, sku: row.sku };
  result.refused.push(refusal(loser, item.variantId));
  // Counted when the loser was written; now the same item says what its rightful owner says.
  result.seen.push(row.id);
  changes.adoptions.push(item);
  changes.updates.push(item);
}

async function seenInRun(db: Executor, runId: string, ids: number[]): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select distinct u.id from import_pages p, unnest(p.item_ids) as u (id)
    where p.run_id = ${runId} and u.id = any(${ids}::bigint[])`.execute(db);
  return new Set(rows.map((row) => row.id));
}

/** Living rows whose product or variant this run could not understand: its owner may have the SKU still. */
async function notUnderstood(db: Executor, runId: string, rows: readonly ExistingItem[]): Promise<Set<number>> {
  const living = rows.filter((row) => !row.archived);
  const ids = (field: 'id' | 'product_id' | 'variant_id') =>
    sql`${arrayOf(
      living.map((row) => row[field]),
      'bigint',
    )}::bigint[]`;
  const result = await sql<{ id: number }>`
    with pages as materialized (
      select refused_product_ids, refused_variant_ids from import_pages where run_id = ${runId}
    )
    select u.id from unnest(${ids('id')}, ${ids('product_id')}, ${ids('variant_id')}) as u (id, product_id, variant_id)
    where (u.product_id in (select unnest(refused_product_ids) from pages)
        or u.variant_id in (select unnest(refused_variant_ids) from pages))
      and u.variant_id not in (${refusedForSku(runId)})`.execute(db);
  return new Set(result.rows.map((row) => row.id));
}

/** A SKU belongs to its new variant at once, also when what the item says is held: later claims are judged by it. */
async function adoptSkus(db: Executor, sourceId: number, items: ItemDraft[]): Promise<void> {
  if (items.length === 0) return;
  await sql`
    update inventory_items i set product_id = u.product_id, variant_id = u.variant_id
    from ${unnestItems(items)} as u (${itemColumns})
    where i.source_id = ${sourceId} and i.sku = u.sku`.execute(db);
}

async function updateItems(db: Executor, sourceId: number, items: ItemDraft[]): Promise<void> {
  if (items.length === 0) return;
  const { numAffectedRows } = await sql`
    update inventory_items i set ${itemAssignments}, archived_at = null, changed_at = now()
    from ${unnestItems(items)} as u (${itemColumns})
    where i.source_id = ${sourceId} and i.sku = u.sku and i.variant_id = u.variant_id`.execute(db);
  if (numAffectedRows === BigInt(items.length)) return;
  // Another page took one of these SKUs over since they were read: decide afresh.
  throw Object.assign(new Error('An item changed hands while its page was written.'), { code: SERIALIZATION_FAILURE });
}
