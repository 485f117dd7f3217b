import { CancellationScope, isCancellation, patched, setCurrentDetails } from '@temporalio/workflow';
import { reasonOf } from './failures.ts';
import type { CancelInput, CancelResult } from './messages.ts';
import { database, frReadProxy } from './proxies.ts';

/**
 * Cancels an order that the store has already: sets it to Cancelled there, reads it back, and gives the stock back.
 * Refuses honestly when something of it has shipped. When the store does not do it, that is noted, and maintenance tries
 * again: whoever asked for it may have gone.
 */
export async function cancelOrder(input: CancelInput): Promise<CancelResult> {
  setCurrentDetails('Asks the store to cancel the order.');
  try {
    if (patched('pending-cancellations')) await database.notePendingCancellation(input.frId, input.by);
    const result = await frReadProxy(input.source).cancelInStore(input.frId, input.by);
    setCurrentDetails(result.answer);
    return result;
  } catch (error) {
    if (isCancellation(error)) return withdraw(input, error);
    if (!patched('failed-cancellations')) throw error;
    await database.noteFailedCancellation(input.frId, input.by, reasonOf(error).code);
    throw error;
  }
}

/** Somebody ended it, in the Web UI say: then maintenance must not begin anew. */
async function withdraw({ frId }: CancelInput, error: unknown): Promise<never> {
  if (patched('withdrawn-cancellations'))
    await CancellationScope.nonCancellable(() => database.withdrawCancellation(frId));
  throw error;
}
