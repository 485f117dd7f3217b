import { sql } from 'kysely';
import { readHeld, zeroSomeHeld } from '../../database/held-items.ts';
import type { Database, Executor } from '../../database/connect.ts';
import { savePage, sumPages } from '../../database/import-ledger.ts';
import type { PageDraft } from '../../database/import-ledger.ts';
import { packItems } from '../../database/packed-items.ts';
import type { ItemDraft } from '../../database/item-text.ts';
import type { WriteScope } from '../../database/write-result.ts';
import { beginRun } from '../../database/runs.ts';
import type { JobKind } from '../../domain/jobs.ts';
import { saveSource } from '../../database/sources.ts';

let last = 0;

/** A source that nobody else in the test file uses. */
export async function addSource(db: Database, name = `source-${++last}`, settings = {}): Promise<number> {
  const draft = { name, connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings };
  return (await saveSource(db, draft, () => Promise.resolve())).id;
}

/** A run that has begun. */
export async function addRun(
  db: Database,
  sourceId: number,
  id = `run-${++last}`,
  job: JobKind = 'inventory',
): Promise<string> {
  await beginRun(db, { id, sourceId, sourceVersion: 1, job, workflowId: `w-${id}`, trigger: 'manual' });
  return id;
}

export async function makeScope(db: Database, options: Partial<WriteScope> = {}): Promise<WriteScope> {
  const sourceId = options.sourceId ?? (await addSource(db));
  return { sourceId, runId: await addRun(db, sourceId), firstImport: false, mode: 'feed', ...options };
}

export function makeItem(variantId: number, fields: Partial<ItemDraft> = {}): ItemDraft {
  return {
    sku: `SKU-${variantId}`,
    productId: 1000 + variantId,
    variantId,
    title: `Item ${variantId}`,
    description: null,
    quantity: 5,
    price: '12.50',
    msrp: null,
    cost: null,
    currency: 'USD',
    brand: 'ACME',
    categories: ['Top', 'Below'],
    imageUrl: null,
    weightKg: '0.5',
    widthCm: null,
    heightCm: null,
    depthCm: null,
    upc: null,
    attributes: {},
    ...fields,
  };
}

let place = 0;

/** A page of a feed with these items, each page at a place of its own. */
export function makePage(items: ItemDraft[], fields: Partial<PageDraft> = {}): PageDraft {
  place += 10;
  return {
    rangeNo: 0,
    afterId: place,
    lastId: place + 10,
    products: items.length,
    items: packItems(items),
    findings: [],
    skipped: [],
    refusedProductIds: [],
    refusedVariantIds: [],
    unreadable: 0,
    rangeComplete: false,
    pageSize: 250,
    readMs: 0,
    ...fields,
  };
}

/** The items of a source as a test compares them. */
export async function readPool(db: Database, sourceId: number) {
  return db
    .selectFrom('inventory_items')
    .select(['sku', 'variant_id as variantId', 'quantity', 'title', 'archived_at as archivedAt'])
    .where('source_id', '=', sourceId)
    .orderBy('sku')
    .execute();
}

/** Where each row stands and who wrote it: equal means that nobody touched it. */
export async function traces(db: Database, sourceId: number) {
  const { rows } = await sql`
    select sku, xmin::text, ctid::text from inventory_items where source_id = ${sourceId} order by sku`.execute(db);
  return rows;
}

/** Imports a feed in this grouping, then what was contested, as the job does. */
export async function importFeed(
  db: Database,
  sourceId: number,
  pages: ItemDraft[][],
  firstImport = false,
  parallel = false,
) {
  const scope = await makeScope(db, { sourceId, firstImport });
  if (parallel) await Promise.all(pages.map((items) => savePage(db, scope, makePage(items))));
  else for (const items of pages) await savePage(db, scope, makePage(items));
  const contested = await readHeld(db, scope.runId, 'contested', 1000);
  const settling = { ...scope, firstImport: false, mode: 'settle' as const };
  await savePage(db, settling, makePage(contested, { rangeNo: -2 }));
  while ((await zeroSomeHeld(db, scope, 100)) > 0);
  return { scope, counts: await sumPages(db, scope.runId) };
}

/** What a migration says that waits for this transaction. */
export async function waitsForTransaction(holder: Executor): Promise<RegExp> {
  const { rows } = await sql<{ pid: number; since: Date }>`
    select pg_backend_pid() as pid, now() as since`.execute(holder);
  const { pid, since } = rows[0]!;
  return new RegExp(
    `waits for a transaction that is open since ${since.toISOString()} \\(pid ${pid}, bcsource, idle in transaction\\)`,
  );
}
