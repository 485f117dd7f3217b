import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../bigcommerce/failures.ts';
import { savePageSize } from '../database/import-ranges.ts';
import type { RangeState } from '../database/import-ranges.ts';
import { failure } from './failures.ts';
import { readPage } from './feed-reader.ts';
import type { FeedReader, FeedScene, ReadAnswer } from './feed-reader.ts';

const TRIES_A_PAGE = 4;
const LOOKS_AT_THE_END = 3;
const PAUSE_MS = 500;

/**
 * A reader of the whole list by page numbers, for a store that does not heed the order or the bounds of ids. Its cursor is
 * how many products were listed so far. Products that a shifting list passes over are found by the second look at what is missing.
 */
export function createPagedReader(scene: FeedScene, range: RangeState): FeedReader {
  let size = range.pageSize;
  let previous: number | null = null;

  async function fetchPage(cursor: number): Promise<ReadAnswer> {
    for (let attempt = 1; ; attempt++) {
      size = sizeThatFits(cursor, size);
      try {
        return await readPage(scene, { page: cursor / size + 1, limit: size });
      } catch (error) {
        if (!(error instanceof StoreError) || !error.mayBeTooLarge || attempt === TRIES_A_PAGE) throw error;
        size = Math.max(1, Math.floor(size / 2));
        await savePageSize(scene.deps.db, scene.context.runId, range.rangeNo, size);
        await pause(PAUSE_MS * 2 ** attempt, undefined, { signal: scene.signal });
      }
    }
  }

  return {
    async pageAfter(cursor) {
      for (let look = 1; ; look++) {
        const { listed, lastId, total, page, readMs } = await fetchPage(cursor);
        const read = cursor + listed;
        // Without a total only an empty page proves the end: a short one may be all that the store gives at once.
        const ends = total === undefined ? listed === 0 : read >= total;
        if (ends) return { page, lastId: listed === 0 ? null : read, ends, readMs };
        if (listed > 0) {
          if (lastId !== null && lastId === previous) throw stuck(cursor);
          previous = lastId;
          if (listed < size) size = listed;
          return { page, lastId: read, ends, readMs };
        }
        if (look === LOOKS_AT_THE_END) throw cutShort(cursor, total!);
        await pause(PAUSE_MS * 2 ** look, undefined, { signal: scene.signal });
      }
    },
    get pageSize() {
      return size;
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
