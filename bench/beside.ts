import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { emptyPool, runImport } from './job.ts';
import { figure, note } from './report.ts';
import { applySource, findSkus, submit, withTemporal } from './requests.ts';
import { load, sized } from './scale.ts';
import { applyMany, makeStores } from './stores.ts';
import { startBenchSystem } from './system.ts';
import type { BenchSystem } from './system.ts';
import { until } from './until.ts';

const WITHIN_MS = 3_600_000;
const VARIANTS = 3;
const PER_SECOND = 10;
const SENDS_ALONE_MS = 120_000;
/** As many as share ten requests a second well within their quotas: half a request a second each. */
const SHOPS = Array.from({ length: 20 }, (_, index) => `shop-${index}`);

/** SKUs that can be ordered, by source. */
type Skus = ReadonlyMap<string, readonly string[]>;

/**
 * An import of a million variants beside ten requests a second, each against itself alone. Every store has the quota of
 * the standard plan, which alone would not let one of them take ten requests a second: they go to several others.
 */
export function beside(): Promise<void> {
  return measure(['--quota', 'standard'], async (system) => {
    await applySource(system, 'bench', 'inventory: {}');
    const skus = await makeStores(system, SHOPS, 500);
    await applyMany(system, SHOPS, 'fulfillment: { autoSend: true }');
    return skus;
  });
}

/** The same with one store for both, which answers as much as it is asked for: what the machine itself can do. */
export function besideWithoutQuota(): Promise<void> {
  return measure([], async (system) => {
    await applySource(system, 'bench', 'inventory: {}\nfulfillment: { autoSend: true }');
    return new Map([['bench', await findSkus(system, 400)]]);
  });
}

async function measure(quota: string[], prepare: (system: BenchSystem) => Promise<Skus>): Promise<void> {
  const catalogue = ['--products', String(sized(1_000_002 / VARIANTS)), '--variants', String(VARIANTS)];
  const system = await startBenchSystem(['--preset', 'bulk', ...catalogue, ...quota], 'cluster');
  const worker = await system.startWorker();
  try {
    const skus = await prepare(system);
    // Once unmeasured where nothing else holds it back: the simulator makes its answers when they are first asked for.
    if (quota.length === 0) await runImport(system);
    await emptyPool(system);
    const alone = await runImport(system);
    note(`import alone: ${(alone.ms / 1000).toFixed(1)} s, ${alone.counts['items']} items, ${await load()}`);
    const quiet = await sendSteadily(system, { prefix: 'Q', skus, until: pause(Math.min(SENDS_ALONE_MS, alone.ms)) });
    note(`requests alone: ${toldBy(quiet)}`);
    await emptyPool(system);
    const importing = runImport(system);
    const busy = await sendSteadily(system, { prefix: 'B', skus, until: importing });
    const both = await importing;
    note(`both: import ${(both.ms / 1000).toFixed(1)} s, requests ${toldBy(busy)}, ${await load()}`);
    figure('import beside requests / alone', both.ms / alone.ms, { most: 1.25 });
    figure('requests beside import / alone', busy.median / quiet.median, { most: 1.25 });
  } finally {
    await worker.stop();
    await system.stop();
  }
}

interface Steady {
  prefix: string;
  skus: Skus;
  until: Promise<unknown>;
}

interface SteadyFigures {
  count: number;
  /** Seconds from taken in to order. */
  median: number;
  /** Sent in a second. */
  rate: number;
}

function toldBy({ count, median, rate }: SteadyFigures): string {
  return `${median.toFixed(2)} s from taken in to order, of ${count}; ${rate.toFixed(1)} a second sent`;
}

/** Takes in ten requests a second as long as something lasts, of one source after the other. */
async function sendSteadily(system: BenchSystem, { prefix, skus, until: end }: Steady): Promise<SteadyFigures> {
  let isOver = false;
  const over = () => void (isOver = true);
  end.then(over, over);
  let count = 0;
  await withTemporal(system, async (client) => {
    for (const began = performance.now(); !isOver;) {
      const due = Math.floor(((performance.now() - began) / 1000) * PER_SECOND) + 1;
      for (; count < due; count++) await submitOne(system, client, { number: `${prefix}${count}-`, skus, count });
      await pause(50);
    }
  });
  const waits = sql<{ seconds: number | null; open: number; rate: number }>`
    select percentile_cont(0.5) within group (order by extract(epoch from acknowledged_at - created_at))::float8 as seconds,
      (count(*) filter (where acknowledged_at is null))::int as open,
      count(*) / extract(epoch from max(acknowledged_at) - min(created_at))::float8 as rate
    from fulfillment_requests where number like ${`${prefix}%`}`;
  await until('the last requests', WITHIN_MS, async () => (await waits.execute(system.db)).rows[0]!.open === 0);
  const { seconds, rate } = (await waits.execute(system.db)).rows[0]!;
  return { count, median: seconds!, rate };
}

function submitOne(
  system: BenchSystem,
  client: Client,
  { number, skus, count }: { number: string; skus: Skus; count: number },
): Promise<void> {
  const sources = [...skus.keys()];
  const source = sources[count % sources.length]!;
  const own = skus.get(source)!;
  const sku = own[Math.floor(count / sources.length) % own.length]!;
  return submit(system, client, { source, prefix: number, count: 1, skus: [sku] });
}
