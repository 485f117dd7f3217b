import { cancelOrder, getOrder } from '../bigcommerce/orders.ts';
import type { StoreOrder } from '../bigcommerce/orders.ts';
import { listShipments } from '../bigcommerce/shipments.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import * as cancellations from '../database/cancellations.ts';
import { addEvent, changeRequest, findSecondOrder } from '../database/fr-changes.ts';
import { loadRequest } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import { CORE_TASK_QUEUE, cancelWorkflowId } from '../workflows/ids.ts';
import { explainState, withSecondOrder } from '../domain/fulfillment/explain.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { findSendingSource } from './fr-settings.ts';
import { openStore } from './stores.ts';

/** Status ids of BigCommerce (facts section 9): labels can be renamed, ids cannot. */
const CANCELLED = 5;
const SHIPPED = new Set([2, 3, 10]);

/** Activities that take an order back which the store has already. */
export function frCancelActivities(deps: WorkerDependencies) {
  return {
    /** Sets the order to Cancelled, reads it back and says what came of it. Safe to repeat. */
    async cancelInStore(frId: number, by: string): Promise<{ canceled: boolean; answer: string }> {
      const fr = await loadRequest(deps.db, frId);
      if (fr.processing === 'canceled') {
        // By the supplier, say, while it was to be tried again.
        await cancellations.settleCancellation(deps.db, frId);
        return { canceled: true, answer: `${fr.number} is canceled already.` };
      }
      const orderId = fr.bigcommerceOrderId;
      if (orderId === null) throw failure('not_found', `${fr.number} has no order to cancel.`);
      const sending = await findSendingSource(deps.db, fr.source);
      if (!sending) throw failure('source_not_ready', `Source ${fr.source} has no connection to ask.`);
      const client = await openStore(deps, sending.source, 'send');
      const order = await getOrder(client, orderId);
      if (order && isForeign(order, fr))
        return refuse(deps, fr, by, `BigCommerce order ${orderId} carries another number, so it is somebody else's`);
      const packages = order ? ((await listShipments(client, orderId)) ?? []).length : 0;
      if (order && (order.itemsShipped > 0 || packages > 0))
        return refuse(deps, fr, by, `something of BigCommerce order ${orderId} has shipped`);
      if (order && hasShipped(order)) return refuse(deps, fr, by, markedShipped(orderId));
      if (order && order.statusId !== CANCELLED) {
        await cancelOrder(client, orderId);
        const after = await getOrder(client, orderId);
        if (after && hasShipped(after))
          return refuse(deps, fr, by, `BigCommerce order ${orderId} was shipped meanwhile; ${SET_RIGHT}`);
        if (after && after.statusId !== CANCELLED) {
          throw new StoreError('unexpected_answer', `BigCommerce order ${orderId} did not become Cancelled`, {
            method: 'PUT',
            path: 'v2/orders',
          });
        }
      }
      const how = order
        ? `BigCommerce order ${orderId} is canceled`
        : `BigCommerce order ${orderId} does not exist any more`;
      await save(deps, fr, by, how, order === null);
      return { canceled: true, answer: `${fr.number} is canceled: ${how}.` };
    },

    /** Notes that the order is to be canceled, before the store is asked. Safe to repeat. */
    async notePendingCancellation(frId: number, by: string): Promise<void> {
      await cancellations.notePendingCancellation(deps.db, frId, { by, at: new Date() });
    },

    /** Notes that the store did not cancel the order, so that it is tried again. Safe to repeat. */
    async noteFailedCancellation(frId: number, by: string, code: string): Promise<void> {
      await cancellations.noteFailedCancellation(deps.db, frId, { by, code, at: new Date() });
    },

    /** Somebody ended the cancellation itself: it is not tried again. Safe to repeat. */
    async withdrawCancellation(frId: number): Promise<void> {
      await cancellations.settleCancellation(deps.db, frId);
    },

    /** Tries cancellations again that the store did not carry out. Safe to repeat. */
    async retryCancellations(): Promise<void> {
      const before = new Date(Date.now() - RETRY_AFTER_MS);
      for (const { id, source, number, by } of await cancellations.listCancellationsToRetry(deps.db, before)) {
        const args = [{ frId: id, source, number, by }];
        const start = { workflowId: cancelWorkflowId(source, number), taskQueue: CORE_TASK_QUEUE, args };
        await deps.temporal.workflow.start('cancelOrder', { ...start, workflowIdConflictPolicy: 'USE_EXISTING' });
      }
    },
  };
}

const RETRY_AFTER_MS = 5 * 60_000;
const SET_RIGHT = 'its status there is Cancelled now: set it right in the control panel';

/** A person may have packed without a package in the store: only that person can say that nothing left. */
function markedShipped(orderId: number): string {
  const state = `BigCommerce order ${orderId} has no package but a status of shipped orders there`;
  return `${state}: set it back in the control panel if nothing has left, then cancel again`;
}

/** A number of an order that is another one's now, as after a restore of the store or beside another store hash. */
function isForeign(order: StoreOrder, { orderExternalId }: FulfillmentRequest): boolean {
  return orderExternalId !== null && order.externalOrderId !== orderExternalId;
}

function hasShipped(order: StoreOrder): boolean {
  return order.itemsShipped > 0 || SHIPPED.has(order.statusId);
}

async function refuse(deps: WorkerDependencies, fr: FulfillmentRequest, by: string, why: string) {
  await addEvent(deps.db, fr.id, { at: new Date(), event: 'cancellation refused', by, detail: why });
  await cancellations.settleCancellation(deps.db, fr.id);
  return { canceled: false, answer: `${fr.number} cannot be canceled any more: ${why}.` };
}

async function save(
  deps: WorkerDependencies,
  fr: FulfillmentRequest,
  by: string,
  detail: string,
  isGone: boolean,
): Promise<void> {
  const at = new Date();
  await deps.db.transaction().execute(async (trx) => {
    const current = await loadRequest(trx, fr.id, { forUpdate: true });
    if (current.processing === 'canceled') return;
    const told = isGone
      ? `Canceled: ${detail}.`
      : explainState({ ...fr, processing: 'canceled', orderId: fr.bigcommerceOrderId });
    const explanation = withSecondOrder(told, await findSecondOrder(trx, fr.id), 'canceled');
    const change = { processing: 'canceled', canceledAt: at, explanation, nextStepAt: null } as const;
    await changeRequest(trx, fr.id, change, { at, event: 'canceled', by, detail });
    await cancellations.settleCancellation(trx, fr.id);
  });
}
