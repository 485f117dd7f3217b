import { setTimeout as pause } from 'node:timers/promises';
import type { StoreClient } from '../bigcommerce/client.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import { fetchProductsAfter, fetchProductsOfPage } from '../bigcommerce/products.ts';
import { savePageSize } from '../database/import-ranges.ts';
import type { PageSizer } from '../domain/page-size.ts';
import { listVariants } from './complete-variants.ts';
import type { Dependencies } from './dependencies.ts';
import type { ImportContext } from './import-context.ts';
import type { MappedAnswer, PageMapper } from './page-mapper.ts';
import { refuseUnserved } from './unserved-product.ts';

/** What a reader of the product list works with. */
export interface FeedScene {
  deps: Dependencies;
  pages: PageMapper;
  context: ImportContext;
  store: StoreClient;
  signal: AbortSignal;
}

export type ReadAnswer = MappedAnswer & { readMs: number };

type PageRange = { after: number; upTo: number | null; limit: number } | { page: number; limit: number };

/** A page by its number may hold any products. */
const EVERYWHERE = { after: 0, upTo: null };
/** So often a page is asked for, smaller each time, before the attempt is given up. */
export const TRIES_A_PAGE = 4;
/** So often a list that seems to have ended too early is asked again. */
export const LOOKS_AT_THE_END = 3;
const PAUSE_MS = 500;

/** Waits the longer the more attempts there were. */
export async function pauseAfter(attempts: number, signal: AbortSignal): Promise<void> {
  await pause(PAUSE_MS * 2 ** attempts, undefined, { signal });
}

/** Reads a page of a range; one that the store cannot serve is asked for in halves, also by the next attempt. */
export async function readInHalves(
  scene: FeedScene,
  rangeNo: number,
  sizer: PageSizer,
  placeOf: (limit: number) => PageRange,
): Promise<ReadAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await readPage(scene, placeOf(sizer.size));
      sizer.grow();
      return answer;
    } catch (error) {
      if (!(error instanceof StoreError) || !error.mayBeTooLarge) throw error;
      if (attempt === TRIES_A_PAGE) return giveUp(scene, placeOf(sizer.size), error);
      sizer.shrink();
      await savePageSize(scene.deps.db, scene.context.runId, rangeNo, sizer.size);
      await pauseAfter(attempt, scene.signal);
    }
  }
}

/** The answer for a single product that the store cannot give out; otherwise throws the error, with its place. */
async function giveUp(scene: FeedScene, range: PageRange, error: StoreError): Promise<ReadAnswer> {
  const refused = 'after' in range && range.limit === 1 ? await refuseUnserved(scene, range, error) : null;
  if (refused) return { ...refused, readMs: 0 };
  const place = 'after' in range ? `after id ${range.after}` : `of page ${range.page}`;
  throw new StoreError(
    error.code,
    `${error.message} (products ${place}, ${range.limit} at a time)`,
    error.details,
    error.readAnswer(),
  );
}

/**
 * A page with all variants of its products, mapped. A store that leaves them out when certain fields are asked for is
 * asked for all fields from then on.
 */
async function readPage(scene: FeedScene, range: PageRange): Promise<ReadAnswer> {
  const { pages, context, store, signal } = scene;
  const began = performance.now();
  const body = await ('page' in range
    ? fetchProductsOfPage(store, range, context.selection, { signal })
    : fetchProductsAfter(store, range, context.selection, { signal }));
  const readMs = performance.now() - began;
  const place = 'page' in range ? EVERYWHERE : { after: range.after, upTo: range.upTo };
  const answer = await pages.read(context, body, place);
  if (!answer.listsVariants && context.selection.fields !== undefined) {
    context.selection = { ...context.selection, fields: undefined };
    return readPage(scene, range);
  }
  if (!('mapWith' in answer)) return { ...answer, readMs };
  const variants = await listVariants(store, answer.page.shortProductIds, signal);
  return { ...(await answer.mapWith(variants)), readMs };
}
