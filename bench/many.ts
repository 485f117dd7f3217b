import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { emptyPool, runImport } from './job.ts';
import { runsLost } from './lost-runs.ts';
import { figure, note } from './report.ts';
import { applySource, findSkus, submit, withTemporal } from './requests.ts';
import { load, sized } from './scale.ts';
import { applyMany, hashOf } from './stores.ts';
import { memoryMb, startBenchSystem } from './system.ts';
import type { BenchSystem } from './system.ts';
import { until } from './until.ts';

const WITHIN_MS = 3_600_000;
/** All sources are due in the same minute: nothing is spread that a person did not spread. */
const EVERY_MINUTES = 5;

/** A thousand sources whose schedules fire at once: how long one worker takes for a round, and whether it keeps up. */
export async function schedules(): Promise<void> {
  const count = sized(1_000);
  const system = await startBenchSystem(['--products', '0'], 'cluster');
  const worker = await system.startWorker();
  try {
    const began = performance.now();
    const names = Array.from({ length: count }, (_, index) => `many-${index}`);
    for (const name of names) await system.control('PUT', `stores/${hashOf(name)}`, { products: 0 });
    await applyMany(system, names, `shipments: { schedule: { every: ${EVERY_MINUTES}m } }`);
    note(`${count} sources applied in ${((performance.now() - began) / 1000).toFixed(1)} s, ${await load()}`);
    const rounds: number[] = [];
    for (let round = 1; round <= 2; round++) {
      await until(`round ${round} of the schedules`, WITHIN_MS, async () => (await runsEnded(system, round)) === count);
      rounds.push(await roundSeconds(system, round));
      note(`round ${round}: ${rounds.at(-1)!.toFixed(1)} s from the first start to the last end, ${await load()}`);
    }
    note(`worker: ${(await memoryMb(worker.pid)).toFixed(0)} MB`);
    figure(`${count} sources: seconds for a round of their schedules`, rounds.at(-1)!, { most: EVERY_MINUTES * 60 });
    const ids = names.map((name) => `shipments:${name}`);
    const lost = await withTemporal(system, (client) => runsLost(system, client, ids));
    figure(`${count} sources: runs skipped, missed or not completed`, lost, { most: 0 });
  } finally {
    await worker.stop();
    await system.stop();
  }
}

/** How many sources have ended so many runs. */
async function runsEnded({ db }: BenchSystem, round: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select source_id from job_runs where status = 'completed' group by source_id having count(*) >= ${round}) s
    `.execute(db);
  return rows[0]!.count;
}

async function roundSeconds({ db }: BenchSystem, round: number): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from max(finished_at) - min(started_at))::float8 as seconds from (
      select *, row_number() over (partition by source_id order by started_at) as nth from job_runs) r
    where nth = ${round}`.execute(db);
  return rows[0]!.seconds;
}

const PER_SECOND = 10;

/** An import of a million variants beside ten requests a second, each against itself alone. */
export async function beside(): Promise<void> {
  const products = sized(333_334);
  const system = await startBenchSystem(
    ['--preset', 'bulk', '--products', String(products), '--variants', '3'],
    'cluster',
  );
  const worker = await system.startWorker();
  try {
    await applySource(system, 'bench', 'inventory: {}\nfulfillment: { autoSend: true }');
    const skus = await findSkus(system, 400);
    const alone = await runImport(system);
    note(`import alone: ${(alone.ms / 1000).toFixed(1)} s, ${alone.counts['items']} items, ${await load()}`);
    const quietMs = Math.min(120_000, alone.ms);
    const quiet = await sendSteadily(system, { prefix: 'Q', skus, until: pause(quietMs) });
    const quietly = `${quiet.median.toFixed(2)} s from taken in to order, of ${quiet.count}`;
    note(`requests alone: ${quietly}, ${quiet.rate.toFixed(1)} a second sent`);
    await emptyPool(system);
    const importing = runImport(system);
    const busy = await sendSteadily(system, { prefix: 'B', skus, until: importing });
    const both = await importing;
    const told = `import ${(both.ms / 1000).toFixed(1)} s, requests ${busy.median.toFixed(2)} s of ${busy.count}`;
    note(`both: ${told}, ${busy.rate.toFixed(1)} a second sent, ${await load()}`);
    figure('import beside requests / alone', both.ms / alone.ms, { most: 1.25 });
    figure('requests beside import / alone', busy.median / quiet.median, { most: 1.25 });
  } finally {
    await worker.stop();
    await system.stop();
  }
}

interface Steady {
  prefix: string;
  skus: string[];
  until: Promise<unknown>;
}

/** Takes in ten requests a second as long as something lasts; answers the median time until their orders. */
async function sendSteadily(system: BenchSystem, { prefix, skus, until: end }: Steady) {
  let isOver = false;
  const over = () => void (isOver = true);
  end.then(over, over);
  let count = 0;
  await withTemporal(system, async (client) => {
    for (const began = performance.now(); !isOver;) {
      const due = Math.floor(((performance.now() - began) / 1000) * PER_SECOND) + 1;
      if (due > count) {
        const one = { source: 'bench', count: due - count, skus: skus.slice(count % skus.length) };
        await submit(system, client, { ...one, prefix: `${prefix}${count}-` });
        count = due;
      }
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
