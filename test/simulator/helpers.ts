import { createSimulator, type Simulator, type SimulatorOptions } from '../../simulator/server.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests read what they expect; a wrong shape fails their assertions.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface TestStore {
  readonly simulator: Simulator;
  readonly url: string;
  /** The simulator's clock, which stands still unless a test moves it. */
  readonly clock: { now: number };
  /** Asks the API of the store `demo` with its full token. */
  api(method: string, path: string, body?: unknown, token?: string): Promise<Reply>;
  get(path: string, token?: string): Promise<Reply>;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  close(): Promise<void>;
}

/** Starts a simulator on a free port with a clock that only the test moves. */
export async function startStore(options: SimulatorOptions = {}): Promise<TestStore> {
  const clock = { now: Date.parse('2026-03-02T10:00:00Z') };
  const size = { preset: 'shop' as const, products: 200, variants: 3, seed: 1, ...options.size };
  const simulator = createSimulator({ now: () => clock.now, cacheBytes: 32 * 1024 * 1024, ...options, size });
  const url = await simulator.listen(0);
  const api: TestStore['api'] = (method, path, body, token = 'demo-token') =>
    ask(`${url}/stores/demo${path}`, method, body, { 'x-auth-token': token });
  return {
    ...{ simulator, url, clock, api },
    get: (path, token) => api('GET', path, undefined, token),
    control: (method, path, body) => ask(`${url}/_control${path}`, method, body, {}),
    close: () => simulator.close(),
  };
}

async function ask(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const ADDRESS = {
  ...{
    first_name: 'Jane',
    last_name: 'Doe',
    street_1: '555 East Street',
    city: 'Austin',
    state: 'Texas',
    zip: '78108',
  },
  ...{ country_iso2: 'US', email: 'jane@example.com' },
};

/** An order that the store takes, for two of `SHARED-M` (product 50, variant 121, stock 12). */
export function makeOrder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    billing_address: { ...ADDRESS },
    products: [{ product_id: 50, variant_id: 121, quantity: 2 }],
    external_order_id: 'FR-1',
    status_id: 11,
    ...changes,
  };
}

/** Changes of the billing address of `makeOrder`. */
export function billing(changes: Record<string, unknown>): Record<string, unknown> {
  return { billing_address: { ...ADDRESS, ...changes } };
}
