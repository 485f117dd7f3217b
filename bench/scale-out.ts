import { availableParallelism } from 'node:os';
import { sql } from 'kysely';
import { figure, note } from './report.ts';
import { applySource, findSkus, statesOf, submit, withTemporal } from './requests.ts';
import { load, patience, sized } from './scale.ts';
import { memoryMb, startBenchSystem } from './system.ts';
import type { BenchSystem, Started } from './system.ts';
import { until } from './until.ts';

const WITHIN_MS = 3_600_000;
/** A hundred thousand requests take hours on two cores; each question about them reads them all. */
const HELD_WITHIN_MS = 3 * WITHIN_MS;
const HELD_ASK_MS = 5_000;
/** What has come so far is told at each tenth. */
const PARTS = 10;
const SKUS = 200;
const bulk = ['--preset', 'bulk', '--products', '5000', '--variants', '1'];
const seconds = (ms: number) => (ms / 1000).toFixed(1);

/** Requests a second by one, two and four workers on one Temporal that keeps its state in Postgres. */
export async function workers(): Promise<void> {
  const count = sized(1_000);
  const system = await startBenchSystem(bulk, 'cluster');
  try {
    await applySource(system, 'bench', 'fulfillment: { autoSend: true }');
    const skus = await findSkus(system, SKUS);
    const rates: Record<number, number> = {};
    note(`${availableParallelism()} cores for all of it: Postgres, Temporal, workers and stores`);
    // Once with one worker unmeasured: caches and connections of the servers are cold.
    for (const [round, amount] of [1, 1, 2, 4, 1].entries()) {
      const rate = await rateOf(system, { prefix: `W${round}-`, count, skus, amount });
      note(`${amount} workers: ${rate.toFixed(1)} requests a second, ${await load()}`);
      if (round > 0) rates[amount] = Math.max(rates[amount] ?? 0, rate);
    }
    figure('two workers / one', rates[2]! / rates[1]!, { least: 0.9 });
    figure('four workers / one', rates[4]! / rates[1]!, { least: 0.8 });
  } finally {
    await system.stop();
  }
}

interface Batch {
  prefix: string;
  count: number;
  skus: string[];
  amount: number;
}

async function rateOf(system: BenchSystem, { prefix, count, skus, amount }: Batch): Promise<number> {
  const before = (await statesOf(system))['acknowledged'] ?? 0;
  await withTemporal(system, (client) => submit(system, client, { source: 'bench', prefix, count, skus }));
  const running = await startWorkers(system, amount);
  const began = performance.now();
  try {
    const isDone = async () => ((await statesOf(system))['acknowledged'] ?? 0) === before + count;
    await until(`${count} requests`, WITHIN_MS, isDone);
    return (count * 1000) / (performance.now() - began);
  } finally {
    for (const worker of running) await worker.stop();
  }
}

function startWorkers(system: BenchSystem, amount: number): Promise<Started[]> {
  return Promise.all(Array.from({ length: amount }, () => system.startWorker()));
}

/**
 * Requests on hold: what one takes in the databases, and how long the release of all of them takes. Where it is broken
 * off, it goes on: with taking in those that are missing, or with the release.
 */
export async function onhold(): Promise<void> {
  const count = sized(100_000);
  const system = await startBenchSystem(bulk, 'cluster');
  const worker = await system.startWorker();
  try {
    const held = (hours: number) => `fulfillment: { autoSend: true, holdHours: ${hours} }`;
    const before = await system.remembered('sizes', () => sizes(system));
    // What is told of new settings is checked again: while a release goes on, fewer are checked.
    const isReleased = ((await statesOf(system))['acknowledged'] ?? 0) > 0;
    if (!isReleased && (await checkedOf(system)) < count) {
      await applySource(system, 'bench', held(720));
      const skus = await findSkus(system, SKUS, { least: Math.ceil(count / SKUS) });
      await Promise.all([
        withTemporal(system, (client) => submit(system, client, { source: 'bench', prefix: 'H', count, skus })),
        allOf(count, 'taken in and held', () => checkedOf(system)),
      ]);
      note(`worker: ${(await memoryMb(worker.pid)).toFixed(0)} MB`);
      tellGrowth(before, await sizes(system), { count, what: 'on hold' });
    }
    await Promise.all([
      applySource(system, 'bench', held(0)),
      allOf(count, 'released and sent', async () => (await statesOf(system))['acknowledged'] ?? 0),
    ]);
    note(`worker: ${(await memoryMb(worker.pid)).toFixed(0)} MB`);
    const total = tellGrowth(before, await sizes(system), { count, what: 'that was held and sent' });
    figure('all databases: a request that was held and sent', total, { most: 60, unit: ' KB' });
  } finally {
    await worker.stop();
    await system.stop();
  }
}

/** How many requests have been checked, and so are on hold or beyond it. */
async function checkedOf({ db }: BenchSystem): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from fulfillment_requests where checked_at is not null`.execute(db);
  return rows[0]!.count;
}

/** Waits until all have come so far, telling each part of them and the rate since it began. */
async function allOf(count: number, what: string, ask: () => Promise<number>): Promise<void> {
  const began = performance.now();
  const first = await ask();
  let told = Math.floor((first * PARTS) / count);
  const isDone = async () => {
    const done = await ask();
    const ms = performance.now() - began;
    const part = Math.floor((done * PARTS) / count);
    if (part > told)
      note(`${done} ${what} after ${seconds(ms)} s, ${rateIn(done - first, ms)} a second, ${await load()}`);
    told = Math.max(told, part);
    return done === count;
  };
  await until(`all to be ${what}`, patience(HELD_WITHIN_MS), isDone, HELD_ASK_MS);
}

const rateIn = (count: number, ms: number) => ((count * 1000) / ms).toFixed(1);

/** Tells by how many KB a request each database has grown, and answers their sum. */
function tellGrowth(before: Sizes, after: Sizes, { count, what }: { count: number; what: string }): number {
  const grown = Object.keys(after).map((name) => ({ name, kb: (after[name]! - before[name]!) / count / 1024 }));
  for (const { name, kb } of grown) note(`${name}: ${kb.toFixed(1)} KB a request ${what}`);
  return grown.reduce((sum, { kb }) => sum + kb, 0);
}

type Sizes = Record<string, number>;

async function sizes({ db }: BenchSystem): Promise<Sizes> {
  const { rows } = await sql<{ name: string; bytes: number }>`
    select datname as name, pg_database_size(datname)::float8 as bytes from pg_database
    where datname in ('bcsource', 'temporal', 'temporal_visibility')`.execute(db);
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes]));
}
