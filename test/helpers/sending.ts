import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import type { CommandResult } from './processes.ts';
import type { TestSimulator } from './simulator.ts';
import { waitFor } from './wait.ts';

/** Looks that follow each other quickly, so that an unknown outcome is settled in seconds. */
export const QUICK = 'unknownOutcome: { firstLookSeconds: 1, resendAfterSeconds: 6, giveUpMinutes: 10 }';

/** A source file that sends at once; `fulfillment` are more settings in YAML's flow style. */
export function sendingSource(name: string, fulfillment = QUICK, token = 'demo-token'): string {
  return `name: ${name}
connection: { type: api_token, storeHash: demo, accessToken: ${token} }
fulfillment: { autoSend: true, ${fulfillment} }
`;
}

const person = {
  ...{ firstName: 'Ada', lastName: 'Byron', address1: '1 Main St', city: 'Austin', state: 'Texas', stateCode: 'TX' },
  ...{
    postalCode: '78701',
    country: 'United States',
    countryCode: 'US',
    email: 'ada@example.com',
    phone: '5125550100',
  },
};

/** A request for one piece of one SKU; `address` replaces fields of both addresses. */
export function requestFor(source: string, number: string, sku: string, address: Partial<typeof person> = {}) {
  const to = { ...person, ...address };
  return { number, source, billingAddress: to, shippingAddress: to, lines: [{ id: '1', sku, quantity: 1 }] };
}

/** SKUs of the store, one a product, with stock without end. */
export async function plentifulSkus(simulator: Pick<TestSimulator, 'control'>, count: number): Promise<string[]> {
  const { ids } = await simulator.control<{ ids: number[] }>('GET', 'products');
  const skus: string[] = [];
  for (const id of ids.slice(0, count)) {
    await simulator.control('PATCH', `products/${id}`, { inventory_tracking: 'none' });
    const product = await simulator.control<{ variants: { sku: string }[] }>('GET', `products/${id}`);
    skus.push(product.variants[0]!.sku);
  }
  return skus;
}

/** An order that the staff of a store made by hand, with the number of a request among its fields; answers its id. */
export async function orderByHand(
  { url }: Pick<TestSimulator, 'url'>,
  fields: Record<string, unknown>,
  { hash = 'demo', buyer = {} } = {},
): Promise<number> {
  const { firstName, lastName, address1, city, state, postalCode, countryCode, email } = person;
  const name = { first_name: firstName, last_name: lastName, email };
  const place = { street_1: address1, city, state, zip: postalCode, country_iso2: countryCode };
  const response = await fetch(`${url}/stores/${hash}/v2/orders`, {
    method: 'POST',
    headers: { 'x-auth-token': `${hash}-token`, 'content-type': 'application/json' },
    body: JSON.stringify({ billing_address: { ...name, ...place, ...buyer }, ...fields }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: number }).id;
}

type Cli = (args: string[], input?: string) => Promise<CommandResult>;

/** Submits requests; throws with what was said unless all were accepted. */
export async function submit(cli: Cli, requests: object[]): Promise<CommandResult> {
  const result = await cli(['fr', 'submit', '-', '--json'], JSON.stringify(requests));
  if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
  return result;
}

export interface StoredRequest {
  number: string;
  processing: string;
  reason: string | null;
  message: string | null;
  orderId: number | null;
  flags: string[];
}

export async function storedRequests(db: Database, prefix: string): Promise<StoredRequest[]> {
  const { rows } = await sql<StoredRequest>`
    select number, processing, reason_code as reason, reason_message as message,
      bigcommerce_order_id::int as "orderId", flags
    from fulfillment_requests where number like ${`${prefix}%`} order by id`.execute(db);
  return rows;
}

/** Waits until every request of this prefix is acknowledged, whatever dies meanwhile. */
export function acknowledged(db: Database, prefix: string, waitMs = 120_000): Promise<StoredRequest[]> {
  let last: StoredRequest[] | undefined;
  const isDone = async () => {
    last = (await storedRequests(db, prefix).catch(() => undefined)) ?? last;
    return last?.every(({ processing }) => processing === 'acknowledged') ? last : null;
  };
  return waitFor(`requests ${prefix} to be acknowledged`, isDone, waitMs).catch((error: unknown) => {
    const open = last?.filter(({ processing }) => processing !== 'acknowledged');
    throw new Error(`${(error as Error).message}: ${JSON.stringify(open)}`);
  });
}

/** Every order that the store ever made of requests of this prefix: the number and the order's id. */
export async function ordersMade(simulator: TestSimulator, prefix: string): Promise<[number: string, id: number][]> {
  const { orders } = await simulator.control<{ orders: { externalOrderId: string; orderId: number }[] }>(
    'GET',
    'ledger/orders',
  );
  return orders
    .filter(({ externalOrderId }) => externalOrderId.startsWith(prefix))
    .map(({ externalOrderId, orderId }) => [externalOrderId, orderId]);
}

/** Exactly one order each, and its id is what the request says. Compare with {@link ordersMade}, sorted. */
export function ordersNamed(requests: StoredRequest[]): [number: string, id: number | null][] {
  return requests.map(({ number, orderId }) => [number, orderId] as [string, number | null]).sort(byNumber);
}

export function byNumber([a]: [string, ...unknown[]], [b]: [string, ...unknown[]]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
