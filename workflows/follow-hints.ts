import {
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { hintSignal } from './messages.ts';
import { database, hintsProxy } from './proxies.ts';

/** What is hinted at meanwhile is read together; a burst about one product is one reading a second. */
const PAUSE_MS = 1000;

/**
 * Reads again what the webhooks of a source have hinted at, until nothing is left: orders for their shipments, products
 * for their stock. One at a time a source, however many events come. What cannot be read now waits in the database, and
 * the sweep of every minute starts this again.
 */
export async function followHints(source: string): Promise<{ orders: number; products: number }> {
  const done = { orders: 0, products: 0 };
  let wanted = true;
  setHandler(hintSignal, () => {
    wanted = true;
  });
  const store = hintsProxy(source);
  const follow = async (kind: 'order' | 'product', read: () => Promise<{ worked: number }>) => {
    try {
      return (await read()).worked;
    } catch (error) {
      if (isCancellation(error)) throw error;
      await database.putHintsOff(source, kind);
      return 0;
    }
  };
  while (wanted) {
    wanted = false;
    const [orders, products] = await Promise.all([
      follow('order', () => store.followOrderHints(source)),
      follow('product', () => store.followProductHints(source)),
    ]);
    done.orders += orders;
    done.products += products;
    setCurrentDetails(`Asked for ${done.orders} orders and ${done.products} products that webhooks had hinted at.`);
    if (orders + products > 0) wanted = true;
    if (wanted && workflowInfo().continueAsNewSuggested) await continueAsNew<typeof followHints>(source);
    if (wanted) await sleep(PAUSE_MS);
  }
  return done;
}
