import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { choosePorts } from '../local/ports.ts';
import { makeOpenOrders, ship } from './open-orders.ts';
import { figure, note } from './report.ts';
import { load, sized } from './scale.ts';
import { cpuMs, startBenchSystem } from './system.ts';
import type { BenchSystem, Started } from './system.ts';
import { until } from './until.ts';
import { writeFile } from 'node:fs/promises';

const RATE = 200;
const SECONDS = 30;
/** Into the second load: enough answers before it, and after it. */
const KILLED_AT_SECONDS = 10;
const STORE = ['--preset', 'bulk', '--products', '1000', '--variants', '1'];
const CLIENT_SECRET = 'demo-client-secret';

interface Hooked {
  system: BenchSystem;
  worker: Started;
  serve(): Promise<Started>;
  destination: string;
  headerSecret: string;
}

/** A source with its items, `bcsource serve`, and webhooks of the store that go there. */
async function openHooked(): Promise<Hooked> {
  const system = await startBenchSystem(STORE);
  const { serve: port } = await choosePorts(['serve']);
  system.environment['BCSOURCE_PUBLIC_URL'] = `http://127.0.0.1:${port}`;
  const file = `${system.environment['BCSOURCE_HOME']}/bench.yaml`;
  await writeFile(
    file,
    `name: bench
connection: { type: api_token, storeHash: demo, accessToken: demo-token, clientSecret: ${CLIENT_SECRET} }
inventory: { untrackedQuantity: 0 }
shipments: {}
fulfillment: { autoSend: true }
`,
  );
  await system.run('client/cli/main.js', ['source', 'apply', file, '--json']);
  const worker = await system.startWorker();
  await system.run('client/cli/main.js', ['inventory', 'import', 'bench', '--wait', '--json']);
  await system.run('client/cli/main.js', ['source', 'webhooks', 'bench', '--create', '--json']);
  const answer = await fetch(`${system.simulatorUrl}/stores/demo/v3/hooks?limit=1`, {
    headers: { 'x-auth-token': 'demo-token' },
  });
  const { data } = (await answer.json()) as { data: { destination: string; headers: Record<string, string> }[] };
  return {
    ...{ system, worker, destination: data[0]!.destination, headerSecret: data[0]!.headers['x-bcsource-secret']! },
    serve: () => system.startServer(port),
  };
}

interface Answers {
  /** Ids of the events that were answered with 200. */
  taken: string[];
  ms: number[];
  failed: number;
}

/** Sends events at an even rate whatever comes back, each about another product. */
async function sendEvents({ destination, headerSecret }: Hooked, prefix: string): Promise<Answers> {
  const answers: Answers = { taken: [], ms: [], failed: 0 };
  const sent: Promise<void>[] = [];
  const began = performance.now();
  const count = sized(RATE * SECONDS);
  for (let index = 0; index < count; index++) {
    const wait = began + (index * 1000) / RATE - performance.now();
    if (wait > 0) await pause(wait);
    sent.push(sendOne(destination, headerSecret, `${prefix}-${index}`, answers));
  }
  await Promise.all(sent);
  return answers;
}

async function sendOne(destination: string, headerSecret: string, id: string, answers: Answers): Promise<void> {
  const at = Math.floor(Date.now() / 1000);
  const data = { type: 'product', id: 112 + (answers.ms.length % 900) };
  const envelope = { scope: 'store/product/updated', store_id: '1', producer: 'stores/demo', hash: id, created_at: at };
  const body = JSON.stringify({ ...envelope, data });
  const signature = createHmac('sha256', CLIENT_SECRET).update(`${id}.${at}.${body}`).digest('base64');
  const from = performance.now();
  try {
    const response = await fetch(destination, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', 'x-bcsource-secret': headerSecret, 'webhook-id': id },
        ...{ 'webhook-timestamp': `${at}`, 'webhook-signature': `v1,${signature}` },
      },
      body,
    });
    await response.arrayBuffer();
    answers.ms.push(performance.now() - from);
    if (response.status === 200) answers.taken.push(id);
    else answers.failed++;
  } catch {
    answers.failed++;
  }
}

function share(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;
}

