import type { StoreClient } from './client.ts';
import { readFields, readNumber } from './read.ts';

/** The store's clock (`GET /v2/time`), the cheapest probe of a credential; null where it does not say. Throws StoreError. */
export async function getStoreTime(client: StoreClient): Promise<Date | null> {
  const seconds = readNumber(readFields(await client.call('GET', 'v2/time', { timeoutMs: 4_000 }))['time']);
  return seconds === null ? null : new Date(seconds * 1000);
}
