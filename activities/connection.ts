import { probeAccess, writableAreas } from '../bigcommerce/scopes.ts';
import { getStoreInformation } from '../bigcommerce/store-information.ts';
import type { StoreInformation } from '../bigcommerce/store-information.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import { compareScopes, neededAccess, scopeAreas } from '../domain/scopes.ts';
import type { ConfiguredJobs, ScopeAdvice } from '../domain/scopes.ts';
import type { Dependencies } from './dependencies.ts';
import { openStore } from './stores.ts';

export interface ConnectionReport {
  ok: boolean;
  /** Null when the scope for it is missing. */
  store: StoreInformation | null;
  missing: ScopeAdvice[];
  excess: ScopeAdvice[];
  quota: { limit: number; left: number; windowMs: number } | null;
}

export interface ConnectedSource {
  id: number;
  name: string;
  storeHash: string | null;
  connectionType: 'api_token' | 'oauth';
}

/**
 * Asks a store who it is and what the token of the source may do. Changes nothing in the store. Throws StoreError when
 * the token is refused or the store does not answer.
 */
export async function testConnection(
  deps: Dependencies,
  source: ConnectedSource,
  jobs: ConfiguredJobs,
): Promise<ConnectionReport> {
  const client = await openStore(deps, source, 'send');
  const store = await storeInformationIfAllowed(() => getStoreInformation(client));
  const needed = neededAccess(jobs);
  const tried = writableAreas.filter((area) => needed[area] !== 'none');
  const held = await probeAccess(client, scopeAreas, tried);
  const { missing, excess } = compareScopes(needed, held, tried, source.connectionType);
  const quota = client.quota && { limit: client.quota.limit, left: client.quota.left, windowMs: client.quota.windowMs };
  return { ok: missing.length === 0, store, missing, excess, quota: quota ?? null };
}

async function storeInformationIfAllowed(ask: () => Promise<StoreInformation>): Promise<StoreInformation | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof StoreError && error.code === 'scope_missing') return null;
    throw error;
  }
}
