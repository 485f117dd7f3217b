import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { setTimeout as pause } from 'node:timers/promises';
import { runImport } from './job.ts';
import { figure, note } from './report.ts';
import { applySource, findSkus, ledgerOf, statesOf, submit, withTemporal } from './requests.ts';
import { load, sized } from './scale.ts';
import { memoryMb, peakMemoryMb, startBenchSystem } from './system.ts';
import type { BenchSystem } from './system.ts';
import { until } from './until.ts';

const WITHIN_MS = 3_600_000;
const SETTLE_MS = 10_000;

/** Memory of the worker with few and with many requests on hold, each in a worker of its own. */
export async function held(): Promise<void> {
  const system = await startBenchSystem(['--preset', 'bulk', '--products', '5000', '--variants', '1']);
  try {
    await applySource(system, 'bench', 'fulfillment: { autoSend: true, holdHours: 720 }');
    const skus = await findSkus(system, 200);
    const peaks: number[] = [];
    const settled: number[] = [];
    await withTemporal(system, async (client) => {
      let present = 0;
      for (const count of [sized(1_000), sized(20_000)]) {
        const worker = await system.startWorker();
        await submit(system, client, { source: 'bench', prefix: `H${count}-`, count: count - present, skus });
        present = count;
        await until(`the checks of ${count} requests`, WITHIN_MS, async () => (await countHeld(system)) === count);
        await pause(SETTLE_MS);
        settled.push(await memoryMb(worker.pid));
        peaks.push(await peakMemoryMb(worker.pid));
        note(`${count} held: ${settled.at(-1)!.toFixed(0)} MB, peak ${peaks.at(-1)!.toFixed(0)} MB, ${await load()}`);
        await worker.stop();
      }
    });
    const larger = (values: number[]) => values[1]! / values[0]!;
    figure('held requests: memory, many / few', larger(settled), { most: 1.15 });
    figure('held requests: peak memory, many / few', larger(peaks), { most: 1.15 });
  } finally {
    await system.stop();
  }
}

async function countHeld(system: BenchSystem): Promise<number> {
  const { rows } = await sql<{ held: number }>`
    select count(*)::int as held from fulfillment_requests
    where processing = 'processing' and next_step_at > now() and checked_at is not null`.execute(system.db);
  return rows[0]!.held;
}

/** Of the source `late`: its requests come due while the import runs. */
const HOLD_HOURS = 0.01;
const EVERY_MS = 4_000;

/** Requests that come due while an import uses up the quota: from their turn until the store has them. */
export async function due(): Promise<void> {
  const products = sized(100_000);
  const system = await startBenchSystem(['--preset', 'bulk', '--products', String(products), '--variants', '3']);
  const worker = await system.startWorker();
  try {
    await applySource(system, 'bench', 'inventory: {}\nfulfillment: { autoSend: true, externalOrderIdPrefix: A- }');
    const heldOnes = `{ autoSend: true, externalOrderIdPrefix: B-, holdHours: ${HOLD_HOURS} }`;
    await applySource(system, 'late', `fulfillment: ${heldOnes}`);
    const skus = await findSkus(system, 400);
    await system.control('PUT', 'quota', { preset: 'standard' });
    await system.control('DELETE', 'ledger');
    await withTemporal(system, async (client) => {
      let importing = true;
      const submitted = submitWhile(system, client, { skus, goesOn: () => importing });
      const run = await runImport(system);
      importing = false;
      await submitted;
      note(`import: ${run.status}, ${(run.ms / 1000).toFixed(1)} s, ${run.requests} requests, ${await load()}`);
    });
    await until('the requests', 300_000, async () => {
      const { acknowledged = 0, ...others } = await statesOf(system);
      return acknowledged > 0 && Object.keys(others).length === 0;
    });
    const waits = await waitsOf(system);
    const { byStatus } = await ledgerOf(system);
    note(`${waits.length} requests: median ${at(waits, 0.5)} s, longest ${at(waits, 1)} s after their turn`);
    for (const { place, wait, untilBegun } of await slowestOf(system)) {
      note(
        `slow: turn ${place.toFixed(1)} s into the import, begun after ${untilBegun.toFixed(2)}, there after ${wait.toFixed(2)} s`,
      );
    }
    figure('standard quota, import running: p99 from turn to order', at(waits, 0.99), { most: 5, unit: ' s' });
    figure('standard quota, import running: refused', byStatus['429'] ?? 0, { most: 0 });
  } finally {
    await worker.stop();
    await system.stop();
  }
}

