import type { ChangedOrder } from '../bigcommerce/order-changes.ts';
import { addCounts } from '../database/counted-runs.ts';
import { flagLateOrders } from '../database/late-orders.ts';
import { isEndedStatus } from '../domain/shipments/reconcile.ts';
import { sendingSettingsOf } from './fr-settings.ts';
import type { AskScene } from './shipments-ask.ts';

/**
 * Looks among orders that have changed for those that a request tried to make and does not know: a POST that the store
 * performed after every look had shown nothing. A person has to decide which of them is shipped. Safe to repeat.
 */
export async function noteLateOrders(scene: AskScene, runId: string, listed: readonly ChangedOrder[]): Promise<void> {
  const { deps, source } = scene;
  const settings = sendingSettingsOf(source);
  if (!settings) return;
  const { externalSource, externalOrderIdPrefix: prefix } = settings;
  const live = listed.filter((order) => !order.isDeleted && !isEndedStatus(order.statusId));
  if (live.length === 0) return;
  const orders = live.map(({ id, ...order }) => ({ ...order, orderId: id }));
  await deps.db.transaction().execute(async (trx) => {
    const late = await flagLateOrders(trx, { sourceId: source.id, externalSource, prefix, orders, at: new Date() });
    if (late.length > 0) await addCounts(trx, runId, { lateOrders: late.length });
  });
}
