import { getHighestProductId } from '../bigcommerce/products.ts';
import type { RangeState } from '../database/import-ranges.ts';
import { createPageSizer } from '../domain/page-size.ts';
import { failure } from './failures.ts';
import type { FeedAnswer, PackedPage } from './feed-answer.ts';
import { LOOKS_AT_THE_END, pauseAfter, readInHalves } from './read-page.ts';
import type { FeedScene } from './read-page.ts';

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

/** A range of the feed, and the highest product id that the store had when the run began. */
export type FeedRange = RangeState & { highestId: number };

/** A reader for one range. Pages that the store cannot serve are asked for in halves. */
export function createFeedReader(scene: FeedScene, range: FeedRange): FeedReader {
  const { context, store, signal } = scene;
  const sizer = createPageSizer(context.settings.pageSize, range.pageSize);

  return {
    async pageAfter(cursor) {
      for (let look = 1; ; look++) {
        const asked = sizer.size;
        const place = { after: cursor, upTo: range.upTo };
        const answer = await readInHalves(scene, range.rangeNo, sizer, (limit) => ({ ...place, limit }));
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
        await pauseAfter(look, signal);
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
