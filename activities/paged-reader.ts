import type { RangeState } from '../database/import-ranges.ts';
import { createPageSizer } from '../domain/page-size.ts';
import { failure } from './failures.ts';
import type { FeedReader } from './feed-reader.ts';
import { LOOKS_AT_THE_END, pauseAfter, readInHalves } from './read-page.ts';
import type { FeedScene } from './read-page.ts';

/**
 * A reader of the whole list by page numbers, for a store that does not heed the order or the bounds of ids. Its cursor is
 * how many products were listed so far. Products that a shifting list passes over are found by the second look at what is missing.
 */
export function createPagedReader(scene: FeedScene, range: RangeState): FeedReader {
  // Never larger again: a store that gives fewer than it was asked for counts its pages by what it gives.
  let sizer = createPageSizer(range.pageSize, range.pageSize);
  let previous: number | null = null;

  return {
    async pageAfter(cursor) {
      for (let look = 1; ; look++) {
        let asked = 0;
        const { listed, lastId, total, page, readMs } = await readInHalves(scene, range.rangeNo, sizer, (limit) => {
          asked = sizeThatFits(cursor, limit);
          return { page: cursor / asked + 1, limit: asked };
        });
        const read = cursor + listed;
        // Without a total only an empty page proves the end: a short one may be all that the store gives at once.
        const ends = total === undefined ? listed === 0 : read >= total;
        if (ends) return { page, lastId: listed === 0 ? null : read, ends, readMs };
        if (listed > 0) {
          if (lastId !== null && lastId === previous) throw stuck(cursor);
          previous = lastId;
          if (listed < asked) sizer = createPageSizer(listed, listed);
          return { page, lastId: read, ends, readMs };
        }
        if (look === LOOKS_AT_THE_END) throw cutShort(cursor, total!);
        await pauseAfter(look, scene.signal);
      }
    },
    get pageSize() {
      return sizer.size;
    },
  };
}

/** The largest page size, at most `size`, with which a page begins at this place. */
export function sizeThatFits(cursor: number, size: number): number {
  let fitting = size;
  while (cursor % fitting !== 0) fitting--;
  return fitting;
}

function stuck(cursor: number) {
  return failure('feed_incomplete', `The product list names the same page again after ${cursor} products.`);
}

function cutShort(cursor: number, total: number) {
  return failure(
    'feed_incomplete',
    `The product list ended after ${cursor} products, but the store says that it has ${total}.`,
  );
}
