import type { StoreClient } from '../bigcommerce/client.ts';
import { hasProduct, productIdOf } from '../bigcommerce/products.ts';
import { databaseTime } from '../database/clock.ts';
import { findLivingProducts } from '../database/items.ts';
import { writePartial } from '../database/partial-writes.ts';
import type { PartialCounts } from '../database/partial-writes.ts';
import { createPageSizer } from '../domain/page-size.ts';
import { completeVariants } from './complete-variants.ts';
import type { Dependencies } from './dependencies.ts';
import { signalOfActivity } from './heartbeat.ts';
import type { ImportContext } from './import-context.ts';
import type { LiveContexts } from './live-context.ts';
import { mapPage } from './map-page.ts';
import type { MappedPage } from './map-page.ts';
import { readProductsById } from './read-by-id.ts';

type Alongside = Parameters<typeof writePartial>[3];

export interface PartialScene {
  deps: Dependencies;
  contexts: LiveContexts;
  context: ImportContext;
  store: StoreClient;
}

export interface PartialRead {
  products: unknown[];
  /** Products that the store does not know any more, asked for twice. */
  goneIds: readonly number[];
  archives: boolean;
  /** Before the store was asked. */
  readAt: Date;
}

/** Maps and writes products that were read apart from a whole feed, as a page of it would be. */
export async function takeInProducts(
  { deps, contexts, context, store }: PartialScene,
  { products: listed, goneIds, archives, readAt }: PartialRead,
  alongside?: (page: MappedPage, ...rest: Parameters<NonNullable<Alongside>>) => Promise<void>,
): Promise<PartialCounts> {
  const signal = signalOfActivity();
  const products = await completeVariants(store, listed, signal);
  await contexts.complete(context, store, products, signal);
  const page = await mapPage(context, products);
  const read = products.map(productIdOf).filter((id): id is number => id !== undefined);
  const scope = { sourceId: context.source.id, guard: context.settings.archiveGuard, archives };
  return writePartial(
    deps.db,
    scope,
    { page, settledProductIds: [...read, ...goneIds], readAt },
    alongside && ((...rest) => alongside(page, ...rest)),
  );
}

/** So many products that may be gone are asked for between two writes: an attempt that is cut keeps what it had found. */
const ASKED_AT_ONCE = 25;

export interface ReadAgain {
  /** Of these products all is written now. */
  ids: readonly number[];
  counts: PartialCounts;
}

/**
 * Reads these products again, and says of which it is done as it goes: not of all, where the store has to be asked for one
 * after the other. What a product no longer has is archived where the source archives at all: a product counts as gone only
 * when the list by ids leaves it out and its own address says so too, which is asked only of products that the pool has
 * items of.
 */
export async function* readProductsAgain(scene: PartialScene, ids: readonly number[]): AsyncGenerator<ReadAgain, void> {
  const { deps, context, store } = scene;
  const signal = signalOfActivity();
  // The database's: what a page of an import or another worker has read is compared with it.
  const readAt = await databaseTime(deps.db);
  const { archiveMissing: archives, pageSize } = context.settings;
  const sizer = createPageSizer(pageSize, pageSize);
  const { products, ids: read } = await readProductsById({ store, selection: context.selection, sizer, signal }, ids);
  const found = new Set(products.map(productIdOf));
  const unlisted = read.filter((id) => !found.has(id));
  const toAsk = await findLivingProducts(deps.db, context.source.id, unlisted);
  const open = new Set(read);
  const goneIds: number[] = [];
  while (toAsk.length > ASKED_AT_ONCE) {
    const asked = toAsk.splice(0, ASKED_AT_ONCE);
    const gone = await whichAreGone(store, asked, signal);
    goneIds.push(...gone);
    const counts = await takeInProducts(scene, { products: [], goneIds: gone, archives, readAt });
    for (const id of asked) open.delete(id);
    yield { ids: asked, counts };
  }
  // What is listed comes last, with all that is gone: a product that was made anew may have the SKU of one of those.
  goneIds.push(...(await whichAreGone(store, toAsk, signal)));
  yield { ids: [...open], counts: await takeInProducts(scene, { products, goneIds, archives, readAt }) };
}

async function whichAreGone(store: StoreClient, ids: readonly number[], signal: AbortSignal): Promise<number[]> {
  const gone: number[] = [];
  for (const id of ids) {
    if (!(await hasProduct(store, id, { signal }))) gone.push(id);
  }
  return gone;
}
