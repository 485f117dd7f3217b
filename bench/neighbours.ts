import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { figure, note } from './report.ts';
import { statesOf, submit, withTemporal } from './requests.ts';
import { load, sized } from './scale.ts';
import { applyMany, hashOf, makeStores } from './stores.ts';
import { startBenchSystem } from './system.ts';
import type { BenchSystem } from './system.ts';
import { until } from './until.ts';

const BUSY = ['busy-0', 'busy-1', 'busy-2', 'busy-3', 'busy-4'];
const REQUESTS = 100;
const WITHIN_MS = 900_000;
/** A request of the quiet source, again and again. */
const EVERY_MS = 5_000;
/** So long a store hangs: longer than any step waits for it. */
const HANGS_MS = 60_000;

/**
 * A quiet source beside others on the same worker: five that submit more than their quotas allow, then one whose store
 * hangs. How long the requests of the quiet one take.
 */
export async function neighbours(): Promise<void> {
  const system = await startBenchSystem(['--preset', 'bulk', '--products', '0', '--quota', 'standard']);
  const worker = await system.startWorker();
  try {
    await withTemporal(system, async (client) => {
      const skus = await makeStores(system, [...BUSY, 'quiet'], 500);
      await applyMany(system, [...BUSY, 'quiet'], 'fulfillment: { autoSend: true }');
      const sendQuietly = (prefix: string, isOver: () => boolean) =>
        sendOften(system, client, { prefix, skus: skus.get('quiet')!, isOver });
      const burst = (names: readonly string[], prefix: string) =>
        Promise.all(
          names.map((source) =>
            submit(system, client, { source, prefix, count: sized(REQUESTS), skus: skus.get(source)! }),
          ),
        );

      const began = performance.now();
      await burst(BUSY, 'A');
      let isOver = false;
      const quiet = sendQuietly('Q', () => isOver);
      await until('the others', WITHIN_MS, async () => (await sentOf(system, 'A%')) === BUSY.length * sized(REQUESTS));
      isOver = true;
      await quiet;
      note(
        `five sources of ${sized(REQUESTS)} requests: ${((performance.now() - began) / 1000).toFixed(0)} s, ${await load()}`,
      );
      await tellWaits(system, 'quotas used up', 'Q');

      await system.control('PUT', `faults?store=${hashOf(BUSY[0]!)}`, [{ kind: 'hang' }]);
      await burst([BUSY[0]!], 'H');
      const end = Date.now() + HANGS_MS;
      await sendQuietly('R', () => Date.now() > end);
      await tellWaits(system, 'a store that hangs', 'R');
    });
  } finally {
    await worker.stop();
    await system.stop();
  }
}

interface Quiet {
  prefix: string;
  skus: readonly string[];
  isOver: () => boolean;
}

/** One request after the other, and waits for the last. */
async function sendOften(system: BenchSystem, client: Client, { prefix, skus, isOver }: Quiet): Promise<void> {
  let count = 0;
  for (; !isOver(); count++) {
    const sku = skus[count % skus.length]!;
    await submit(system, client, { source: 'quiet', prefix: `${prefix}${count}-`, count: 1, skus: [sku] });
    await pause(EVERY_MS);
  }
  await until('the quiet source', WITHIN_MS, async () => (await sentOf(system, `${prefix}%`)) === count);
}

async function sentOf({ db }: BenchSystem, numbers: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(acknowledged_at)::int as count from fulfillment_requests where number like ${numbers}`.execute(db);
  return rows[0]!.count;
}

async function tellWaits(system: BenchSystem, beside: string, prefix: string): Promise<void> {
  const { rows } = await sql<{ median: number; most: number }>`
    select percentile_cont(0.5) within group (order by seconds)::float8 as median, max(seconds)::float8 as most
    from (
      select extract(epoch from acknowledged_at - created_at) as seconds from fulfillment_requests
      where number like ${`${prefix}%`}) w`.execute(system.db);
  const { median, most } = rows[0]!;
  note(`beside ${beside}: ${median.toFixed(2)} s in the median; ${JSON.stringify(await statesOf(system))}`);
  figure(`a quiet source beside ${beside}: longest wait`, most, { most: 15, unit: ' s' });
}
