import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { runsLost } from './lost-runs.ts';
import { figure, note } from './report.ts';
import { submit, withTemporal } from './requests.ts';
import { load, sized } from './scale.ts';
import { applyMany, makeStores } from './stores.ts';
import { memoryMb, startBenchSystem } from './system.ts';
import type { BenchSystem } from './system.ts';
import { until } from './until.ts';

const SOURCES = 100;
const PRODUCTS = 1_000;
/** Of each source, in all. */
const REQUESTS = 100;
/** The first fills caches; memory is compared between the others. */
const ROUNDS = 3;
/** Requests come evenly until this part of the time is over, so that the last of them end within it. */
const PART = 0.9;
const WITHIN_MS = 3_600_000;
const SAMPLE_MS = 1_000;

interface Fleet {
  system: BenchSystem;
  client: Client;
  names: string[];
  everyMs: number;
}

/**
 * A hundred sources on one worker: the imports of all are due at the same instant, again and again, and each has requests
 * to send meanwhile. Whether a run is skipped, whether memory grows, and whether somebody waits longer than the others.
 */
export async function fleet(): Promise<void> {
  const minutes = sized(5);
  const system = await startBenchSystem(['--preset', 'bulk', '--products', '0', '--quota', '450/30000']);
  const worker = await system.startWorker();
  try {
    await withTemporal(system, async (client) => {
      const names = Array.from({ length: sized(SOURCES) }, (_, index) => `fleet-${index}`);
      const skus = await makeStores(system, names, sized(PRODUCTS));
      const inventory = `inventory: { untrackedQuantity: 0, schedule: { every: ${minutes}m } }`;
      await applyMany(system, names, `${inventory}\nfulfillment: { autoSend: true }`);
      const fleet: Fleet = { system, client, names, everyMs: minutes * 60_000 };
      note(`${names.length} sources, an import every ${minutes} min, ${await load()}`);
      const memory = sampleMemory(worker.pid);
      const sending = sendEvenly(fleet, skus);
      for (let round = 1; round <= ROUNDS; round++) {
        await until(`round ${round}`, WITHIN_MS, async () => (await sourcesWith(system, round)) === names.length);
        memory.mark();
        note(`round ${round} of the imports is over, ${await load()}`);
      }
      await sending;
      await until('the last requests', WITHIN_MS, async () => (await requestsLeft(system)) === 0);
      await tell(fleet, memory.end());
    });
  } finally {
    await worker.stop();
    await system.stop();
  }
}

/** One request for each source in turn, at an even rate over all rounds, whatever becomes of them. */
async function sendEvenly({ system, client, names, everyMs }: Fleet, skus: Map<string, string[]>): Promise<void> {
  const each = sized(REQUESTS);
  const gapMs = (ROUNDS * everyMs * PART) / (each * names.length);
  const began = performance.now();
  for (let count = 0; count < each * names.length; count++) {
    const wait = began + count * gapMs - performance.now();
    if (wait > 0) await pause(wait);
    const source = names[count % names.length]!;
    const nth = Math.floor(count / names.length);
    const all = skus.get(source)!;
    await submit(system, client, { source, prefix: `${nth}-`, count: 1, skus: [all[nth % all.length]!] });
  }
}

/** The worker's memory once a second, by rounds. */
function sampleMemory(pid: number) {
  const rounds: number[][] = [[]];
  const timer = setInterval(() => void memoryMb(pid).then((mb) => rounds.at(-1)!.push(mb)), SAMPLE_MS);
  return {
    mark: () => void rounds.push([]),
    /** The mean of each round. */
    end(): number[] {
      clearInterval(timer);
      return rounds.slice(0, ROUNDS).map((each) => each.reduce((sum, mb) => sum + mb, 0) / each.length);
    },
  };
}

async function sourcesWith({ db }: BenchSystem, runs: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select source_id from job_runs where finished_at is not null group by source_id having count(*) >= ${runs}) s
    `.execute(db);
  return rows[0]!.count;
}

async function requestsLeft({ db }: BenchSystem): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from fulfillment_requests where processing <> 'acknowledged'`.execute(db);
  return rows[0]!.count;
}

async function tell(fleet: Fleet, memory: number[]): Promise<void> {
  const { system, client, names } = fleet;
  const schedules = names.map((name) => `inventory:${name}`);
  figure(`${names.length} sources: runs skipped, missed or not completed`, await runsLost(system, client, schedules), {
    most: 0,
  });
  note(`worker's memory by round: ${memory.map((mb) => mb.toFixed(0)).join(', ')} MB`);
  figure('worker: memory of the last round / of the second', memory.at(-1)! / memory[1]!, { most: 1.1 });
  const every = fleet.everyMs / 1000;
  // An import is due at a whole multiple of its interval; a request when it comes.
  const imports = await waits(
    system,
    sql`select source_id, extract(epoch from finished_at) - floor(extract(epoch from started_at) / ${every}) * ${every} as seconds
      from job_runs`,
  );
  const requests = await waits(
    system,
    sql`select source_id, extract(epoch from acknowledged_at - created_at) as seconds from fulfillment_requests`,
  );
  for (const [what, { median, most }] of Object.entries({ imports, requests })) {
    note(`${what}: a source waits ${median.toFixed(1)} s in the median and ${most.toFixed(1)} s at the most`);
    figure(`${what}: longest wait of a source / median`, most / median, { most: 2 });
  }
}

/** Of the mean waits of the sources the one in the middle and the longest. */
async function waits({ db }: BenchSystem, each: ReturnType<typeof sql>): Promise<{ median: number; most: number }> {
  const { rows } = await sql<{ median: number; most: number }>`
    select percentile_cont(0.5) within group (order by mean)::float8 as median, max(mean)::float8 as most
    from (select avg(seconds) as mean from (${each}) w group by source_id) s`.execute(db);
  return rows[0]!;
}
