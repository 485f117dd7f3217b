import { sql } from 'kysely';
import { historyEvents } from './job.ts';
import type { JobFigures } from './job.ts';
import { addIdleRequests, calm, makeOpenOrders, ship } from './open-orders.ts';
import { figure, note } from './report.ts';
import { applySource, ledgerOf } from './requests.ts';
import { load, sized } from './scale.ts';
import { memoryMb, peakMemoryMb, startBenchSystem } from './system.ts';
import type { BenchSystem } from './system.ts';

const OPEN = 10_000;
const MOVED = 500;
/** In a round of the comparison: more than the issue asks for, so that a run takes seconds. */
const MOVED_A_ROUND = 1_500;
const ROUNDS = 3;
const STORE = ['--preset', 'bulk', '--products', '1000', '--variants', '1'];

async function sync(system: BenchSystem, ...options: string[]): Promise<JobFigures> {
  const args = ['shipments', 'sync', 'bench', '--wait', '--json', ...options];
  const document = JSON.parse(await system.run('client/cli/main.js', args)) as JobFigures & { durationMs: number };
  return { ...document, ms: document.durationMs };
}

/** Open requests of which nothing, and then some, have moved: requests, refusals, rows, rate and history. */
export async function shipments(): Promise<void> {
  const system = await startBenchSystem(STORE);
  const worker = await system.startWorker();
  try {
    await applySource(system, 'bench', 'fulfillment: { autoSend: true }\nshipments: { lookbackDays: 90 }');
    const orders = await makeOpenOrders(system, sized(OPEN), 'S');
    note(`${orders.length} open orders made, ${await load()}`);
    const idle = await touchedBy(system, () => sync(system));
    figure('nothing changed: requests', idle.run.requests, { most: 10 });
    figure('nothing changed: rows touched', idle.rows, { most: 0 });

    const moved = orders.splice(0, sized(MOVED));
    await ship(system, moved);
    await system.control('PUT', 'quota', { preset: 'standard' });
    await system.control('DELETE', 'ledger');
    const { run, rows } = await touchedBy(system, () => sync(system));
    note(`standard quota: ${(run.ms / 1000).toFixed(1)} s, ${JSON.stringify(run.counts)}, ${await load()}`);
    // While the quota made the run wait, some others came due: one request each.
    const due = run.counts['asked']! - moved.length;
    figure(`${moved.length} moved: requests above 2 for each`, run.requests - 2 * moved.length - due, { most: 10 });
    figure(`${moved.length} moved: other requests' rows touched`, rows - run.counts['changed']!, { most: 0 });
    figure('standard quota: refused', (await ledgerOf(system)).byStatus['429'] ?? 0, { most: 0 });
    await system.control('PUT', 'quota', { preset: 'none' });
    // Unmeasured: waits for the end of the window that is used up, and hears that there is no quota any more.
    await sync(system);

    await compare(system, orders);
    await calm(system);
    const all = await sync(system, '--all');
    note(
      `all: ${(all.ms / 1000).toFixed(1)} s, ${all.requests} requests, ${JSON.stringify(all.counts)}, ${await load()}`,
    );
    figure(`run of ${sized(OPEN)}: events in the history`, await historyEvents(system, all), { most: 400 });
  } finally {
    await worker.stop();
    await system.stop();
  }
}

/** By turns, each on orders of its own that have moved since. */
async function compare(system: BenchSystem, orders: { id: number; externalId: string }[]): Promise<void> {
  const times = { job: 0, bare: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const turns = ['job', 'bare'] as const;
    for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) {
      const moved = orders.splice(0, sized(MOVED_A_ROUND));
      await calm(system);
      await ship(system, moved);
      const ms = turn === 'job' ? await takeIn(system, moved.length) : await runBareSync(system, moved.length);
      times[turn] += ms;
      note(`round ${round + 1}: ${turn} ${moved.length} orders in ${(ms / 1000).toFixed(2)} s, ${await load()}`);
    }
  }
  figure("changed orders: rate / the bare loop's rate", times.bare / times.job, { least: 0.6 });
}

async function takeIn(system: BenchSystem, expected: number): Promise<number> {
  const { ms, counts } = await sync(system);
  if (counts['changed'] !== expected) throw new Error(`${expected} have moved, but: ${JSON.stringify(counts)}`);
  return ms;
}

async function runBareSync(system: BenchSystem, expected: number): Promise<number> {
  const { rows } = await sql<{ at: Date }>`select modified_at as at from sync_watermarks`.execute(system.db);
  const since = rows[0]!.at.toISOString().replace(/\.\d+Z$/, '+00:00');
  const output = await system.run('bench/bare-sync.js', [
    system.simulatorUrl,
    system.environment['DATABASE_URL']!,
    since,
  ]);
  const { orders, ms } = JSON.parse(output) as { orders: number; ms: number };
  if (orders !== expected) throw new Error(`${expected} have moved, the bare loop saw ${orders}`);
  return ms;
}

/** A run, and how many requests' rows carry a version that was written while it ran. */
async function touchedBy(system: BenchSystem, work: () => Promise<JobFigures>) {
  const horizon = await sql<{ xid: string }>`select pg_current_xact_id()::text as xid`.execute(system.db);
  const run = await work();
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from fulfillment_requests
    where xmin::text::bigint > ${horizon.rows[0]!.xid}::bigint`.execute(system.db);
  return { run, rows: rows[0]!.count };
}

/** Memory of the worker over a full look at few, and over one at a tenth of very many open requests. */
export async function shipmentsMemory(): Promise<void> {
  const settled: number[] = [];
  const peaks: number[] = [];
  for (const open of [sized(1_000), sized(100_000)]) {
    const system = await startBenchSystem(STORE);
    const worker = await system.startWorker();
    try {
      await applySource(system, 'bench', 'fulfillment: { autoSend: true }\nshipments: { lookbackDays: 90 }');
      const due = Math.min(open, sized(OPEN));
      const orders = await makeOpenOrders(system, due, 'M');
      await addIdleRequests(system, open - due);
      await ship(system, orders.slice(0, Math.ceil(due / 20)));
      await sql`update fulfillment_requests set next_check_at = now() where number like 'M%'`.execute(system.db);
      const run = await sync(system);
      settled.push(await memoryMb(worker.pid));
      peaks.push(await peakMemoryMb(worker.pid));
      const memory = `${settled.at(-1)!.toFixed(0)} MB, peak ${peaks.at(-1)!.toFixed(0)} MB`;
      note(
        `${open} open, ${due} due: ${run.requests} requests, ${(run.ms / 1000).toFixed(1)} s, ${memory}, ${await load()}`,
      );
    } finally {
      await worker.stop();
      await system.stop();
    }
  }
  figure('open requests: memory, many / few', settled[1]! / settled[0]!, { most: 1.15 });
  figure('open requests: peak memory, many / few', peaks[1]! / peaks[0]!, { most: 1.15 });
}