interface Submitting {
  skus: string[];
  goesOn: () => boolean;
}

/** One that is due at once and one that is held, every few seconds. */
async function submitWhile(system: BenchSystem, client: Client, { skus, goesOn }: Submitting): Promise<void> {
  for (let index = 0; goesOn(); index++) {
    const one = { prefix: `D${index}-`, count: 1, skus: skus.slice(index % skus.length) };
    await submit(system, client, { ...one, source: 'bench' });
    await submit(system, client, { ...one, source: 'late', skus: skus.slice((index + 200) % skus.length) });
    await pause(EVERY_MS);
  }
}

/** Seconds from each request's turn until its order, the shortest first; only of turns while the import ran. */
async function waitsOf(system: BenchSystem): Promise<number[]> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from acknowledged_at - turn)::float8 as seconds
    from (
      select f.acknowledged_at, f.released_at + case s.name when 'late' then ${HOLD_HOURS} * interval '1 hour'
        else interval '0' end as turn
      from fulfillment_requests f join sources s on s.id = f.source_id) t
    where turn < (select max(finished_at) from job_runs where job = 'inventory')
    order by 1`.execute(system.db);
  return rows.map((row) => row.seconds);
}

/** Where the slowest came in the import, and when their sending began: before that it is checked. */
async function slowestOf(system: BenchSystem) {
  const { rows } = await sql<{ place: number; wait: number; untilBegun: number }>`
    select extract(epoch from turn - r.started_at)::float8 as place,
      extract(epoch from acknowledged_at - turn)::float8 as wait, extract(epoch from a.begun_at - turn)::float8 as "untilBegun"
    from (
      select f.id, f.acknowledged_at, f.released_at + case s.name when 'late' then ${HOLD_HOURS} * interval '1 hour'
        else interval '0' end as turn
      from fulfillment_requests f join sources s on s.id = f.source_id) t
    join send_attempts a on a.fr_id = t.id cross join job_runs r
    where r.job = 'inventory' and turn < r.finished_at order by wait desc limit 6`.execute(system.db);
  return rows;
}

function at(sorted: number[], share: number): number {
  return Number(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!.toFixed(2));
}

/** The history of a request that was on hold, waited for a window, failed, was tried again and was sent. */
export async function history(): Promise<void> {
  const system = await startBenchSystem(['--preset', 'bulk', '--products', '1000', '--variants', '1']);
  const worker = await system.startWorker();
  try {
    const opens = new Date(Math.ceil((Date.now() + 15_000) / 60_000) * 60_000).toISOString().slice(11, 16);
    const hours = `{ timezone: UTC, weekly: { mon-sun: ["${opens}-${opens === '00:00' ? '12:00' : '24:00'}"] } }`;
    await applySource(system, 'bench', `fulfillment: { autoSend: true, holdHours: 0.003, businessHours: ${hours} }`);
    await system.control('PUT', 'faults', [
      { kind: 'status', method: 'POST', path: '/v2/orders', status: 422, times: 1 },
    ]);
    await withTemporal(system, async (client) => {
      await submit(system, client, { source: 'bench', prefix: 'H', count: 1, skus: await findSkus(system, 1) });
      const handle = client.workflow.getHandle('fr:bench:H0');
      await until('the failure', 120_000, async () => (await statesOf(system))['failed'] === 1);
      await handle.executeUpdate('retry');
      await handle.result();
      const { historyLength, raw } = await handle.describe();
      note(`hold, window, failed and good send: ${Object.keys(await statesOf(system)).join()}`);
      figure('events in the history of a request', historyLength, { most: 60 });
      const bytes = Number(raw.workflowExecutionInfo!.historySizeBytes);
      figure('size of the history of a request', bytes / 1024, { most: 12, unit: ' KB' });
    });
  } finally {
    await worker.stop();
    await system.stop();
  }
}
