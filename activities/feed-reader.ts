import { setTimeout as pause } from 'node:timers/promises';
import type { StoreClient } from '../bigcommerce/client.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import { fetchProductsAfter, fetchProductsOfPage, getHighestProductId } from '../bigcommerce/products.ts';
import { savePageSize } from '../database/import-ranges.ts';
import type { RangeState } from '../database/import-ranges.ts';
import { createPageSizer } from '../domain/page-size.ts';
import { listVariants } from './complete-variants.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import type { FeedAnswer, PackedPage } from './feed-answer.ts';
import type { ImportContext } from './import-context.ts';
import type { MappedAnswer, PageMapper } from './page-mapper.ts';

/** A page of the feed, mapped. */
export interface FeedPage {
  page: PackedPage;
  /** Where the next page begins: the highest id of this one (with page numbers: how many products were read); null when empty. */
  lastId: number | null;
  /** Proven: nothing of this range comes after this page. */
  ends: boolean;
  /** How long the store took to answer. */
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

/** What a reader works with. */
export interface FeedScene {
  deps: Dependencies;
  pages: PageMapper;
  context: ImportContext;
  store: StoreClient;
  signal: AbortSignal;
}

export type ReadAnswer = MappedAnswer & { readMs: number };

/** A reader for one range. Pages that the store cannot serve are asked for in halves. */
export function createFeedReader(scene: FeedScene, range: FeedRange): FeedReader {
  const { deps, context, store, signal } = scene;
  const sizer = createPageSizer(context.settings.pageSize, range.pageSize);

  async function fetchPage(cursor: number): Promise<ReadAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await readPage(scene, { after: cursor, upTo: range.upTo, limit: sizer.size });
        sizer.grow();
        return answer;
      } catch (error) {
        if (!(error instanceof StoreError) || !error.mayBeTooLarge || attempt === TRIES_A_PAGE) throw error;
        sizer.shrink();
        await savePageSize(deps.db, context.runId, range.rangeNo, sizer.size);
        await pause(PAUSE_MS * 2 ** attempt, undefined, { signal });
      }
    }
  }

  return {
    async pageAfter(cursor) {
      for (let look = 1; ; look++) {
        const asked = sizer.size;
        const answer = await fetchPage(cursor);
        const { lastId, page, readMs } = answer;
        const found = (ends: boolean): FeedPage => ({ page, lastId, ends, readMs });
        if (range.upTo !== null && lastId !== null && lastId >= range.upTo) return found(true);
        if (!looksLikeTheEnd(answer, asked)) return found(false);
        // All that was there at the start has been read. A store that goes on creating products must not keep us for ever.
        if (range.highestId > 0 && (lastId ?? cursor) >= range.highestId) return found(true);
        const beyond = await getHighestProductId(store, { after: lastId ?? cursor, upTo: range.upTo }, { signal });
        if (beyond.id === undefined) return found(true);
        if (lastId !== null) return found(false);
        if (look === LOOKS_AT_THE_END) throw cutShort(cursor, beyond.id);
        await pause(PAUSE_MS * 2 ** look, undefined, { signal });
      }
    },
    get pageSize() {
      return sizer.size;
    },
  };
}

/** An answer that is empty, or short while the store does not speak of more. Only a hint: the end is proven afterwards. */
function looksLikeTheEnd(answer: FeedAnswer, asked: number): boolean {
  if (answer.lastId === null) return true;
  return answer.own < asked && (answer.total === undefined || answer.total <= answer.listed);
}

function cutShort(cursor: number, highest: number) {
  return failure(
    'feed_incomplete',
    `The product list ended after id ${cursor}, but the store has products up to id ${highest}: the feed was cut short.`,
  );
}

type PageRange = { after: number; upTo: number | null; limit: number } | { page: number; limit: number };

/**
 * A page with all variants of its products, mapped. A store that leaves them out when certain fields are asked for is
 * asked for all fields from then on.
 */
export async function readPage(scene: FeedScene, range: PageRange): Promise<ReadAnswer> {
  const { pages, context, store, signal } = scene;
  const began = performance.now();
  const body = await ('page' in range
    ? fetchProductsOfPage(store, range, context.selection, { signal })
    : fetchProductsAfter(store, range, context.selection, { signal }));
  const readMs = performance.now() - began;
  const answer = await pages.read(context, body, 'page' in range ? 0 : range.after);
  if (!answer.listsVariants && context.selection.fields !== undefined) {
    context.selection = { ...context.selection, fields: undefined };
    return readPage(scene, range);
  }
  if (!('mapWith' in answer)) return { ...answer, readMs };
  const variants = await listVariants(store, answer.page.shortProductIds, signal);
  return { ...(await answer.mapWith(variants)), readMs };
}
