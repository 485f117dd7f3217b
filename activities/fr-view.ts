import type { Executor } from '../database/connect.ts';
import { loadStanding } from '../database/fulfillment-requests.ts';
import type { RequestStanding } from '../database/fulfillment-requests.ts';
import type { Processing } from '../domain/fulfillment/states.ts';

/** What a workflow knows of its request: a state, one sentence, one instant. No personal data. */
export interface FrView {
  processing: Processing;
  explanation: string;
  nextStepAt: string | null;
  orderId: number | null;
  /** An attempt was begun whose outcome is not known: nothing may be done but look. */
  openAttempt: boolean;
  /** The request, or what it is checked against, has changed since it was checked. */
  needsCheck: boolean;
  /** A cancellation waits for the outcome; whoever looks after the request next has to obey it. */
  cancelRequested: boolean;
  /** Acknowledged, and the lines of its order were not compared with its own yet. */
  needsFinish: boolean;
}

export function viewOf(fr: RequestStanding): FrView {
  return {
    processing: fr.processing,
    explanation: fr.explanation,
    nextStepAt: fr.nextStepAt?.toISOString() ?? null,
    orderId: fr.bigcommerceOrderId,
    openAttempt: fr.hasOpenAttempt,
    needsCheck: fr.checkedAt === null,
    cancelRequested: fr.cancelRequestedAt !== null,
    needsFinish: fr.processing === 'acknowledged' && !fr.productsRead,
  };
}

export async function readView(db: Executor, frId: number): Promise<FrView> {
  return viewOf(await loadStanding(db, frId));
}
