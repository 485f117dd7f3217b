import type { PageCounts } from '../database/import-ledger.ts';
import { savePage, sumPages } from '../database/import-ledger.ts';
import { readRanges } from '../database/import-ranges.ts';
import type { RangeState } from '../database/import-ranges.ts';
import { addRequests, findRun } from '../database/runs.ts';
import type { ImportProgress } from '../domain/import-progress.ts';
import type { Dependencies } from './dependencies.ts';
import { createFeedReader } from './feed-reader.ts';
import type { FeedReader } from './feed-reader.ts';
import { signalOfActivity } from './heartbeat.ts';
import type { ImportContext } from './import-context.ts';
import { createPageMapper } from './page-mapper.ts';
import { createPagedReader } from './paged-reader.ts';

export interface Slice {
  complete: boolean;
  progress: Pick<ImportProgress, 'products' | 'items' | 'changed'>;
}

/** A young run answers often, so that its progress is seen; later an activity is worth its overhead. */
const SHORT_SLICE_MS = 3_000;
const LONG_SLICE_MS = 15_000;

/** Activities that read the feed. */
export function inventoryReadActivities(deps: Dependencies, contextOf: (runId: string) => Promise<ImportContext>) {
  const pages = createPageMapper();
  return {
    /**
     * Reads some pages of a range and commits page by page. The next page is asked for only then (the other ranges are
     * read and written meanwhile), so an attempt that goes on from the ledger reads at most one page again.
     */
    async readRange(runId: string, rangeNo: number): Promise<Slice> {
      const context = await contextOf(runId);
      const range = (await readRanges(deps.db, runId)).find((candidate) => candidate.rangeNo === rangeNo)!;
      if (range.complete) return { complete: true, progress: await progressOf(deps, runId) };
      const run = (await findRun(deps.db, runId))!;
      const highestId = run.context['highestId'] as number;
      const store = await context.openStore();
      const scene = { deps, pages, context, store, signal: signalOfActivity() };
      const byPage = run.context['byPage'] === true;
      const reader = byPage ? createPagedReader(scene, range) : createFeedReader(scene, { ...range, highestId });
      try {
        const complete = await readSlice(deps, context, range, reader, sliceEnd(run.startedAt));
        return { complete, progress: await progressOf(deps, runId) };
      } finally {
        await addRequests(deps.db, runId, store.requests);
      }
    },
  };
}

function sliceEnd(startedAt: Date): number {
  const young = Date.now() - startedAt.getTime() < 30_000;
  return Date.now() + (young ? SHORT_SLICE_MS : LONG_SLICE_MS);
}

async function progressOf(deps: Dependencies, runId: string): Promise<Slice['progress']> {
  const sums: PageCounts = await sumPages(deps.db, runId);
  return { products: sums.products, items: sums.items, changed: sums.created + sums.updated + sums.restored };
}

async function readSlice(
  deps: Dependencies,
  context: ImportContext,
  range: RangeState,
  reader: FeedReader,
  until: number,
): Promise<boolean> {
  const signal = signalOfActivity();
  let cursor = range.cursor;
  do {
    const { page, lastId, ends, readMs } = await reader.pageAfter(cursor);
    signal.throwIfAborted();
    const place = { rangeNo: range.rangeNo, afterId: cursor, lastId: lastId ?? cursor, rangeComplete: ends };
    await savePage(deps.db, context.scope, { ...page, ...place, pageSize: reader.pageSize, readMs });
    if (ends) return true;
    cursor = place.lastId;
  } while (Date.now() < until);
  return false;
}
