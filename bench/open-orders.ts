import { sql } from 'kysely';
import pLimit from 'p-limit';
import { findSource } from '../database/sources.ts';
import type { BenchSystem } from './system.ts';

/** Long enough ago for no overlap of two runs to reach back to it. */
const LONG_AGO_MS = 3_600_000;

const ADDRESS = {
  ...{ first_name: 'Ada', last_name: 'Bench', street_1: '1 Main Street', city: 'Austin', state: 'Texas', zip: '78701' },
  ...{ country: 'United States', country_iso2: 'US', email: 'ada@example.com', phone: '512 555 0100' },
};

interface Product {
  id: number;
  variants: { id: number; sku: string }[];
}

export interface OpenOrder {
  id: number;
  externalId: string;
}

/** Makes orders of one line in the store and an acknowledged, open request for each, of which nothing is due. */
export async function makeOpenOrders(system: BenchSystem, count: number, prefix: string): Promise<OpenOrder[]> {
  // A product whose stock the store does not count: no number of orders uses it up.
  const product = { id: 9_000_000, variants: [{ id: 9_000_000, sku: 'UNCOUNTED' }] };
  const { sku } = product.variants[0]!;
  await system.control('POST', 'products', {
    ...product,
    name: 'Uncounted',
    sku,
    price: 10,
    inventory_tracking: 'none',
  });
  const limit = pLimit(8);
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const line = { product_id: product.id, variant_id: product.id, quantity: 1 };
  const orders = await limit.map(names, async (externalId) => {
    const identity = { external_order_id: externalId, external_source: 'bigcommerce-source', status_id: 11 };
    const { id } = (await ask(system, 'v2/orders', {
      ...{ ...identity, billing_address: ADDRESS, products: [line] },
    })) as { id: number };
    return { id, externalId };
  });
  await insertRequests(system, { orders, product, sku, isDue: false });
  await calm(system);
  return orders;
}

/** Open requests of which nothing is due and nothing is asked: their orders need not exist. */
export async function addIdleRequests(system: BenchSystem, count: number): Promise<void> {
  const orders = Array.from({ length: count }, (_, index) => ({ id: 50_000_000 + index, externalId: `IDLE-${index}` }));
  for (let from = 0; from < count; from += 5_000) {
    const product = { id: 1, variants: [{ id: 1, sku: 'IDLE' }] };
    await insertRequests(system, { orders: orders.slice(from, from + 5_000), product, sku: 'IDLE', isDue: false });
  }
}

interface Rows {
  orders: OpenOrder[];
  product: Product;
  sku: string;
  isDue: boolean;
}

async function insertRequests(system: BenchSystem, { orders, product, sku }: Rows): Promise<void> {
  const source = (await findSource(system.db, 'bench'))!;
  await sql`
    with made as (
      insert into fulfillment_requests (source_id, number, document, digest, processing, explanation, released_at,
        acknowledged_at, bigcommerce_order_id, order_external_id, store_status_id, next_check_at)
      select ${source.id}, u.name, '{}', md5(u.name), 'acknowledged', 'Sent.', now(), now(), u.id, u.name, 11,
        now() + interval '10 hours'
      from unnest(${orders.map((order) => order.id)}::bigint[], ${orders.map((order) => order.externalId)}::text[])
        as u (id, name)
      returning id)
    insert into fr_lines (fr_id, position, line_id, sku, quantity, product_id, variant_id)
    select id, 1, '1', ${sku}, 1, ${product.id}, ${product.variants[0]!.id} from made`.execute(system.db);
}

/** As if the last run had seen everything, long ago. */
export async function calm(system: BenchSystem): Promise<void> {
  const then = new Date(Math.floor((Date.now() - LONG_AGO_MS) / 1000) * 1000);
  await system.control('PATCH', 'orders', { modifiedAt: then.toISOString() });
  const source = (await findSource(system.db, 'bench'))!;
  await sql`update fulfillment_requests set order_modified_at = ${then}, next_check_at = now() + interval '10 hours'`
    // One after the other: the tables are tidied up before the next run is timed.
    .execute(system.db);
  await sql`delete from sync_watermarks`.execute(system.db);
  const seen = new Date(then.getTime() + 600_000);
  await sql`insert into sync_watermarks (source_id, modified_at) values (${source.id}, ${seen})`.execute(system.db);
  await sql`vacuum analyze fulfillment_requests, fr_lines, order_products, shipments`.execute(system.db);
}

/** The merchant ships these orders. */
export async function ship(system: BenchSystem, orders: readonly OpenOrder[]): Promise<void> {
  const limit = pLimit(8);
  await limit.map(orders, ({ id }) =>
    system.control('POST', `orders/${id}/ship`, { tracking_number: `1Z${id}`, shipping_provider: 'ups' }),
  );
}

async function ask(system: BenchSystem, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${system.simulatorUrl}/stores/demo/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-auth-token': 'demo-token', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
