import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { SyncProgress } from '../activities/shipments-sync.ts';
import { failureOf, reasonOf, why } from './failures.ts';
import type { Reason } from './failures.ts';
import { explainQuery, progressQuery } from './messages.ts';
import type { SyncInput, SyncResult, SyncResume } from './messages.ts';
import { database, shipmentsProxy } from './proxies.ts';

/**
 * Get Shipments: asks first for the orders that the store says have changed, then for the requests whose next look is
 * due, then reports those that have left the lookback period. Each slice is written before the next begins. A list of
 * changes that cannot be understood fails the run, but not before everything else is done.
 */
export async function syncShipments(input: SyncInput): Promise<SyncResult> {
  const runId = workflowInfo().firstExecutionRunId;
  // Temporal's clock: workers go by the one that the run's row was written by; those of versions before took this.
  const startedAt = input.resume?.startedAt ?? new Date(workflowInfo().runStartTime ?? Date.now()).toISOString();
  let progress: SyncProgress = { sentence: 'Begins.', asked: 0, changed: 0, complete: false };
  const show = (now: SyncProgress) => {
    progress = now;
    setCurrentDetails(now.sentence);
  };
  setHandler(explainQuery, () => ({ sentence: progress.sentence, at: null }));
  setHandler(progressQuery, () => ({ ...progress, products: progress.asked, totalProducts: null }) as never);
  try {
    if (!input.resume) await database.beginSync({ ...input, runId });
    const store = shipmentsProxy(input.source);
    const slices = async (
      phase: Pick<SyncResume, 'phase' | 'after' | 'unlisted'>,
      read: (after: SyncProgress['after']) => Promise<SyncProgress>,
    ) => {
      for (let { after } = phase; ;) {
        const slice = await read(after);
        show(slice);
        if (slice.complete) return;
        ({ after } = slice);
        if (workflowInfo().continueAsNewSuggested) {
          await continueAsNew<typeof syncShipments>({ ...input, resume: { ...phase, startedAt, after } });
        }
      }
    };
    /** Answers why the store's list of changes cannot be understood, if so; every other failure ends the run. */
    const readChanges = async (after: SyncProgress['after']): Promise<Reason | undefined> => {
      try {
        await slices({ phase: 'changed', after }, (next) => store.readChangedOrders(runId, next));
        return undefined;
      } catch (error) {
        const reason = reasonOf(error);
        if (isCancellation(error) || reason.code !== 'unexpected_answer' || !patched('due-without-changes'))
          throw error;
        return reason;
      }
    };
    if (input.frId !== undefined) await slices({ phase: 'due' }, () => store.askForOne(runId, input.frId!));
    else {
      const { phase, after, unlisted: known } = input.resume ?? {};
      const unlisted = phase === 'due' ? known : await readChanges(after);
      const due = { phase: 'due' as const, ...(unlisted ? { unlisted } : {}) };
      await slices(due, () => store.askForDue(runId, { all: input.all === true, startedAt }));
      show(await database.reportExpired(runId));
      if (unlisted) throw ApplicationFailure.nonRetryable(unlisted.reason, unlisted.code);
    }
    await database.finishSync(runId, 'completed', null);
    return { runId, status: 'completed' };
  } catch (error) {
    if ((error as { name?: string }).name === 'ContinueAsNew') throw error;
    const canceled = isCancellation(error);
    const reason = canceled
      ? why('canceled', 'The run was canceled; what it had read is written, the next run goes on from there.')
      : reasonOf(error);
    await CancellationScope.nonCancellable(() => database.finishSync(runId, canceled ? 'canceled' : 'failed', reason));
    throw canceled ? error : failureOf(reason, input.source);
  }
}
