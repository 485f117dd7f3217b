import {
  applyBenchSource,
  deadRows,
  emptyPool,
  historyEvents,
  runBareLoop,
  runImport,
  vacuum,
  walBytesOf,
} from './job.ts';
import type { JobFigures } from './job.ts';
import { figure, note } from './report.ts';
import { peakMemoryMb, startBenchSystem } from './system.ts';
import type { BenchSystem } from './system.ts';

const bulk = (products: number, variants = 3) => [
  '--preset',
  'bulk',
  '--products',
  String(products),
  '--variants',
  String(variants),
];

async function withSystem(args: string[], measure: (system: BenchSystem) => Promise<void>): Promise<void> {
  const system = await startBenchSystem(args);
  const worker = await system.startWorker();
  try {
    await applyBenchSource(system);
    await measure(system);
  } finally {
    await worker.stop();
    await system.stop();
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

interface Comparison {
  job: number;
  bare: number;
  last: JobFigures;
}

/** Bare loops and first imports by turns on one system, and what `after` does with each; the medians are compared. */
async function compare(
  system: BenchSystem,
  rounds: number,
  after: (first: JobFigures) => Promise<void> = () => Promise.resolve(),
): Promise<Comparison> {
  const jobs: number[] = [];
  const bares: number[] = [];
  let last: JobFigures | undefined;
  // Once unmeasured: the simulator makes its answers at the first time that they are asked for.
  await runBareLoop(system);
  for (let round = 0; round < rounds; round++) {
    bares.push(await runBareLoop(system));
    await emptyPool(system);
    last = await runImport(system);
    jobs.push(last.ms);
    note(`round ${round + 1}: job ${seconds(last.ms)}, bare loop ${seconds(bares.at(-1)!)}`);
    await after(last);
  }
  return { job: median(jobs), bare: median(bares), last: last! };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** 100,000 products x 3: against the bare loop, the unchanged re-imports, their log and the history. */
export function large(): Promise<void> {
  return withSystem(bulk(100_000), async (system) => {
    const agains: number[] = [];
    let bytes = 0;
    const { job, bare, last } = await compare(system, 5, async () => {
      await vacuum(system);
      let again: JobFigures | undefined;
      bytes = await walBytesOf(system, async () => (again = await runImport(system)));
      agains.push(again!.ms);
      note(`unchanged: ${seconds(again!.ms)}, ${again!.counts['unchanged']} unchanged, ${again!.requests} requests`);
    });
    figure('100,000 x 3, no quota: job / bare loop', job / bare, { most: 1.25 });
    figure('100,000 x 3: events in the history', await historyEvents(system, last), { most: 400 });
    figure('unchanged re-import / first import', median(agains) / job, { most: 1 });
    figure('unchanged re-import: write-ahead log', bytes / 1e6, { most: 5, unit: ' MB' });
    figure('unchanged re-import: dead rows', await deadRows(system), { most: 0 });
  });
}

/** 10,000 products x 3: what the job costs beside the bare loop in seconds. */
export function small(): Promise<void> {
  return withSystem(bulk(10_000), async (system) => {
    const { job, bare } = await compare(system, 3);
    figure('10,000 x 3: job - bare loop', (job - bare) / 1000, { most: 1.5, unit: ' s' });
  });
}

interface RequestLedger {
  total: number;
  byStatus: Record<string, number>;
}

/** Fixed windows of 30 s with 150 requests: the last request cannot go before the last window has opened. */
function quotaFloorMs(requests: number, perWindow: number): number {
  return (Math.ceil(requests / perWindow) - 1) * 30_000;
}

/** The quota of a standard store, alone and beside an app that takes half of it. */
export function quota(): Promise<void> {
  return withSystem(bulk(100_000), async (system) => {
    await runBareLoop(system);
    for (const others of [0, 75]) {
      await emptyPool(system);
      await system.control('PUT', 'second-app', { requestsPerWindow: others, pattern: 'even' });
      await system.control('PUT', 'quota', { preset: 'standard' });
      await system.control('DELETE', 'ledger');
      const run = await runImport(system);
      const ledger = (await system.control('GET', 'ledger/requests')) as RequestLedger;
      const refused = ledger.byStatus['429'] ?? 0;
      const floor = quotaFloorMs(run.requests, 150 - others);
      const title = others === 0 ? 'standard quota' : 'standard quota, half of it taken';
      note(`${title}: ${seconds(run.ms)}, ${run.requests} requests, floor ${seconds(floor)}`);
      if (others === 0) figure(`${title}: job / floor`, run.ms / floor, { most: 1.1 });
      figure(`${title}: refused share`, refused / run.requests, { most: others === 0 ? 0 : 0.01 });
    }
  });
}

/** Peak memory of the worker at 30,000 and at 1,000,000 variants, each in a worker of its own. */
export async function memory(): Promise<void> {
  const peaks: number[] = [];
  for (const products of [10_000, 333_334]) {
    const system = await startBenchSystem(bulk(products));
    try {
      await applyBenchSource(system);
      const worker = await system.startWorker();
      const run = await runImport(system);
      peaks.push(await peakMemoryMb(worker.pid));
      note(`${run.counts['items']} variants: ${seconds(run.ms)}, peak ${peaks.at(-1)!.toFixed(0)} MB`);
      await worker.stop();
    } finally {
      await system.stop();
    }
  }
  figure('worker memory at 30,000 variants', peaks[0]!, { most: 350, unit: ' MB' });
  figure('worker memory at 1,000,000 variants', peaks[1]!, { most: 350, unit: ' MB' });
  figure('worker memory, the larger / the smaller', Math.max(...peaks) / Math.min(...peaks), { most: 1.15 });
}

/** How soon a worker of the build is ready, from its process on: the middle of five. */
export async function start(): Promise<void> {
  const system = await startBenchSystem(bulk(1));
  const times: number[] = [];
  try {
    for (let round = 0; round < 5; round++) {
      const began = performance.now();
      const worker = await system.startWorker();
      times.push(performance.now() - began);
      await worker.stop();
    }
  } finally {
    await system.stop();
  }
  note(`starts: ${times.map(seconds).join(', ')}`);
  figure('start of a worker', median(times) / 1000, { most: 3, unit: ' s' });
}

/** How soon the help answers: the middle of eleven. */
export async function help(): Promise<void> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const { fileURLToPath } = await import('node:url');
  const main = fileURLToPath(new URL('../client/cli/main.js', import.meta.url));
  const times: number[] = [];
  for (let round = 0; round < 11; round++) {
    const began = performance.now();
    await promisify(execFile)(process.execPath, [main, '--help']);
    times.push(performance.now() - began);
  }
  figure('--help', median(times), { most: 150, unit: ' ms' });
}