async function lostOf(system: BenchSystem, ids: readonly string[]): Promise<number> {
  const { rows } = await sql<{ lost: number }>`
    select count(*)::int as lost from unnest(${[...ids]}::text[]) as u (id)
    where not exists (select from webhook_events e where e.webhook_id = u.id)`.execute(system.db);
  return rows[0]!.lost;
}

/** 200 events a second: how fast they are answered, and whether one that was answered is lost by kill -9. */
export async function webhookReceiver(): Promise<void> {
  const hooked = await openHooked();
  const { system } = hooked;
  let server = await hooked.serve();
  try {
    const before = await cpuMs(server.pid);
    const calm = await sendEvents(hooked, 'calm');
    const cost = ((await cpuMs(server.pid)) - before) / (calm.taken.length + calm.failed);
    note(
      `p50 ${share(calm.ms, 0.5).toFixed(1)} ms, most ${share(calm.ms, 1).toFixed(1)} ms, ${cost.toFixed(2)} ms of processor time an event, ${await load()}`,
    );
    figure('webhooks at 200 a second: p99', share(calm.ms, 0.99), { most: 100, unit: ' ms' });
    figure('webhooks at 200 a second: not taken', calm.failed, { most: 0 });
    const killed = pause(sized(KILLED_AT_SECONDS) * 1000).then(async () => {
      process.kill(server.pid, 'SIGKILL');
      server = await hooked.serve();
    });
    const [stormy] = await Promise.all([sendEvents(hooked, 'storm'), killed]);
    note(`${stormy.taken.length} answered, ${stormy.failed} met a server that was not there, ${await load()}`);
    figure('webhooks and kill -9: answered and lost', await lostOf(system, [...calm.taken, ...stormy.taken]), {
      most: 0,
    });
    await until('every hint to be followed', 180_000, async () => {
      const { rows } = await sql<{ left: number }>`select count(*)::int as left from hints`.execute(system.db);
      return rows[0]!.left === 0;
    });
  } finally {
    await server.stop();
    await hooked.worker.stop();
    await system.stop();
  }
}

const TRIES = 60;

/**
 * From a change in the store to the row that `fr show` and `inventory show` read. Asked by the command itself, its start of
 * half a second would be most of the figure.
 */
export async function webhookDelay(): Promise<void> {
  const hooked = await openHooked();
  const { system } = hooked;
  const server = await hooked.serve();
  try {
    const orders = await makeOpenOrders(system, sized(TRIES), 'W');
    await pause(3000);
    const shipped: number[] = [];
    for (const order of orders) {
      const from = performance.now();
      await ship(system, [order]);
      await seen(async () => {
        const { rows } = await sql`
          select from fulfillment_requests
          where bigcommerce_order_id = ${order.id} and shipping = 'shipped'`.execute(system.db);
        return rows.length === 1;
      });
      shipped.push(performance.now() - from);
    }
    note(
      `shipments: p50 ${share(shipped, 0.5).toFixed(0)} ms, most ${share(shipped, 1).toFixed(0)} ms, ${await load()}`,
    );
    note('measured on the tables that `fr show` and `inventory show` read, without the start of the command');
    figure('shipment by webhook: p95', share(shipped, 0.95) / 1000, { most: 5, unit: ' s' });
    const items = await system.db.selectFrom('inventory_items').selectAll().limit(sized(TRIES)).execute();
    const stock: number[] = [];
    for (const [index, item] of items.entries()) {
      const quantity = 5_000 + index;
      const from = performance.now();
      const fields = { inventory_level: quantity, inventory_tracking: 'product' };
      await system.control('PATCH', `products/${item.product_id}`, fields);
      await seen(async () => {
        const { rows } = await sql`
          select from inventory_items where id = ${item.id} and quantity = ${quantity}`.execute(system.db);
        return rows.length === 1;
      });
      stock.push(performance.now() - from);
    }
    note(`stock: p50 ${share(stock, 0.5).toFixed(0)} ms, most ${share(stock, 1).toFixed(0)} ms, ${await load()}`);
    figure('stock by webhook: p95', share(stock, 0.95) / 1000, { most: 5, unit: ' s' });
  } finally {
    await server.stop();
    await hooked.worker.stop();
    await system.stop();
  }
}

async function seen(ask: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await ask()); await pause(10)) {
    if (Date.now() > end) throw new Error('A change was waited for in vain.');
  }
}
