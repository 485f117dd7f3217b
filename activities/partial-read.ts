import type { StoreClient } from '../bigcommerce/client.ts';
import { hasProduct, productIdOf } from '../bigcommerce/products.ts';
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

/**
 * Reads these products again. What a product no longer has is archived where the source archives at all: a product
 * counts as gone only when the list by ids leaves it out and its own address says so too.
 */
export async function readProductsAgain(scene: PartialScene, ids: number[]): Promise<PartialCounts> {
  const { context, store } = scene;
  const signal = signalOfActivity();
  const readAt = new Date();
  const { pageSize } = context.settings;
  const sizer = createPageSizer(pageSize, pageSize);
  const products = await readProductsById({ store, selection: context.selection, sizer, signal }, ids);
  const found = new Set(products.map(productIdOf));
  const goneIds: number[] = [];
  for (const id of ids.filter((each) => !found.has(each))) {
    if (!(await hasProduct(store, id, { signal }))) goneIds.push(id);
  }
  return takeInProducts(scene, { products, goneIds, archives: context.settings.archiveMissing, readAt });
}
