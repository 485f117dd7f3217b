import { setCurrentDetails } from '@temporalio/workflow';
import { database } from './proxies.ts';

/** Tells every waiting request of a source that settings or connection have changed. */
export async function wakeRequests(source: string): Promise<{ told: number }> {
  let told = 0;
  for (let after: number | null = 0; after !== null;) {
    const batch: { told: number; next: number | null } = await database.tellRequests(source, after);
    told += batch.told;
    after = batch.next;
  }
  setCurrentDetails(`Told ${told} requests.`);
  return { told };
}
