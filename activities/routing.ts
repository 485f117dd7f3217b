import type { Database } from '../database/connect.ts';
import { ordersToTry } from '../database/orders.ts';
import { routeAgain } from '../database/routing.ts';
import type { NewFr } from '../database/routing.ts';

/**
 * Tries open orders again, those first that were tried longest ago: stock, settings and sources change. The workflows of
 * each order's requests are started as soon as it is stored; a start that fails is made up for by maintenance, which
 * finds requests without a workflow. Safe to repeat.
 */
export async function routeOpenOrders(
  db: Database,
  startWorkflows: (frs: NewFr[]) => Promise<unknown>,
  limit: number,
): Promise<{ tried: number; routed: number }> {
  const numbers = await ordersToTry(db, limit);
  let routed = 0;
  for (const number of numbers) {
    const frs = (await routeAgain(db, number, new Date()))?.frs ?? [];
    if (frs.length === 0) continue;
    routed++;
    await startWorkflows(frs);
  }
  return { tried: numbers.length, routed };
}
