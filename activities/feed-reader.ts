import { setTimeout as pause } from 'node:timers/promises';
import type { StoreClient } from '../bigcommerce/client.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import { getHighestProductId, getProductsAfter, productIdOf } from '../bigcommerce/products.ts';
import type { ProductPage } from '../bigcommerce/products.ts';
import { savePageSize } from '../database/import-ranges.ts';
import type { RangeState } from '../database/import-ranges.ts';
import { createPageSizer } from '../domain/page-size.ts';
import { completeVariants, listsVariants } from './complete-variants.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import type { ImportContext } from './import-context.ts';

export interface FeedPage {
  products: unknown[];
  /** The highest id of the page; null for an empty page. */
  lastId: number | null;
  /** Proven: nothing of this range comes after this page. */
  ends: boolean;
  readMs: number;
}

/** Reads one range of the product list, page after page, and proves its end. */
export interface FeedReader {
  pageAfter(cursor: number): Promise<FeedPage>;
  readonly pageSize: number;
}

const TRIES_A_PAGE = 4;
const LOOKS_AT_THE_END = 3;
const PAUSE_MS = 500;

/** A range of the feed, and the highest product id that the store had when the run began. */
export type FeedRange = RangeState & { highestId: number };

/** A reader for one range. Pages that the store cannot serve are asked for in halves. */
export function createFeedReader(
  deps: Dependencies,
  context: ImportContext,
  store: StoreClient,
  range: FeedRange,
  signal: AbortSignal,
): FeedReader {
  const sizer = createPageSizer(context.settings.pageSize, range.pageSize);

  async function fetchPage(cursor: number): Promise<ProductPage> {
    for (let attempt = 1; ; attempt++) {
      try {
        const page = await getPageWithVariants(
          context,
          store,
          { after: cursor, upTo: range.upTo, limit: sizer.size },
          signal,
        );
        sizer.grow();
        return page;
      } catch (error) {
        if (!(error instanceof StoreError) || !error.mayBeTooLarge || attempt === TRIES_A_PAGE) throw error;
        sizer.shrink();
        await savePageSize(deps.db, context.runId, range.rangeNo, sizer.size);
        await pause(PAUSE_MS * 2 ** attempt, undefined, { signal });
      }
    }
  }

  async function nextPage(cursor: number): Promise<Omit<FeedPage, 'readMs'>> {
    for (let look = 1; ; look++) {
      const asked = sizer.size;
      const page = await fetchPage(cursor);
      const lastId = highestId(page.products, cursor);
      if (range.upTo !== null && lastId !== null && lastId >= range.upTo) {
        return { products: page.products, lastId, ends: true };
      }
      if (!looksLikeTheEnd(page, asked, cursor, lastId)) return { products: page.products, lastId, ends: false };
      // All that was there at the start has been read. A store that goes on creating products must not keep us for ever.
      if (range.highestId > 0 && (lastId ?? cursor) >= range.highestId) {
        return { products: page.products, lastId, ends: true };
      }
      const beyond = await getHighestProductId(store, { after: lastId ?? cursor, upTo: range.upTo }, { signal });
      if (beyond.id === undefined) return { products: page.products, lastId, ends: true };
      if (lastId !== null) return { products: page.products, lastId, ends: false };
      if (look === LOOKS_AT_THE_END) throw cutShort(cursor, beyond.id);
      await pause(PAUSE_MS * 2 ** look, undefined, { signal });
    }
  }

  return {
    async pageAfter(cursor) {
      const began = performance.now();
      const page = await nextPage(cursor);
      await completeVariants(store, page.products, signal);
      return { ...page, readMs: performance.now() - began };
    },
    get pageSize() {
      return sizer.size;
    },
  };
}

function highestId(products: unknown[], cursor: number): number | null {
  const ids = products.map(productIdOf).filter((id): id is number => id !== undefined && id > cursor);
  return ids.length === 0 ? null : Math.max(...ids);
}

/** A page that is empty, or short while the store does not speak of more. Only a hint: the end is proven afterwards. */
function looksLikeTheEnd(page: ProductPage, asked: number, cursor: number, lastId: number | null): boolean {
  if (lastId === null) return true;
  const own = page.products.filter((raw) => (productIdOf(raw) ?? 0) > cursor).length;
  return own < asked && (page.total === undefined || page.total <= page.products.length);
}

function cutShort(cursor: number, highest: number) {
  return failure(
    'feed_incomplete',
    `The product list ended after id ${cursor}, but the store has products up to id ${highest}: the feed was cut short.`,
  );
}

/**
 * A page with the variants of its products. A store that leaves them out when certain fields are asked for is asked
 * for all fields from then on.
 */
async function getPageWithVariants(
  context: ImportContext,
  store: StoreClient,
  range: { after: number; upTo: number | null; limit: number },
  signal: AbortSignal,
): Promise<ProductPage> {
  const page = await getProductsAfter(store, range, context.selection, { signal });
  if (context.selection.fields === undefined || page.products.length === 0) return page;
  if (page.products.some(listsVariants)) return page;
  context.selection = { ...context.selection, fields: undefined };
  return getProductsAfter(store, range, context.selection, { signal });
}
