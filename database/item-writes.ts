import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { SERIALIZATION_FAILURE } from './errors.ts';
import { fingerprintOf, itemAssignments, itemColumns, unnestItems } from './item-rows.ts';
import type { ItemDraft } from './item-rows.ts';

export interface WriteScope {
  sourceId: number;
  runId: string;
  /** The pool of this source was empty when the run began: insert without comparing first. */
  firstImport: boolean;
  /**
   * `feed`: what is not certain yet (an item that would lose all its stock, a SKU whose owner may still come) is held.
   * `settle`: the feed has been read; contested SKUs go to who asks. `force`: zeroing too has been decided.
   */
  mode: 'feed' | 'settle' | 'force';
}

export interface RefusedItem {
  productId: number;
  variantId: number;
  sku: string;
  /** The variant that has the SKU. */
  ownerVariantId: number;
}

export interface WriteResult {
  /** Row ids of every item that the feed named, written or not. */
  seen: number[];
  /** Items of the feed; a takeover of a SKU within one run counts once. */
  items: number;
  created: number;
  updated: number;
  unchanged: number;
  restored: number;
  refused: RefusedItem[];
  held: { kind: 'contested' | 'zero'; item: ItemDraft }[];
}

interface ExistingItem {
  id: number;
  sku: string;
  product_id: number;
  variant_id: number;
  fingerprint: string;
  quantity: number;
  archived: boolean;
}

interface Changes {
  updates: ItemDraft[];
  /** Items that take a SKU over from another variant. */
  adoptions: ItemDraft[];
}

/**
 * Writes what a page of the feed says, as sets: unchanged rows are not touched, and of several variants with one SKU
 * the lowest variant id wins in whatever order they come. Runs inside the caller's transaction; safe to repeat.
 */
export async function writeItems(db: Executor, scope: WriteScope, drafts: readonly ItemDraft[]): Promise<WriteResult> {
  const result: WriteResult = {
    seen: [],
    items: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    restored: 0,
    refused: [],
    held: [],
  };
  const items = lowestVariantOfEachSku(drafts, result);
  if (items.length === 0) return result;
  const existing = scope.firstImport ? new Map<string, ExistingItem>() : await readExisting(db, scope, skusOf(items));
  const fresh = items.filter((item) => !existing.has(item.sku));
  const inserted = await insertItems(db, scope, fresh);
  result.created = inserted.length;
  result.items = inserted.length;
  result.seen.push(...inserted);
  if (inserted.length < fresh.length) await addRaced(db, scope, fresh, new Set(inserted), existing);
  const rest = items.filter((item) => existing.has(item.sku));
  const changes = await decideChanges(db, scope, rest, existing, result);
  await adoptSkus(db, scope.sourceId, changes.adoptions);
  await updateItems(db, scope.sourceId, changes.updates);
  return result;
}

/** Another page brought the same SKUs at the same moment; it has committed by now, so its rows exist for this one. */
async function addRaced(
  db: Executor,
  scope: WriteScope,
  fresh: readonly ItemDraft[],
  inserted: ReadonlySet<number>,
  existing: Map<string, ExistingItem>,
): Promise<void> {
  for (const [sku, row] of await readExisting(db, scope, skusOf(fresh))) {
    if (!inserted.has(row.id)) existing.set(sku, row);
  }
}

function skusOf(items: readonly ItemDraft[]): string[] {
  return items.map((item) => item.sku);
}

function lowestVariantOfEachSku(drafts: readonly ItemDraft[], result: WriteResult): ItemDraft[] {
  const bySku = new Map<string, ItemDraft>();
  for (const draft of drafts) {
    const other = bySku.get(draft.sku);
    if (!other) bySku.set(draft.sku, draft);
    else if (other.variantId !== draft.variantId) {
      const [owner, loser] = draft.variantId < other.variantId ? [draft, other] : [other, draft];
      bySku.set(draft.sku, owner);
      result.refused.push(refusal(loser, owner.variantId));
    }
  }
  // In the order of SKUs, so that two pages that share some take their locks in one order.
  return [...bySku.values()].sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

function refusal(item: { productId: number; variantId: number; sku: string }, ownerVariantId: number): RefusedItem {
  return { productId: item.productId, variantId: item.variantId, sku: item.sku, ownerVariantId };
}

async function readExisting(db: Executor, scope: WriteScope, skus: string[]): Promise<Map<string, ExistingItem>> {
  const { rows } = await sql<ExistingItem>`
    select id, sku, product_id, variant_id, fingerprint, quantity, archived_at is not null as archived
    from inventory_items where source_id = ${scope.sourceId} and sku = any(${skus}::text[])`.execute(db);
  return new Map(rows.map((row) => [row.sku, row]));
}

async function insertItems(db: Executor, scope: WriteScope, items: ItemDraft[]): Promise<number[]> {
  if (items.length === 0) return [];
  const { rows } = await sql<{ id: number }>`
    insert into inventory_items (source_id, ${itemColumns})
    select ${scope.sourceId}, u.* from ${unnestItems(items)} as u (${itemColumns})
    on conflict (source_id, sku) do nothing
    returning id`.execute(db);
  return rows.map((row) => row.id);
}

async function decideChanges(
  db: Executor,
  scope: WriteScope,
  items: ItemDraft[],
  existing: Map<string, ExistingItem>,
  result: WriteResult,
): Promise<Changes> {
  const changes: Changes = { updates: [], adoptions: [] };
  const contested: ItemDraft[] = [];
  for (const item of items) {
    const row = existing.get(item.sku)!;
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
  result.seen.push(row.id);
  result.items++;
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
  await sql`
    select id from inventory_items where source_id = ${scope.sourceId} and sku = any(${skusOf(items)}::text[])
    order by sku for no key update`.execute(db);
  const rows = await readExisting(db, scope, skusOf(items));
  const seen = await seenInRun(
    db,
    scope.runId,
    [...rows.values()].map((row) => row.id),
  );
  for (const item of items) {
    const row = rows.get(item.sku)!;
    if (row.variant_id === item.variantId) decideUpdate(scope, item, row, result, changes);
    else if (seen.has(row.id)) decideBetweenSeen(item, row, result, changes);
    else if (item.variantId < row.variant_id || scope.mode !== 'feed') decideUpdate(scope, item, row, result, changes);
    else result.held.push({ kind: 'contested', item });
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
