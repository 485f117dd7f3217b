import { activityInfo } from '@temporalio/activity';
import { listBrands } from '../bigcommerce/brands.ts';
import { listCategories } from '../bigcommerce/categories.ts';
import type { StoreClient } from '../bigcommerce/client.ts';
import { getHighestProductId, getProductIdAt, listsById } from '../bigcommerce/products.ts';
import { getStoreInformation } from '../bigcommerce/store-information.ts';
import type { ArchivePlan } from '../database/archive.ts';
import { sumPages } from '../database/import-ledger.ts';
import { readRanges, saveRanges } from '../database/import-ranges.ts';
import { analyzeItems, hasItems } from '../database/items.ts';
import { takeLease } from '../database/leases.ts';
import { saveBrands, saveCategories } from '../database/references.ts';
import { askForDecision } from '../database/run-decision.ts';
import { warnOfLookalikes } from '../database/lookalikes.ts';
import * as runs from '../database/runs.ts';
import { findSource } from '../database/sources.ts';
import { dimensionFactorCm, weightFactorKg } from '../domain/catalog/units.ts';
import { cutPositions, rangesFromCuts } from '../domain/id-ranges.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { settleHeldZeros } from './failed-import.ts';
import { failure } from './failures.ts';
import { signalOfActivity } from './heartbeat.ts';
import { inventorySettings } from './import-context.ts';
import type { ImportContext, RunFacts } from './import-context.ts';
import { refuseWhereUninstalled } from './job-run.ts';
import { isWorkflowClosed } from './lease-holder.ts';
import { lostRun } from './lost-runs.ts';
import { wakeDelivery } from './notifications.ts';
import { openStore } from './stores.ts';

/** The few settings that steer the workflow; everything else is read by the activities. */
export interface ImportPlan {
  archives: boolean;
  giveUpMs: number;
  decisionWaitMs: number;
}

interface Why {
  code: string;
  reason: string;
  hint: string;
}

