import type { StoreClient } from './client.ts';
import { StoreError } from './failures.ts';
import { readFields, readId, readList } from './read.ts';

/**
 * What a token may do with one kind of resource, as far as it can be found out without changing anything; `unknown` where
 * the store answers as it answers who may not, or who asks for what is not there.
 */
export type Access = 'none' | 'read' | 'modify' | 'unknown';

export type ScopeArea = 'content' | 'information' | 'products' | 'customers' | 'orders' | 'transactions';

interface Probe {
  read: string;
  /** A write that cannot change anything: the resource does not exist, or the list is empty. */
  write?: { method: 'PUT'; path: string; body: unknown };
}

/** Stands for an order of the store: of one that does not exist nobody can say why it is not given out. */
const ORDER = 'ORDER';
const NO_ORDER = 0;

const probes: Record<ScopeArea, Probe> = {
  content: { read: 'v3/content/pages' },
  information: { read: 'v2/store' },
  products: { read: 'v3/catalog/summary' },
  customers: { read: 'v3/customers', write: { method: 'PUT', path: 'v3/customers', body: [] } },
  orders: { read: 'v2/orders', write: { method: 'PUT', path: 'v2/orders/0', body: {} } },
  transactions: { read: `v3/orders/${ORDER}/transactions` },
};

/** Areas where a write can be tried without changing anything; elsewhere only reading is known. */
export const writableAreas = (Object.keys(probes) as ScopeArea[]).filter((area) => probes[area].write !== undefined);

/**
 * Finds out what the token may do. BigCommerce tells nobody which scopes a token has, so this asks: a 403 is a
 * missing scope, any other answer is none. `writable` names the areas for which a harmless write is tried too.
 * Throws StoreError when the token is refused or the store cannot be asked.
 */
export async function probeAccess(
  client: StoreClient,
  areas: ScopeArea[],
  writable: ScopeArea[],
): Promise<Map<ScopeArea, Access>> {
  const found = new Map<ScopeArea, Access>();
  for (const area of areas) {
    const { read, write } = probes[area];
    const query = read === 'v2/store' || read.endsWith('summary') ? {} : { limit: 1 };
    const order = read.includes(ORDER) ? await someOrder(client) : undefined;
    const path = read.replace(ORDER, String(order ?? NO_ORDER));
    const mayRead = await isAllowed(() => client.call('GET', path, { query }));
    if (!mayRead) found.set(area, 'none');
    else if (read.includes(ORDER) && order === undefined) found.set(area, 'unknown');
    else if (!write || !writable.includes(area)) found.set(area, 'read');
    else {
      const mayWrite = await isAllowed(() => client.call(write.method, write.path, { body: write.body }));
      found.set(area, mayWrite ? 'modify' : 'read');
    }
  }
  return found;
}

/** The id of an order of the store; undefined where there is none, or none may be read. */
async function someOrder(client: StoreClient): Promise<number | undefined> {
  try {
    const [first] = readList(await client.call('GET', 'v2/orders', { query: { limit: 1 } }));
    return readId(readFields(first)['id']);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'scope_missing') return undefined;
    throw error;
  }
}

async function isAllowed(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'scope_missing') return false;
    if (['not_found', 'store_not_found', 'request_rejected'].includes(error.code)) return true;
    throw error;
  }
}
