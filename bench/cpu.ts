import { readFile, readdir } from 'node:fs/promises';
import { emptyPool, runImport } from './job.ts';
import { note } from './report.ts';
import { applySource, findSkus, statesOf, submit, withTemporal } from './requests.ts';
import { load, sized } from './scale.ts';
import { startBenchSystem } from './system.ts';
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

/**
 * What a request and an item cost in computing, by part: unlike a rate it hardly depends on what else the machine does,
 * and so a plan for another machine can stand on it.
 */
export async function cpu(): Promise<void> {
  const products = sized(30_000);
  const count = sized(1_000);
  const system = await startBenchSystem(
    ['--preset', 'bulk', '--products', String(products), '--variants', '3'],
    'cluster',
  );
  const worker = await system.startWorker();
  const parts = { worker: worker.pid, ...system.servers };
  const measure = async (what: string, units: number, work: () => Promise<unknown>) => {
    const before = await Promise.all(Object.values(parts).map(cpuSeconds));
    await work();
    const after = await Promise.all(Object.values(parts).map(cpuSeconds));
    const each = Object.keys(parts).map(
      (name, index) => `${name} ${(((after[index]! - before[index]!) * 1000) / units).toFixed(2)}`,
    );
    note(`${what}, ms of computing: ${each.join(', ')}; ${await load()}`);
  };
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
