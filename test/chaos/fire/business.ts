import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from '../../cluster/programs.ts';
import type { ClusterSystem } from '../../cluster/system.ts';
import { requestFor } from '../../helpers/sending.ts';
import { PERSON } from '../request-life.ts';
import type { StockChange } from './checker.ts';

const PRODUCTS = 60;
/** So many of them are ordered. */
const ORDERED = 4;

/** A source with a store of its own, and what was asked of it. */
export interface Shop {
  name: string;
  hash: string;
  /** Of products that are ordered, whose stock has no end. */
  skus: string[];
  /** The other products. */
  others: number[];
  numbers: string[];
  /** Tells its events to serve, and sends each request at once; others send by a schedule. */
  hasWebhooks: boolean;
}

export const tokenOf = ({ hash }: Pick<Shop, 'hash'>) => `${hash}-token`;
/** By which a simulated store signs its events. */
export const clientSecretOf = ({ hash }: Pick<Shop, 'hash'>) => `${hash}-client-secret`;

/** Tells of every run. */
function sourceFile(shop: Shop, receiver: string): string {
  const schedule = shop.hasWebhooks ? '' : 'schedule: { every: 1m }, ';
  const secrets = `accessToken: ${tokenOf(shop)}, clientSecret: ${clientSecretOf(shop)}`;
  return `name: ${shop.name}
connection: { type: api_token, storeHash: ${shop.hash}, ${secrets} }
inventory: { archiveMissing: true, pageSize: 10, schedule: { every: 1m } }
fulfillment: { autoSend: true, ${schedule}unknownOutcome: { firstLookSeconds: 2, resendAfterSeconds: 20, giveUpMinutes: 120 } }
shipments: { schedule: { every: 1m } }
notifications: [{ type: webhook, url: "${receiver}", on: always }]
`;
}

/** Makes the stores and applies their sources; every second one has webhooks. */
export async function openShops(system: ClusterSystem, count: number, receiver: string): Promise<Shop[]> {
  const { control } = system.simulator;
  const shops: Shop[] = [];
  for (let index = 0; index < count; index++) {
    const hash = `fire${index}`;
    const shop: Shop = {
      ...{ name: `fire-${index}`, hash, hasWebhooks: index % 2 === 1 },
      ...{ skus: [], others: [], numbers: [] },
    };
    await control('PUT', `stores/${hash}`, { preset: 'bulk', products: PRODUCTS, variants: 2, seed: index + 1 });
    const { ids } = await control<{ ids: number[] }>('GET', `products?store=${hash}`);
    shop.others = ids.slice(ORDERED);
    for (const id of ids.slice(0, ORDERED)) {
      await control('PATCH', `products/${id}?store=${hash}`, { inventory_tracking: 'none' });
      const path = `products/${id}?store=${hash}`;
      const product = await control<{ variants: { sku: string }[] }>('GET', path);
      shop.skus.push(product.variants[0]!.sku);
    }
    await done(system.cli(['source', 'apply', '-', '--json'], sourceFile(shop, receiver)));
    if (shop.hasWebhooks) await done(system.cli(['source', 'webhooks', shop.name, '--create', '--json']));
    shops.push(shop);
  }
  return shops;
}

async function done(command: Promise<Outcome>): Promise<void> {
  const { exitCode, stdout, stderr } = await command;
  if (exitCode !== 0) throw new Error(stdout + stderr);
}

/** The requests of all shops, each for one piece. */
export function requestsOf(shops: readonly Shop[], each: number): ReturnType<typeof requestFor>[][] {
  return Array.from({ length: each }, (_, index) =>
    shops.map((shop) => {
      const number = `${shop.name.toUpperCase()}-${index}`;
      shop.numbers.push(number);
      return requestFor(shop.name, number, shop.skus[index % shop.skus.length]!, PERSON);
    }),
  );
}

/** Hands requests in as a program at a customer does: again and again until all of them were taken. */
export async function submitUntilTaken(system: ClusterSystem, requests: readonly object[]): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const result = await system.cli(['fr', 'submit', '-', '--json'], JSON.stringify(requests));
    if (result.exitCode === 0) return;
    // Whoever is told that it is no use should not have been told so: the documents are good.
    if (result.exitCode === 2) throw new Error(`fr submit: ${result.stdout}${result.stderr}`);
    await pause(1_000);
  }
  throw new Error('The requests were not taken in a hundred attempts.');
}

/** The merchant packs what nobody has packed yet; answers how many orders. A store that is away is tried again later. */
export async function packOrders(system: ClusterSystem, shops: readonly Shop[]): Promise<number> {
  let packed = 0;
  for (const { hash } of shops) {
    const { control } = system.simulator;
    const { orders } = await control<{ orders: { id: number; shipments: unknown[] }[] }>('GET', `orders?store=${hash}`);
    for (const { id } of orders.filter(({ shipments }) => shipments.length === 0)) {
      await control('POST', `orders/${id}/ship?store=${hash}`, { tracking_number: `1Z${hash}${id}` });
      packed += 1;
    }
  }
  return packed;
}

/** Goods come in at a shop: each time another product has other stock, and keeps it. A store that is away is tried again. */
export class Deliveries {
  readonly changes: ReadonlyMap<Shop, StockChange[]>;
  readonly #system: ClusterSystem;

  constructor(system: ClusterSystem, shops: readonly Shop[]) {
    this.#system = system;
    this.changes = new Map(shops.map((shop) => [shop, []]));
  }

  async come(): Promise<void> {
    for (const [{ hash, others }, made] of this.changes) {
      const id = others[made.length];
      if (id === undefined) continue;
      const stock = { inventory_tracking: 'product', inventory_level: 5_000 + made.length };
      const { control } = this.#system.simulator;
      const path = `products/${id}?store=${hash}`;
      const { variants } = await control<{ variants: { sku: string }[] }>('PATCH', path, stock);
      made.push({ skus: variants.map(({ sku }) => sku), at: new Date() });
    }
  }
}
