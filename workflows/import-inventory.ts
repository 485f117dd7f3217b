import {
  ApplicationFailure,
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ImportPlan } from '../activities/inventory-run.ts';
import { describeImport, startOfImport } from '../domain/import-progress.ts';
import type { ImportProgress } from '../domain/import-progress.ts';
import { decisionHandlers } from './decision.ts';
import { failureOf, reasonOf, why } from './failures.ts';
import type { Reason } from './failures.ts';
import { explainQuery, progressQuery } from './messages.ts';
import type { ImportInput, ImportResult } from './messages.ts';
import { database, storeProxy } from './proxies.ts';

/**
 * Get Inventory (Primary): reads the whole catalogue of a source, saves what changed, and archives what is gone only
 * after the feed was read to its end and every missing product was asked for by its id.
 */
export async function importInventory(input: ImportInput): Promise<ImportResult> {
  const runId = workflowInfo().firstExecutionRunId;
  const progress: ImportProgress = { ...startOfImport };
  const show = (changes: Partial<ImportProgress>) => {
    Object.assign(progress, changes);
    setCurrentDetails(describeImport(progress));
  };
  const decision = decisionHandlers(() => progress.phase === 'waiting_for_approval');
  setHandler(progressQuery, () => ({ ...progress, sentence: describeImport(progress) }));
  setHandler(explainQuery, () => ({ sentence: describeImport(progress), at: progress.decisionUntil }));

  try {
    show({ phase: 'starting' });
    const plan = await database.beginImport({ source: input.source, runId, trigger: input.trigger });
    const store = storeProxy(input.source, plan.giveUpMs);
    if (!input.resume) {
      show({ phase: 'preparing' });
      await store.readCatalogReferences(runId);
    }
    show({ phase: 'reading', ...(await store.cutRanges(runId)) });
    await readFeed(runId, input, store, show);

    show({ phase: 'checking' });
    await database.settleContested(runId);
    const gone = plan.archives ? await findGone(runId, plan, store) : await database.planArchive(runId, false);
    let verdict: Reason | null = null;
    if (gone.needsApproval) {
      const until = new Date(Date.now() + plan.decisionWaitMs).toISOString();
      show({ phase: 'waiting_for_approval', archive: gone.archive, zero: gone.zero, decisionUntil: until });
      await database.waitForDecision(runId, gone);
      verdict = await decision.within(plan.decisionWaitMs);
    }
    if (verdict?.code === 'approval_expired') throw ApplicationFailure.nonRetryable(verdict.reason, verdict.code);
    // From here on a cancellation comes too late: "canceled" must mean that nothing was archived.
    return await CancellationScope.nonCancellable(async () => {
      if (!verdict) {
        show({ phase: 'archiving', archive: gone.archive, zero: gone.zero, decisionUntil: null });
        await database.applyArchive(runId);
      }
      show({ phase: 'finishing', decisionUntil: null });
      await database.finishImport(runId, 'completed', verdict);
      show({ phase: 'done' });
      await condition(allHandlersFinished);
      return { runId, status: 'completed' };
    });
  } catch (error) {
    return await endBadly(runId, input.source, error);
  }
}

type Store = ReturnType<typeof storeProxy>;
type Show = (changes: Partial<ImportProgress>) => void;

/** All ranges side by side, each a chain of activities; a new run of the workflow goes on where the history gets long. */
async function readFeed(runId: string, input: ImportInput, store: Store, show: Show): Promise<void> {
  const open = await database.openRanges(runId);
  let paused = false;
  const chains = new CancellationScope();
  const all = chains.run(() =>
    Promise.allSettled(
      open.map(async (rangeNo) => {
        for (;;) {
          const slice = await store.readRange(runId, rangeNo).catch((error: unknown) => {
            chains.cancel();
            throw error;
          });
          show(slice.progress);
          if (slice.complete) return;
          if (workflowInfo().continueAsNewSuggested) paused = true;
          if (paused) return;
        }
      }),
    ),
  );
  const failures = (await all)
    .filter((result) => result.status === 'rejected')
    .map((result) => result.reason as unknown);
  const first = failures.find((failure) => !isCancellation(failure)) ?? failures[0];
  if (first) throw first;
  if (paused) {
    await condition(allHandlersFinished);
    await continueAsNew<typeof importInventory>({ ...input, resume: true });
  }
}

/** What the feed no longer holds: listed, asked for once more by id, and rid of what was found. */
async function findGone(runId: string, plan: ImportPlan, store: Store) {
  await database.listMissing(runId);
  while (!(await store.confirmMissing(runId)).complete);
  return database.planArchive(runId, await store.checkCompleteness(runId));
}

/** Whatever happened, the run is ended in the database with its reason, and the lease is given back. */
async function endBadly(runId: string, source: string, error: unknown): Promise<never> {
  const canceled = isCancellation(error);
  // Continue-as-new travels as an error too and ends nothing.
  if (!canceled && (error as { name?: string }).name === 'ContinueAsNew') throw error;
  const reason = canceled ? why('canceled', 'The run was canceled; nothing was archived.') : reasonOf(error);
  const recorded = await CancellationScope.nonCancellable(() =>
    database.finishImport(runId, canceled ? 'canceled' : 'failed', reason),
  );
  // It says more, such as what stock was kept. A worker of an earlier version answers nothing.
  throw canceled ? error : failureOf({ ...reason, reason: recorded ?? reason.reason }, source);
}
