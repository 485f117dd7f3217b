import type { JournalEvent } from './journal.ts';
import { ledgerEntry, type StoredOrder } from './orders/order.ts';
import type { Customer } from './resources/customers.ts';
import type { Hook } from './resources/hooks.ts';
import { Store, type StoreOptions } from './store.ts';

export const DEFAULT_STORE = 'demo';

/** All stores of one simulator, by their hash. The first one is called `demo`. */
export class Stores {
  readonly #defaults: Omit<StoreOptions, 'hash'>;
  readonly #stores = new Map<string, Store>();

  constructor(defaults: Omit<StoreOptions, 'hash'>) {
    this.#defaults = defaults;
    this.create(DEFAULT_STORE);
  }

  get(hash: string): Store | undefined {
    return this.#stores.get(hash);
  }

  hashes(): string[] {
    return [...this.#stores.keys()];
  }

  /** Makes a store, or replaces the one with this hash. */
  create(hash: string, options: Partial<Pick<StoreOptions, 'size' | 'quota'>> = {}): Store {
    this.#stores.get(hash)?.webhooks.stop();
    const store = new Store({ ...this.#defaults, ...options, hash });
    this.#stores.set(hash, store);
    return store;
  }

  /** Plays a journal: afterwards the stores hold what they held when its last line was written. */
  replay(events: readonly JournalEvent[]): void {
    for (const event of events) this.#play(event);
  }

  #play(event: JournalEvent): void {
    if (event.type === 'store') {
      this.create(event.store, { size: event.size });
      return;
    }
    const store = this.get(event.store) ?? this.create(event.store);
    if (event.type === 'change') store.catalogue.apply(event.change);
    else if (event.type === 'catalogue') store.useCatalogue(event.size);
    else if (event.type === 'reset') store.reset();
    else if (event.type === 'tokens') {
      store.tokens = new Map(Object.entries(event.tokens).map(([token, scopes]) => [token, new Set(scopes)]));
    } else if (event.type === 'settings') {
      store.settings = event.settings;
      store.information = event.information;
    } else restoreRow(store, event);
  }
}

function restoreRow(store: Store, event: Extract<JournalEvent, { type: 'row' }>): void {
  if (event.table === 'customers') store.customers.restore(event.id, event.row as Customer | null);
  else if (event.table === 'hooks') store.hooks.restore(event.id, event.row as Hook | null);
  else restoreOrder(store, event.id, event.row as StoredOrder | null);
}

function restoreOrder(store: Store, id: number, order: StoredOrder | null): void {
  const isNew = order !== null && store.orders.get(id) === undefined;
  store.orders.restore(id, order);
  if (order === null) return;
  for (const part of [...order.lines, ...order.addresses, ...order.shipments]) {
    store.lastPartId = Math.max(store.lastPartId, part.id);
  }
  if (isNew) store.ledger.orders.push(ledgerEntry(order));
}
