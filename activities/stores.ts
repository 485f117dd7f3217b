import type { ApplicationFailure } from '@temporalio/common';
import { createStoreClient } from '../bigcommerce/client.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import type { StoreClient } from '../bigcommerce/client.ts';
import type { Priority } from '../bigcommerce/quota.ts';
import { findRefusal, recordRefusal } from '../database/connection-refusals.ts';
import type { Database, Executor } from '../database/connect.ts';
import { loadCredential } from '../database/credentials.ts';
import { hasWorkAhead } from '../database/send-runs.ts';
import { findSourceById } from '../database/sources.ts';
import { CONNECT_HINT } from '../domain/failures.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';

/** A client for the store of a source. Fails with `credential_refused` or `app_uninstalled` where the source is not connected. */
export async function openStore(
  deps: Dependencies,
  source: { id: number; name: string; storeHash: string | null },
  priority: Priority,
): Promise<StoreClient> {
  const credential = await loadCredential(deps.db, deps.secrets, source.id);
  // The token of an installed app is for the store that gave it, whatever the file says since then.
  const isOfThisStore = (credential?.storeHash ?? source.storeHash) === source.storeHash;
  if (!credential || !source.storeHash || !isOfThisStore) {
    throw await notConnected(deps.db, source);
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
    if (await isReplaced().catch(() => false)) return null;
    // Whoever was refused: nothing else of the source has to find it out by itself, and its alarm says so.
    await recordRefusal(deps.db, source.id, { code: refusal.code, message: refusal.message }).catch(() => undefined);
    const { code, message, hint } = await whyRefused(deps.db, source.id, refusal.message);
    return new StoreError(code, message, { ...refusal.details, hint }, refusal.readAnswer());
  });
}

/** Why there is no store to ask for a source without a token: it was never connected, or the app was uninstalled. */
export async function notConnected(db: Database, source: { id: number; name: string }): Promise<ApplicationFailure> {
  const message = `Source ${source.name} is not connected to a store.`;
  const { code, message: told, hint } = await whyRefused(db, source.id, message);
  return failure(code, told, hint);
}

/** What a token that is refused, or missing, means for its source. */
async function whyRefused(db: Database, sourceId: number, message: string) {
  const known = await findRefusal(db, sourceId);
  if (known?.code === 'app_uninstalled') return { code: known.code, message: known.message, hint: undefined } as const;
  return { code: 'credential_refused', message, hint: await connectHint(db, sourceId) } as const;
}

/** What to do about a token that is refused, or missing, where the store installs the app; undefined for other sources. */
export async function connectHint(db: Executor, sourceId: number): Promise<string | undefined> {
  const { connectionType } = await findSourceById(db, sourceId);
  return connectionType === 'oauth' ? CONNECT_HINT : undefined;
}

/**
 * A client for which a token that somebody replaced while it was in use is no refusal of the connection (`explain`
 * answers null): the step is done again with the new one. A refused request did nothing in the store.
 */
function mindingRefusal(client: StoreClient, explain: (error: StoreError) => Promise<StoreError | null>): StoreClient {
  async function minding<T>(call: { method: string; path: string }, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      const isRefused = error instanceof StoreError && error.code === 'credential_refused';
      if (!isRefused) throw error;
      const explained = await explain(error);
      if (explained) throw explained;
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
