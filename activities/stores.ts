import { createStoreClient } from '../bigcommerce/client.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import type { StoreClient } from '../bigcommerce/client.ts';
import type { Priority } from '../bigcommerce/quota.ts';
import { recordRefusal } from '../database/connection-refusals.ts';
import { loadCredential } from '../database/credentials.ts';
import { hasWorkAhead } from '../database/send-runs.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';

/** A client for the store of a source. Fails with `credential_refused` where the source is not connected. */
export async function openStore(
  deps: Dependencies,
  source: { id: number; name: string; storeHash: string | null },
  priority: Priority,
): Promise<StoreClient> {
  const credential = await loadCredential(deps.db, deps.secrets, source.id);
  // The token of an installed app is for the store that gave it, whatever the file says since then.
  const isOfThisStore = (credential?.storeHash ?? source.storeHash) === source.storeHash;
  if (!credential || !source.storeHash || !isOfThisStore) {
    throw failure('credential_refused', `Source ${source.name} is not connected to a store.`);
  }
  deps.rememberSecret(credential.accessToken);
  const governor = deps.governors(source.storeHash);
  // Imports and shipments leave the more room the surer it is that something will be sent.
  if (priority !== 'send' && (await hasWorkAhead(deps.db, source.id))) governor.expectSends();
  const { accessToken } = credential;
  const client = createStoreClient({
    ...{ apiUrl: deps.apiUrl, storeHash: source.storeHash, accessToken, governor, priority },
    onAnswer: (status, quota) => deps.onStoreAnswer?.(source.name, status, quota),
  });
  const isReplaced = async () => (await loadCredential(deps.db, deps.secrets, source.id))?.accessToken !== accessToken;
  return mindingRefusal(client, async (refusal) => {
    if (await isReplaced().catch(() => false)) return false;
    // Whoever was refused: nothing else of the source has to find it out by itself, and its alarm says so.
    await recordRefusal(deps.db, source.id, { code: refusal.code, message: refusal.message }).catch(() => undefined);
    return true;
  });
}

/**
 * A client for which a token that somebody replaced while it was in use is no refusal of the connection (`isRefusal`
 * answers false): the step is done again with the new one. A refused request did nothing in the store.
 */
function mindingRefusal(client: StoreClient, isRefusal: (error: StoreError) => Promise<boolean>): StoreClient {
  async function minding<T>(call: { method: string; path: string }, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      const isRefused = error instanceof StoreError && error.code === 'credential_refused';
      if (!isRefused || (await isRefusal(error))) throw error;
      const message = `The token was replaced while ${call.method} ${call.path} was under way`;
      throw new StoreError('store_unavailable', message, { ...call, wasNeverSent: true });
    }
  }
  return {
    get requests() {
      return client.requests;
    },
    get quota() {
      return client.quota;
    },
    call: (method, path, options) => minding({ method, path }, client.call(method, path, options)),
    fetch: (method, path, options) => minding({ method, path }, client.fetch(method, path, options)),
  };
}