/** Activities that begin and end a run of Get Inventory (Primary). */
export function inventoryRunActivities(deps: WorkerDependencies, contextOf: (runId: string) => Promise<ImportContext>) {
  return {
    /** Takes the lease of the job and records the run. Fails with `already_running`, naming the other run. Safe to repeat. */
    async beginImport(input: { source: string; runId: string; trigger: 'manual' | 'schedule' }): Promise<ImportPlan> {
      const source = await findSource(deps.db, input.source);
      if (!source) throw failure('source_not_found', `There is no source ${input.source}.`);
      const settings = inventorySettings(source.settings, source.name);
      await refuseWhereUninstalled(deps, source.id);
      const workflowId = activityInfo().workflowExecution!.workflowId;
      await takeImportLease(deps, source.id, { runId: input.runId, workflowId });
      const { runId: id, trigger } = input;
      await runs.beginRun(deps.db, {
        id,
        trigger,
        workflowId,
        job: 'inventory',
        sourceId: source.id,
        sourceVersion: source.version,
      });
      return {
        archives: settings.archiveMissing,
        giveUpMs: settings.giveUpMinutes * 60_000,
        decisionWaitMs: settings.archiveGuard.waitHours * 3_600_000,
      };
    },

    /**
     * Reads store, brands and categories and keeps them. Fails with `unit_unknown`, before anything is imported, when the
     * store measures in a unit that we cannot convert. Safe to repeat.
     */
    async readCatalogReferences(runId: string): Promise<void> {
      const run = (await runs.findRun(deps.db, runId))!;
      const source = (await findSource(deps.db, run.source))!;
      const store = await openStore(deps, source, 'import');
      const signal = signalOfActivity();
      try {
        const information = await getStoreInformation(store, signal);
        const facts: RunFacts = {
          currency: information.currency,
          weightFactorKg: factorOf('weight', information.weightUnits, weightFactorKg),
          dimensionFactorCm: factorOf('dimension', information.dimensionUnits, dimensionFactorCm),
          firstImport: !(await hasItems(deps.db, source.id)),
        };
        await saveBrands(deps.db, source.id, await listBrands(store, signal));
        await saveCategories(deps.db, source.id, await listCategories(store, signal));
        await runs.addRunContext(deps.db, runId, { ...facts });
      } finally {
        await runs.addRequests(deps.db, runId, store.requests);
      }
    },

    /** Cuts the id space into ranges of about as many products each. Doing it again keeps the first cut. */
    async cutRanges(runId: string): Promise<{ totalProducts: number | null }> {
      const context = await contextOf(runId);
      const known = await readRanges(deps.db, runId);
      const run = (await runs.findRun(deps.db, runId))!;
      if (known.length > 0) return { totalProducts: (run.context['totalProducts'] as number | null) ?? null };
      const store = await context.openStore();
      const signal = signalOfActivity();
      try {
        const highest = await getHighestProductId(store, {}, { signal });
        const byId = await isListedById(store, highest, context.settings.pageSize, signal);
        const positions = byId ? cutPositions(highest.total ?? 0, context.settings.pageSize) : [];
        const cuts = await Promise.all(positions.map((position) => getProductIdAt(store, position, { signal })));
        const totalProducts = highest.total ?? null;
        await runs.addRunContext(deps.db, runId, { totalProducts, highestId: highest.id ?? 0, byPage: !byId });
        await saveRanges(deps.db, runId, rangesFromCuts(cuts), context.settings.pageSize);
        return { totalProducts };
      } finally {
        await runs.addRequests(deps.db, runId, store.requests);
      }
    },

    /** The ranges that are not read to their end yet. */
    async openRanges(runId: string): Promise<number[]> {
      const ranges = await readRanges(deps.db, runId);
      return ranges.filter((range) => !range.complete).map((range) => range.rangeNo);
    },

    /** Records that the run waits for a person, and why. */
    async waitForDecision(runId: string, plan: ArchivePlan): Promise<void> {
      await askForDecision(deps.db, runId, {
        code: 'waiting_for_approval',
        reason: `${plan.archive} of ${plan.pool} items would be archived and ${plan.zero} would lose all their stock, which is more than the source allows without asking.`,
        hint: 'Look with `bcsource inventory approve NAME --show`; then `inventory approve NAME` or `inventory reject NAME`.',
      });
      await wakeDelivery(deps);
    },

    /**
     * Ends the run in the database: status, counts, reason; gives the lease back. One that failed zeroes what has sold
     * out, or says why not. Answers the reason as it is recorded; null where there is none, or where the run had ended in
     * another way. Safe to repeat.
     */
    async finishImport(
      runId: string,
      status: 'completed' | 'failed' | 'canceled',
      why: Why | null,
    ): Promise<string | null> {
      const run = await runs.findRun(deps.db, runId);
      if (!run || run.finishedAt) return run?.status === status ? run.reason : null;
      if (status === 'completed') await warnOfLookalikes(deps.db, { sourceId: run.sourceId, runId });
      const kept = status === 'failed' ? await settleHeldZeros(deps, run) : '';
      const sums = await sumPages(deps.db, runId);
      deps.log.info({ runId, source: run.source, status, code: why?.code, ...sums }, 'import ended');
      const told = why && { ...why, reason: `${why.reason} ${kept}`.trimEnd() };
      await runs.finishImportRun(deps.db, runId, status, told);
      await wakeDelivery(deps);
      // For the next run, so this one is not kept waiting; where it is lost, Postgres does it by itself within minutes.
      if (run.context['firstImport'] === true) await analyzeItems(deps.db);
      return told?.reason ?? null;
    },
  };
}

async function takeImportLease(
  deps: WorkerDependencies,
  sourceId: number,
  mine: { runId: string; workflowId: string },
): Promise<void> {
  const isClosed = async (holder: { runId: string; workflowId: string }) => {
    if (!(await isWorkflowClosed(deps.temporal, holder))) return false;
    // It ended without a word, e.g. terminated in the Web UI: its record must not say "running" for ever.
    await runs.finishImportRun(deps.db, holder.runId, 'canceled', lostRun);
    return true;
  };
  const lease = await takeLease(deps.db, { sourceId, job: 'inventory' }, mine, isClosed);
  if (lease.taken) return;
  const other = await runs.findRun(deps.db, lease.holder.runId);
  const code = other?.status === 'waiting_for_approval' ? 'waiting_for_approval' : 'already_running';
  const doing = code === 'waiting_for_approval' ? 'waits for approval' : 'is running';
  throw failure(code, `Run ${lease.holder.runId} (${lease.holder.workflowId}) of this source ${doing}.`);
}

async function isListedById(
  store: StoreClient,
  { id, total }: { id: number | undefined; total: number | undefined },
  pageSize: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (id === undefined) return true;
  return listsById(store, { id, isOnePage: total !== undefined && total <= pageSize }, { signal });
}

function factorOf(
  kind: 'weight' | 'dimension',
  unit: string | null,
  convert: (unit: string) => string | undefined,
): string {
  const factor = unit === null ? undefined : convert(unit);
  if (factor !== undefined) return factor;
  throw failure(
    'unit_unknown',
    `The store gives its ${kind} unit as ${JSON.stringify(unit)}, which cannot be converted to metric units; nothing was imported.`,
  );
}
