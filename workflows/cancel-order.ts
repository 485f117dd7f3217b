import { setCurrentDetails } from '@temporalio/workflow';
import type { CancelInput, CancelResult } from './messages.ts';
import { frReadProxy } from './proxies.ts';

/**
 * Cancels an order that the store has already: sets it to Cancelled there, reads it back, and gives the stock back.
 * Refuses honestly when something of it has shipped.
 */
export async function cancelOrder(input: CancelInput): Promise<CancelResult> {
  setCurrentDetails('Asks the store to cancel the order.');
  const result = await frReadProxy(input.source).cancelInStore(input.frId, input.by);
  setCurrentDetails(result.answer);
  return result;
}
