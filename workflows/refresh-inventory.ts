import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { RefreshProgress } from '../activities/inventory-refresh.ts';
import { startOfImport } from '../domain/import-progress.ts';
import { failureOf, reasonOf, why } from './failures.ts';
import { explainQuery, progressQuery } from './messages.ts';
import type { RefreshInput, RefreshResult } from './messages.ts';
import { database, storeProxy } from './proxies.ts';

/**
 * The quick rhythm of the inventory: products that were modified since the last look, through the same code as the whole
 * feed. Nothing is archived; the whole feed remains the truth.
 */
export async function refreshInventory(input: RefreshInput): Promise<RefreshResult> {
  const runId = workflowInfo().firstExecutionRunId;
  let progress: RefreshProgress = { sentence: 'Begins.', products: 0, complete: false };
  const show = (now: RefreshProgress) => {
    progress = now;
    setCurrentDetails(now.sentence);
  };
  setHandler(explainQuery, () => ({ sentence: progress.sentence, at: null }));
  setHandler(progressQuery, () => {
    const { products, sentence, complete } = progress;
    return { ...startOfImport, phase: complete ? 'done' : 'reading', products, sentence };
  });
  try {
    const plan = await database.beginRefresh({ source: input.source, runId, trigger: input.trigger });
    if (plan.idle === null) {
      const store = storeProxy(input.source, plan.giveUpMs);
      for (;;) {
        show(await store.refreshSlice(runId));
        if (progress.complete) break;
        if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof refreshInventory>(input);
      }
    } else show({ sentence: plan.idle, products: 0, complete: true });
    await database.finishRefresh(runId, 'completed', null);
    return { runId, status: 'completed' };
  } catch (error) {
    if ((error as { name?: string }).name === 'ContinueAsNew') throw error;
    const canceled = isCancellation(error);
    const reason = canceled
      ? why(
          'canceled',
          'The run was canceled; what it had read is written, the next look begins where the last one ended.',
        )
      : reasonOf(error);
    await CancellationScope.nonCancellable(() =>
      database.finishRefresh(runId, canceled ? 'canceled' : 'failed', reason),
    );
    throw canceled ? error : failureOf(reason, input.source);
  }
}
