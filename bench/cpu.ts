import { readFile, readdir } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { emptyPool, runImport } from './job.ts';
import { note } from './report.ts';
import { applySource, findSkus, statesOf, submit, withTemporal } from './requests.ts';
import { load, sized } from './scale.ts';
import { applyMany, hashOf } from './stores.ts';
import { startBenchSystem } from './system.ts';
import type { BenchSystem } from './system.ts';
import { until } from './until.ts';

const WITHIN_MS = 1_800_000;
// What Linux counts in; the same on every machine that we know.
const TICKS_A_SECOND = 100;

interface Usage {
  pid: number;
  parent: number;
  seconds: number;
}

async function usageOf(pid: number): Promise<Usage | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Its own time, and that of its children that have ended.
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { pid, parent: Number(fields[1]), seconds: ticks / TICKS_A_SECOND };
}

/** Seconds of computing that a process and its children have taken so far (Linux). */
async function cpuSeconds(pid: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(usageOf))).filter((usage) => usage !== null);
  return all
    .filter((usage) => usage.pid === pid || usage.parent === pid)
    .reduce((sum, { seconds }) => sum + seconds, 0);
}

type Measure = (what: string, units: number, work: () => Promise<unknown>) => Promise<void>;

/** Tells what each part computes for a unit of some work, and how often Temporal commits. */
function measuring({ db }: BenchSystem, parts: Record<string, number>): Measure {
  const look = async () => [...(await Promise.all(Object.values(parts).map(cpuSeconds))), await commitsOfTemporal(db)];
  return async (what, units, work) => {
    const before = await look();
    await work();
    const each = (await look()).map((value, index) => (value - before[index]!) / units);
    const named = Object.keys(parts).map((name, index) => `${name} ${(each[index]! * 1000).toFixed(2)}`);
    note(`${what}, ms of computing: ${named.join(', ')}; ${each.at(-1)!.toFixed(1)} commits; ${await load()}`);
  };
}

async function commitsOfTemporal(db: Database): Promise<number> {
  const { rows } = await sql<{ commits: number }>`
    select sum(xact_commit)::float8 as commits from pg_stat_database where datname like 'temporal%'`.execute(db);
  return rows[0]!.commits;
}

/**
 * What a request, an item and a run of a schedule cost in computing, by part: unlike a rate it hardly depends on what
 * else the machine does, and so a plan for another machine can stand on it.
 */
export async function cpu(): Promise<void> {
  const products = sized(30_000);
  const count = sized(1_000);
  const system = await startBenchSystem(
    ['--preset', 'bulk', '--products', String(products), '--variants', '3'],
    'cluster',
  );
  const worker = await system.startWorker();
  const measure = measuring(system, { worker: worker.pid, ...system.servers });
  try {
    await applySource(system, 'bench', 'inventory: {}\nfulfillment: { autoSend: true }');
    const skus = await findSkus(system, 200);
    const send = (prefix: string) => async () => {
      const before = (await statesOf(system))['acknowledged'] ?? 0;
      await withTemporal(system, (client) => submit(system, client, { source: 'bench', prefix, count, skus }));
      const isDone = async () => ((await statesOf(system))['acknowledged'] ?? 0) === before + count;
      await until('the requests', WITHIN_MS, isDone);
    };
    await send('C')();
    await measure('a request', count, send('D'));
    await measureSchedules(system, measure);
    await runImport(system);
    await emptyPool(system);
    const thousands = (products * 3) / 1_000;
    await measure('1,000 items, first import', thousands, () => runImport(system));
    await measure('1,000 items, nothing changed', thousands, () => runImport(system));
  } finally {
    await worker.stop();
    await system.stop();
  }
}

/** Runs of Get Shipments that find nothing, each the first of its schedule: no other of it can be in its way. */
async function measureSchedules(system: BenchSystem, measure: Measure): Promise<void> {
  const names = Array.from({ length: sized(300) }, (_, index) => `ships-${index}`);
  for (const name of names) await system.control('PUT', `stores/${hashOf(name)}`, { products: 0 });
  await applyMany(system, names, 'shipments: { schedule: { cron: "0 0 1 1 *" } }');
  const cold = names.splice(0, sized(100));
  await triggerAll(system, cold);
  await measure('a run of a schedule', names.length, () => triggerAll(system, names));
}

async function triggerAll(system: BenchSystem, names: readonly string[]): Promise<void> {
  const ended = sql<{ count: number }>`
    select count(*)::int as count from job_runs where job = 'shipments' and status = 'completed'`;
  const before = (await ended.execute(system.db)).rows[0]!.count;
  await withTemporal(system, async (client) => {
    for (const name of names) await client.schedule.getHandle(`shipments:${name}`).trigger();
  });
  const isDone = async () => (await ended.execute(system.db)).rows[0]!.count === before + names.length;
  await until('the runs of the schedules', WITHIN_MS, isDone);
}
