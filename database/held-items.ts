import { sql } from 'kysely';
import { perishableTransaction } from './connect.ts';
import type { Database, Executor } from './connect.ts';
import { lockTaken, raiseTaken } from './guard-window.ts';
import { arrayOf } from './item-text.ts';
import type { ItemDraft } from './item-text.ts';
import { writeItems } from './item-writes.ts';
import { packItems } from './packed-items.ts';

/** Takes up to `limit` held items of a kind from the list, lowest variant first. */
export async function readHeld(
  db: Executor,
  runId: string,
  kind: 'contested' | 'zero',
  limit: number,
): Promise<ItemDraft[]> {
  const rows = await db
    .selectFrom('import_held')
    .select('item')
    .where('run_id', '=', runId)
    .where('kind', '=', kind)
    .orderBy('variant_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.item as unknown as ItemDraft);
}

/** Forgets held items that have been dealt with. */
export async function dropHeld(db: Executor, runId: string, kind: 'contested' | 'zero', items: ItemDraft[]) {
  await sql`
    delete from import_held where run_id = ${runId} and kind = ${kind}
      and variant_id = any(${items.map((item) => item.variantId)}::bigint[])`.execute(db);
}

/**
 * Of held items, those that live; whoever else would write one waits from here on. What has been archived meanwhile was
 * asked for later than what is held, and stays so.
 */
async function lockLiving(trx: Executor, sourceId: number, items: ItemDraft[]): Promise<ItemDraft[]> {
  const skus = arrayOf(
    items.map((item) => item.sku),
    'text',
  );
  const { rows } = await sql<{ sku: string }>`
    select sku from inventory_items
    where source_id = ${sourceId} and sku = any(${skus}::text[]) and archived_at is null
    order by sku for no key update`.execute(trx);
  const living = new Set(rows.map(({ sku }) => sku));
  return items.filter(({ sku }) => living.has(sku));
}

interface RunScope {
  sourceId: number;
  runId: string;
}

/** Writes held items that lose all their stock, now that this has been decided. Returns how many were left to do. */
export async function zeroSomeHeld(db: Database, scope: RunScope, limit: number): Promise<number> {
  return perishableTransaction(db, async (trx) => {
    await lockTaken(trx, scope.sourceId);
    return zeroHeld(trx, scope, limit);
  });
}

/**
 * The same where nobody has decided: as long as `mayTake` allows what is held now beside what was taken since the last
 * whole feed, of which it is a part from then on. `done` when nothing is held, or too much: then `left` says how many.
 */
export async function zeroSomeAllowed(
  db: Database,
  scope: RunScope,
  limit: number,
  mayTake: (plan: { held: number; taken: number }) => boolean,
): Promise<{ done: boolean; left: number }> {
  return perishableTransaction(db, async (trx) => {
    const taken = await lockTaken(trx, scope.sourceId);
    const held = await countHeldZeros(trx, scope.runId);
    if (held === 0 || !mayTake({ held, taken })) return { done: true, left: held };
    // No more than were counted: a page that is late may bring others now.
    const zeroed = await zeroHeld(trx, scope, Math.min(limit, held));
    await raiseTaken(trx, scope.sourceId, zeroed);
    return { done: false, left: held - zeroed };
  });
}

async function countHeldZeros(trx: Executor, runId: string): Promise<number> {
  const { rows } = await sql<{ held: number }>`
    select count(*)::int as held from import_held where run_id = ${runId} and kind = 'zero'`.execute(trx);
  return rows[0]!.held;
}

/** Only under the lock: whatever is read again takes its items from the list, or waits. */
async function zeroHeld(trx: Executor, scope: RunScope, limit: number): Promise<number> {
  const items = await readHeld(trx, scope.runId, 'zero', limit);
  if (items.length === 0) return 0;
  const living = await lockLiving(trx, scope.sourceId, items);
  const written = await writeItems(trx, { ...scope, firstImport: false, mode: 'force' }, packItems(living));
  await dropHeld(trx, scope.runId, 'zero', items);
  await sql`
    update job_runs set counts = counts || jsonb_build_object('zeroed',
      coalesce((counts->>'zeroed')::int, 0) + ${written.updated}::int) where id = ${scope.runId}`.execute(trx);
  return items.length;
}
