import { getModifiedProducts } from '../bigcommerce/modified-products.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import { getStoreTime } from '../bigcommerce/time.ts';
import { openClock } from '../database/clock.ts';
import { addCounts, finishCountedRun } from '../database/counted-runs.ts';
import { saveFindings, takenSku } from '../database/import-ledger.ts';
import { readLookedAt, saveLookedAt } from '../database/refresh-watermarks.ts';
import * as runs from '../database/runs.ts';
import type { JobRun } from '../database/runs.ts';
import { findSource } from '../database/sources.ts';
import type { StoredSource } from '../database/sources.ts';
import type { RunStatus } from '../database/tables.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { signalOfActivity } from './heartbeat.ts';
import { inventorySettings } from './import-context.ts';
import { beginJobRun } from './job-run.ts';
import type { Why } from './job-run.ts';
import type { LiveContexts } from './live-context.ts';
import { wakeDelivery } from './notifications.ts';
import { takeInProducts } from './partial-read.ts';
import type { PartialScene } from './partial-read.ts';

/** Where a run of the quick rhythm stands. */
export interface RefreshProgress {
  sentence: string;
  products: number;
  complete: boolean;
}

export interface RefreshPlan {
  giveUpMs: number;
  /** Why nothing is to be read now; null when it is. */
  idle: string | null;
}

/** Kept in the run: where it began, until when it looks, and the last product that was written. */
interface RefreshCursor {
  since: string;
  until: string;
  after: number;
}

const SLICE_MS = 15_000;
/** What was modified while the last look was under way, and what the store's list shows late, is read again. */
const OVERLAP_MS = 5 * 60_000;
/** A first look goes by our clock, which may differ from the store's. */
const FIRST_OVERLAP_MS = 15 * 60_000;
const SMALLEST_PAGE = 10;

/** Activities of the quick rhythm of the inventory: products modified since the last look, nothing archived. */
export function inventoryRefreshActivities(deps: WorkerDependencies, contexts: LiveContexts) {
  const { db } = deps;
  return {
    /** Takes the lease and records the run. Fails with `already_running`, naming the other run. Safe to repeat. */
    async beginRefresh(input: { source: string; runId: string; trigger: 'manual' | 'schedule' }): Promise<RefreshPlan> {
      const source = await requireSource(input.source);
      const settings = inventorySettings(source.settings, source.name);
      const endLost = (id: string, status: RunStatus, why: Why) => finishCountedRun(db, id, status, why);
      await beginJobRun(deps, { ...input, job: 'refresh', source, endLost });
      return { giveUpMs: settings.giveUpMinutes * 60_000, idle: await whyIdle(source) };
    },

    /**
     * Reads products modified since the last look, by id, as far as a slice goes. Each page is written in one transaction
     * with its place and its counts. Safe to repeat.
     */
    async refreshSlice(runId: string): Promise<RefreshProgress> {
      const run = (await runs.findRun(db, runId))!;
      const source = await requireSource(run.source);
      const context = await contexts.of(source, 'import');
      if (!context) throw failure('request_rejected', `Source ${source.name} was not imported yet.`);
      const store = await context.openStore();
      try {
        const scene = { deps, contexts, context, store };
        const complete = await readSlice(scene, run, await cursorOf(scene, run));
        return { complete, ...(await progressOf(runId)) };
      } finally {
        await runs.addRequests(db, runId, store.requests);
      }
    },

    /** Ends the run in the database: status, reason; gives the lease back. Safe to repeat. */
    async finishRefresh(runId: string, status: RunStatus, why: Why | null): Promise<void> {
      await finishCountedRun(db, runId, status, why);
      await wakeDelivery(deps);
    },
  };

  async function requireSource(name: string): Promise<StoredSource> {
    const source = await findSource(db, name);
    if (!source) throw failure('source_not_found', `There is no source ${name}.`);
    return source;
  }

  async function whyIdle(source: StoredSource): Promise<string | null> {
    const [running] = await runs.listRuns(db, { sourceId: source.id, job: 'inventory', status: 'running', limit: 1 });
    if (running) return 'A whole feed is being read; the next look begins where the last one ended.';
    const [done] = await runs.listRuns(db, { sourceId: source.id, job: 'inventory', status: 'completed', limit: 1 });
    return done ? null : 'The whole feed comes first: no import has completed yet.';
  }

  async function progressOf(runId: string): Promise<Omit<RefreshProgress, 'complete'>> {
    const { counts } = (await runs.findRun(db, runId))!;
    const { products = 0, created = 0, updated = 0, restored = 0 } = counts;
    const changed = created + updated + restored;
    return { products, sentence: `Read ${products} modified products: ${changed} items are new or changed.` };
  }

  /** Fixed at the beginning of the run, by the store's clock, so that a second attempt looks at the same. */
  async function cursorOf({ store }: PartialScene, run: JobRun): Promise<RefreshCursor> {
    const known = run.context['refresh'] as RefreshCursor | undefined;
    if (known) return known;
    const until = (await getStoreTime(store)) ?? new Date();
    const lookedAt = await readLookedAt(db, run.sourceId);
    const since = lookedAt
      ? new Date(lookedAt.getTime() - OVERLAP_MS)
      : new Date((await lastImportBegan(run.sourceId)).getTime() - FIRST_OVERLAP_MS);
    const cursor = { since: since.toISOString(), until: until.toISOString(), after: 0 };
    await runs.addRunContext(db, run.id, { refresh: cursor });
    return cursor;
  }

  async function lastImportBegan(sourceId: number): Promise<Date> {
    const [done] = await runs.listRuns(db, { sourceId, job: 'inventory', status: 'completed', limit: 1 });
    return done?.startedAt ?? new Date();
  }

  async function readSlice(scene: PartialScene, run: JobRun, cursor: RefreshCursor): Promise<boolean> {
    const { context } = scene;
    const sliceEnds = Date.now() + SLICE_MS;
    let { after } = cursor;
    let limit = context.settings.pageSize;
    const clock = await openClock(db);
    for (;;) {
      const readAt = clock();
      const query = { since: new Date(cursor.since), after, limit };
      const page = await getModifiedProducts(scene.store, query, context.selection, {
        signal: signalOfActivity(),
      }).catch((error: unknown) => {
        if (!(error instanceof StoreError) || !error.mayBeTooLarge || limit <= SMALLEST_PAGE) throw error;
        return null;
      });
      if (!page) {
        limit = Math.max(SMALLEST_PAGE, Math.floor(limit / 2));
        continue;
      }
      if (page.lastId === null) {
        await saveLookedAt(db, run.sourceId, new Date(cursor.until));
        return true;
      }
      const next = { ...cursor, after: page.lastId };
      const read = { products: page.products, goneIds: [], archives: false, readAt };
      await takeInProducts(scene, read, async (mapped, trx, counts, refused) => {
        const { archived: _, ...kept } = counts;
        const rejected = mapped.findings.length + refused.length;
        await addCounts(trx, run.id, { ...kept, skipped: mapped.skipped.length, rejected });
        await saveFindings(trx, run.id, [...mapped.findings, ...refused.map(takenSku)]);
        await runs.addRunContext(trx, run.id, { refresh: next });
      });
      after = page.lastId;
      if (Date.now() > sliceEnds) return false;
    }
  }
}
