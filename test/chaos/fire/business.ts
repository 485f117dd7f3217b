import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterSystem } from '../../cluster/system.ts';
import { requestFor } from '../../helpers/sending.ts';
import { PERSON } from '../request-life.ts';

const PRODUCTS = 60;

/** A source with a store of its own, and what was asked of it. */
export interface Shop {
  name: string;
  hash: string;
  skus: string[];
  numbers: string[];
}

/** Every second source sends by a schedule, the others at once; all tell of every run. */
export function sourceFile({ name, hash }: Pick<Shop, 'name' | 'hash'>, index: number, hook: string): string {
  const schedule = index % 2 === 0 ? 'schedule: { every: 1m }, ' : '';
  return `name: ${name}
connection: { type: api_token, storeHash: ${hash}, accessToken: ${hash}-token }
inventory: { archiveMissing: true, pageSize: 10, schedule: { every: 1m } }
fulfillment: { autoSend: true, ${schedule}unknownOutcome: { firstLookSeconds: 2, resendAfterSeconds: 20, giveUpMinutes: 120 } }
shipments: { schedule: { every: 1m } }
notifications: [{ type: webhook, url: "${hook}", on: always }]
`;
}

/** Makes the stores and applies their sources. */
export async function openShops(system: ClusterSystem, count: number, hook: string): Promise<Shop[]> {
  const { control } = system.simulator;
  const shops: Shop[] = [];
  for (let index = 0; index < count; index++) {
    const hash = `fire${index}`;
    const shop: Shop = { name: `fire-${index}`, hash, skus: [], numbers: [] };
    await control('PUT', `stores/${hash}`, { preset: 'bulk', products: PRODUCTS, variants: 2, seed: index + 1 });
    const { ids } = await control<{ ids: number[] }>('GET', `products?store=${hash}`);
    for (const id of ids.slice(0, 4)) {
      await control('PATCH', `products/${id}?store=${hash}`, { inventory_tracking: 'none' });
      const path = `products/${id}?store=${hash}`;
      const product = await control<{ variants: { sku: string }[] }>('GET', path);
      shop.skus.push(product.variants[0]!.sku);
    }
    const applied = await system.cli(['source', 'apply', '-', '--json'], sourceFile(shop, index, hook));
    if (applied.exitCode !== 0) throw new Error(applied.stdout + applied.stderr);
    shops.push(shop);
  }
  return shops;
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
