import { getHighestProductId } from '../bigcommerce/products.ts';
import * as archive from '../database/archive.ts';
import type { ArchivePlan } from '../database/archive.ts';
import { dropHeld, readHeld, zeroSomeHeld } from '../database/held-items.ts';
import { PageAlreadyWritten, saveFindings, savePage, sumPages } from '../database/import-ledger.ts';
import type { Finding } from '../database/import-ledger.ts';
import { packItems } from '../database/packed-items.ts';
import { addRequests, findRun, setRunStatus } from '../database/runs.ts';
import { needsApproval } from '../domain/archive-guard.ts';
import { createPageSizer } from '../domain/page-size.ts';
import type { PageSizer } from '../domain/page-size.ts';
import { completeVariants } from './complete-variants.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { signalOfActivity } from './heartbeat.ts';
import type { ImportContext } from './import-context.ts';
import { emptyDraft, mapPage } from './map-page.ts';
import type { MappedPage } from './map-page.ts';
import { readProductsById } from './read-by-id.ts';

const BATCH = 500;
const SLICE_MS = 15_000;
/** Of the products that the store said it had at the start, so many must have been read before anything is archived. */
const SMALLEST_SHARE_READ = 0.8;

/** Activities that decide what left the feed, and archive it. */
export function inventoryArchiveActivities(deps: Dependencies, contextOf: (runId: string) => Promise<ImportContext>) {
  /** How many products a store can serve at once, learned by one slice and known to the next. */
  const sizers = new WeakMap<ImportContext, PageSizer>();

  function sizerOf(context: ImportContext): PageSizer {
    const { pageSize } = context.settings;
    const sizer = sizers.get(context) ?? createPageSizer(pageSize, pageSize);
    sizers.set(context, sizer);
    return sizer;
  }

  return {
    /** Gives contested SKUs to the lowest variant that still claims them, now that the feed was read. Safe to repeat. */
    async settleContested(runId: string): Promise<void> {
      const context = await contextOf(runId);
      const scope = { ...context.scope, firstImport: false, mode: 'settle' as const };
      for (;;) {
        const items = await readHeld(deps.db, runId, 'contested', BATCH);
        if (items.length === 0) return;
        const ids = items.map((item) => item.variantId);
        const place = { rangeNo: archive.SETTLE_RANGE, afterId: ids[0]!, lastId: ids.at(-1)! };
        await savePage(deps.db, scope, {
          ...emptyDraft(),
          ...place,
          items: packItems(items),
          pageSize: BATCH,
          readMs: 0,
          rangeComplete: true,
        }).catch(ignoreAlreadyWritten);
        await dropHeld(deps.db, runId, 'contested', items);
      }
    },

    /** Lists what the feed did not name. Safe to repeat. */
    async listMissing(runId: string): Promise<number> {
      const { scope } = await contextOf(runId);
      // The pool was empty when the run began, and no other run has written since: all that it holds was seen.
      if (scope.firstImport) return 0;
      return archive.listMissing(deps.db, scope);
    },

    /**
     * Asks the store for the products of missing items by their ids, and saves those that live through the same code as
     * the feed, in pages no larger than the feed's. Ends after some 15 s; `complete` says whether all were asked for.
     */
    async confirmMissing(runId: string): Promise<{ complete: boolean }> {
      const context = await contextOf(runId);
      const until = Date.now() + SLICE_MS;
      const store = await context.openStore();
      const sizer = sizerOf(context);
      const scene = { store, selection: context.selection, sizer, signal: signalOfActivity() };
      try {
        for (;;) {
          const open = await archive.nextProductsToConfirm(deps.db, runId, sizer.size);
          if (open.length === 0) return { complete: true };
          const { products: listed, ids } = await readProductsById(scene, open);
          const products = await completeVariants(store, listed, scene.signal);
          const draft = await withoutSettled(deps, context, await mapPage(context, products));
          const place = { rangeNo: archive.CONFIRM_RANGE, afterId: ids[0]! - 1, lastId: ids.at(-1)! };
          const scope = { ...context.scope, firstImport: false, mode: 'settle' as const };
          await savePage(deps.db, scope, {
            ...draft,
            ...place,
            items: packItems(draft.items),
            pageSize: sizer.size,
            readMs: 0,
            rangeComplete: true,
          });
          if (Date.now() > until) return { complete: false };
        }
      } finally {
        await addRequests(deps.db, runId, store.requests);
      }
    },

    /**
     * Whether the feed may be trusted with archiving. Fails with `feed_incomplete` when the store has more products than
     * were read: products up to the highest id of the start cannot come into being later, so whatever of them the store
     * counts now must have been read. A store that gives no totals passes; there the proven end of each range has to do.
     * False when some product had no readable id: then nobody can say whose items are gone.
     */
    async checkCompleteness(runId: string): Promise<boolean> {
      const context = await contextOf(runId);
      const run = (await findRun(deps.db, runId))!;
      const byPage = run.context['byPage'] === true;
      const highestId = run.context['highestId'] as number;
      const sums = await sumPages(deps.db, runId);
      const store = await context.openStore();
      try {
        const counted = await getHighestProductId(store, byPage ? {} : { upTo: highestId }, {
          signal: signalOfActivity(),
        });
        if (highestId > 0 && counted.bounded && counted.total !== undefined && counted.total > sums.products) {
          throw failure(
            'feed_incomplete',
            `The store has ${counted.total} products${byPage ? '' : ` up to id ${highestId}`}, but its list named only ${sums.products}.`,
          );
        }
        // A list that goes silent may lie about its total as well; so many products are not deleted while we read.
        const atStart = (run.context['totalProducts'] as number | null) ?? 0;
        if (sums.products < atStart * SMALLEST_SHARE_READ) {
          throw failure(
            'feed_incomplete',
            `The store had ${atStart} products when the run began, but its list named only ${sums.products}.`,
          );
        }
        // A store that now hardly knows what it has just listed does not answer as it should, and its "gone" is no proof.
        const now = counted.id === undefined ? 0 : (counted.total ?? sums.products);
        const listed = Math.min(sums.products, atStart || sums.products);
        if (now < listed * SMALLEST_SHARE_READ) {
          throw failure(
            'feed_incomplete',
            `The list named ${sums.products} products, but now the store says that it has ${now} of them.`,
          );
        }
      } finally {
        await addRequests(deps.db, runId, store.requests);
      }
      if (sums.unreadable === 0) return true;
      await saveFindings(deps.db, runId, [archiveSkipped(sums.unreadable)]);
      return false;
    },

    /** What the run would archive and zero, and whether a person has to be asked first. */
    async planArchive(runId: string, archives: boolean): Promise<ArchivePlan & { needsApproval: boolean }> {
      const { scope, settings } = await contextOf(runId);
      if (!archives) await archive.forgetMissing(deps.db, runId);
      else if (await archive.hasMissing(deps.db, runId)) await archive.forgetFound(deps.db, scope);
      const plan = await archive.readArchivePlan(deps.db, scope);
      const { products } = await sumPages(deps.db, runId);
      return { ...plan, needsApproval: needsApproval({ ...plan, productsRead: products }, settings.archiveGuard) };
    },

    /** Archives what is missing and zeroes what was held, in batches. Safe to repeat. */
    async applyArchive(runId: string): Promise<void> {
      const { scope } = await contextOf(runId);
      // A run that waited for a person waits no more.
      await setRunStatus(deps.db, runId, 'running', null);
      while ((await archive.archiveSomeMissing(deps.db, scope, BATCH * 10)) > 0);
      while ((await zeroSomeHeld(deps.db, scope, BATCH)) > 0);
    },
  };
}

/** A worker that died between the two steps has written them: what is left is to forget them. */
function ignoreAlreadyWritten(error: unknown): void {
  if (!(error instanceof PageAlreadyWritten)) throw error;
}

/** A product that lost some of its variants is asked for too: the others were dealt with and must not count twice. */
async function withoutSettled(deps: Dependencies, { scope }: ImportContext, page: MappedPage): Promise<MappedPage> {
  const candidates = [...page.items.map((item) => item.variantId), ...page.refusedVariantIds];
  const settled = await archive.findSettledVariants(deps.db, scope, candidates);
  const isOpen = (row: { variantId: number | null }) => row.variantId === null || !settled.has(row.variantId);
  return { ...page, items: page.items.filter(isOpen), findings: page.findings.filter(isOpen) };
}

function archiveSkipped(unreadable: number): Finding {
  return {
    kind: 'warning',
    productId: null,
    variantId: null,
    sku: null,
    code: 'archive_skipped',
    message: `Nothing was archived: ${unreadable} products came without a readable id, so nobody can say which items are gone`,
  };
}
