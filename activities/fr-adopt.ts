import { listOrderProducts } from '../bigcommerce/orders.ts';
import type { FoundOrder } from '../bigcommerce/orders.ts';
import { notePendingCancellation } from '../database/cancellations.ts';
import type { Database } from '../database/connect.ts';
import { changeRequest, findSecondOrder, removeFlag, tellSecondOrder } from '../database/fr-changes.ts';
import { findOtherOwner, loadRequest } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import { endAttempt, listExternalSources } from '../database/send-attempts.ts';
import { noteUnreadOrder } from '../database/unread-orders.ts';
import { explainState } from '../domain/fulfillment/explain.ts';
import { compareLines } from '../domain/fulfillment/sent-lines.ts';
import type { SentLine } from '../domain/fulfillment/sent-lines.ts';
import { failRequest } from './fr-failing.ts';
import type { SendScene } from './fr-scene.ts';

/** The attempt on whose behalf orders were found. */
type Finding = SendScene & { attempt: { id: number; sentLines: SentLine[]; isPosted: boolean } };

/**
 * Adopts the one order that is certainly ours: our number, the source that it was sent with, the same lines. Anything else
 * is for a person, who is told every order's id. True when an order was adopted.
 */
export async function adoptOrRefuse(finding: Finding, found: FoundOrder[]): Promise<boolean> {
  const { deps, fr, sending, client, attempt, at } = finding;
  const doubts: string[] = [];
  // The setting may have changed since an attempt whose order turns up now.
  const ownSources = await listExternalSources(deps.db, fr.id, sending.settings.externalSource);
  for (const order of found) {
    const owner = await findOtherOwner(deps.db, fr.id, order.id);
    if (owner) doubts.push(`order ${order.id} is that of request ${owner.number} of ${owner.source}`);
    else if (order.externalSource === null || !ownSources.includes(order.externalSource)) {
      doubts.push(`order ${order.id} came from another source`);
    } else {
      const differences = compareLines(attempt.sentLines, await listOrderProducts(client, order.id));
      if (differences.length > 0) doubts.push(`order ${order.id} has other lines: ${differences.join(', ')}`);
      else if (found.length > 1) doubts.push(`order ${order.id} has the same lines`);
    }
  }
  if (doubts.length === 0) {
    const [order] = found;
    await saveAcknowledged(deps.db, {
      fr,
      attemptId: attempt.id,
      orderId: order!.id,
      externalOrderId: order!.externalOrderId,
      outcome: 'adopted',
      at,
      by: 'store',
    });
    return true;
  }
  const many = found.length > 1 ? `${found.length} orders have` : 'An order has';
  const message = `${many} the number of this request: ${doubts.join('; ')}.`;
  await deps.db.transaction().execute(async (trx) => {
    // What was never posted is closed; what was posted stays open until a person has settled it.
    if (!attempt.isPosted) await endAttempt(trx, attempt.id, { outcome: 'not_posted', at });
    const same = fr.processing === 'failed' && fr.reasonMessage === message;
    if (!same) await failRequest(trx, fr, { code: 'order_conflict', message, isPublic: true }, at);
  });
  return false;
}

export interface Acknowledgement {
  fr: FulfillmentRequest;
  attemptId: number | null;
  orderId: number;
  /** As the store has it: an order that a person adopts may carry another number. */
  externalOrderId: string;
  outcome: 'created' | 'adopted';
  at: Date;
  by: string;
}

/** The order id is the acknowledgement: it is written in one transaction with the state and the end of the attempt. */
export async function saveAcknowledged(
  db: Database,
  { fr, attemptId, orderId, externalOrderId, outcome, at, by }: Acknowledgement,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const current = await loadRequest(trx, fr.id, { forUpdate: true });
    if (attemptId !== null) await endAttempt(trx, attemptId, { outcome, at, orderId });
    if (current.bigcommerceOrderId === orderId) return;
    // It has an order already: the first counts, and somebody should look at the other.
    if (current.bigcommerceOrderId !== null) return tellSecondOrder(trx, fr.id, { orderId, at, by });
    const explanation = explainState({ ...fr, processing: 'acknowledged', orderId });
    await changeRequest(
      trx,
      fr.id,
      {
        ...{ processing: 'acknowledged', bigcommerceOrderId: orderId, acknowledgedAt: at },
        // Get Shipments asks for it from now on.
        ...{ orderExternalId: externalOrderId, nextCheckAt: at },
        ...{ reason: null, explanation, nextStepAt: null, isReady: false },
      },
      {
        at,
        event: 'acknowledged',
        by,
        detail: outcome === 'adopted' ? `found as BigCommerce order ${orderId}` : `BigCommerce order ${orderId}`,
      },
    );
    // What was told of as a second order while it had failed may be this one.
    if ((await findSecondOrder(trx, fr.id)) === null) await removeFlag(trx, fr.id, 'second_order');
    await noteUnreadOrder(trx, fr.id);
    // Somebody asked for it while nobody knew whether there was an order.
    if (current.cancelRequestedAt !== null) await notePendingCancellation(trx, fr.id, { by: 'workflow', at });
  });
}
