import { isCancellation, setCurrentDetails } from '@temporalio/workflow';
import { database, hintsProxy } from './proxies.ts';

const AT_ONCE = 50;

/**
 * Looks whether the store still has the webhooks of every source and sends them: switches on again what was switched off,
 * and makes what is gone. A store that does not answer is looked at again the next time.
 */
export async function tendWebhooks(): Promise<{ repaired: number; failed: number }> {
  const total = { repaired: 0, failed: 0 };
  const sources = await database.listHookedSources();
  const tend = async (source: string) => {
    try {
      total.repaired += (await hintsProxy(source).tendWebhooksOf(source)).repaired;
    } catch (error) {
      if (isCancellation(error)) throw error;
      total.failed++;
    }
  };
  for (let at = 0; at < sources.length; at += AT_ONCE) await Promise.all(sources.slice(at, at + AT_ONCE).map(tend));
  setCurrentDetails(`Repaired ${total.repaired} webhooks; ${total.failed} sources could not be looked at.`);
  return total;
}
