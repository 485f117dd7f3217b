import { Catalogue } from './catalogue/catalogue.ts';
import { productOf, type CatalogueChange } from './catalogue/changes.ts';
import { JsonCache } from './catalogue/json-cache.ts';
import { Matches } from './catalogue/matches.ts';
import type { Product } from './catalogue/product.ts';
import { Churn } from './churn.ts';
import type { CatalogueSize } from './generator/plan.ts';
import { Faults } from './http/faults.ts';
import { Ledger } from './http/ledger.ts';
import { Quota, type QuotaSettings } from './http/quota.ts';
import { DEFAULT_SCOPES, READ_ONLY_SCOPES } from './http/scopes.ts';
import type { JournalEvent } from './journal.ts';
import type { StoredOrder } from './orders/order.ts';
import type { Customer } from './resources/customers.ts';
import type { Hook } from './resources/hooks.ts';
import { Random } from './random.ts';
import { DEFAULT_SETTINGS, type StoreSettings } from './settings.ts';
import { defaultInformation, type StoreInformation } from './store-information.ts';
import { Table } from './table.ts';
import { catalogueEvents } from './webhooks/catalogue-events.ts';
import { orderEvents } from './webhooks/order-events.ts';
import { Webhooks } from './webhooks/webhooks.ts';

export interface StoreOptions {
  readonly hash: string;
  readonly size: CatalogueSize;
  readonly quota: QuotaSettings;
  readonly now: () => number;
  /** How many bytes of product JSON are kept to serve them again. */
  readonly cacheBytes: number;
  /** Called with everything that must survive a restart. */
  readonly record: (event: JournalEvent) => void;
}

/** A token's scopes. The default store has one for this integration and one that may only read. */
export type Tokens = Map<string, ReadonlySet<string>>;

/**
 * One BigCommerce store with its data, its limits and its faults. A class because every change of the data must reach
 * the caches and the journal.
 */
export class Store {
  readonly hash: string;
  readonly now: () => number;
  readonly quota: Quota;
  readonly ledger: Ledger;
  readonly orders: Table<StoredOrder>;
  readonly customers: Table<Customer>;
  readonly hooks: Table<Hook>;
  readonly webhooks: Webhooks;
  settings: StoreSettings = { ...DEFAULT_SETTINGS };
  information: StoreInformation;
  tokens: Tokens;
  /** Clients of the tokens that belong to an installed app; of others the token itself is taken for the client. */
  readonly appTokens = new Map<string, string>();
  faults: Faults;
  latency = { ms: 0, jitterMs: 0 };
  churn!: Churn;
  catalogue!: Catalogue;
  matches!: Matches;
  /** Ids of order lines, addresses and shipments, which run over all orders of a store. */
  lastPartId = 0;
  readonly #options: StoreOptions;
  #jitter: Random;
  #cache!: JsonCache;
  #shapes!: Set<string>;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.hash = options.hash;
    this.now = options.now;
    this.quota = new Quota(options.quota, options.now);
    this.ledger = new Ledger(options.now);
    this.information = defaultInformation(options.hash);
    this.tokens = defaultTokens(options.hash);
    this.faults = new Faults(options.size.seed);
    this.#jitter = new Random(options.size.seed);
    const keyOf = (order: StoredOrder): string => order.fields.external_order_id;
    this.orders = new Table<StoredOrder>({ firstId: 100, onWrite: this.#recordRows('orders'), keyOf });
    this.customers = new Table<Customer>({ firstId: 1, onWrite: this.#recordRows('customers') });
    this.hooks = new Table<Hook>({ firstId: 1, onWrite: this.#recordRows('hooks') });
    this.webhooks = new Webhooks(this);
    this.useCatalogue(options.size);
  }

  /** Replaces the whole catalogue by a freshly generated one. */
  useCatalogue(size: CatalogueSize): void {
    this.catalogue = new Catalogue(size);
    this.matches = new Matches(this.catalogue);
    this.#cache = new JsonCache(this.#options.cacheBytes);
    this.#shapes = new Set();
    this.catalogue.onChange((id) => this.#cache.forget(this.#shapes, id));
    const change = (change: CatalogueChange): void => this.change(change);
    this.churn = new Churn({ catalogue: this.catalogue, now: this.now, change });
  }

  /** Changes the catalogue, writes the change down and tells of it. */
  change(change: CatalogueChange, { byOrder = false }: { byOrder?: boolean } = {}): void {
    const before = this.hooks.size > 0 ? this.catalogue.product(productOf(change)) : undefined;
    const events = this.hooks.size > 0 ? catalogueEvents(change, before, byOrder) : [];
    this.catalogue.apply(change);
    this.record({ type: 'change', store: this.hash, change });
    for (const event of events) this.webhooks.tell(event);
  }

  /** Keeps a new or changed order and tells of it. */
  saveOrder(order: StoredOrder): void {
    const before = this.orders.get(order.id);
    this.orders.put(order.id, order);
    if (this.hooks.size > 0) for (const event of orderEvents(order, before)) this.webhooks.tell(event);
  }

  /** Whose token it is: what a client makes is its own, also under a later token. */
  clientOf(token: string): string {
    return this.appTokens.get(token) ?? token;
  }

  record(event: JournalEvent): void {
    this.#options.record(event);
  }

  /** A product's JSON in a shape, written only when it is not known yet. */
  productJson(shape: string, id: number, write: (product: Product) => string): Buffer {
    const known = this.#cache.get(shape, id);
    if (known !== undefined) return known;
    this.#shapes.add(shape);
    return this.#cache.put(shape, id, write(this.catalogue.product(id) as Product));
  }

  /** How long the next request has to wait; the jitter is seeded like everything else. */
  nextLatency(): number {
    const { ms, jitterMs } = this.latency;
    return ms + this.#jitter.fraction() * jitterMs;
  }

  nextPartId(): number {
    this.lastPartId += 1;
    return this.lastPartId;
  }

  /** Empties the store: the first catalogue again, no orders, customers or hooks, no faults, a fresh ledger. */
  reset(): void {
    for (const table of [this.orders, this.customers, this.hooks]) table.clear();
    this.webhooks.reset();
    this.lastPartId = 0;
    this.settings = { ...DEFAULT_SETTINGS };
    this.information = defaultInformation(this.hash);
    this.tokens = defaultTokens(this.hash);
    this.faults = new Faults(this.#options.size.seed);
    this.#jitter = new Random(this.#options.size.seed);
    this.latency = { ms: 0, jitterMs: 0 };
    this.quota.settings = this.#options.quota;
    this.quota.secondApp = { requestsPerWindow: 0, pattern: 'even' };
    this.quota.restart();
    this.ledger.clear();
    this.useCatalogue(this.#options.size);
  }

  #recordRows(table: 'orders' | 'customers' | 'hooks'): (id: number, row: object | null) => void {
    return (id, row) => this.record({ type: 'row', store: this.hash, table, id, row });
  }
}

function defaultTokens(hash: string): Tokens {
  return new Map([
    [`${hash}-token`, new Set(DEFAULT_SCOPES)],
    [`${hash}-read-only`, new Set(READ_ONLY_SCOPES)],
  ]);
}
