import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import { startOf } from '../activities/fr-start.ts';
import { figure, note } from './report.ts';
import { applySource, findSkus, ledgerOf, statesOf, submit, withTemporal } from './requests.ts';
import { load, sized } from './scale.ts';
import { startBenchSystem } from './system.ts';
import type { BenchSystem, Started } from './system.ts';
import { until } from './until.ts';

const REQUESTS = 2_000;
const SKUS = 500;
const ROUNDS = 2;
const WITHIN_MS = 900_000;

/** Requests that are sent as soon as a worker runs, against workflows of their shape whose activities do nothing. */
export async function sending(): Promise<void> {
  const count = sized(REQUESTS);
  const system = await startBenchSystem(['--preset', 'bulk', '--products', '5000', '--variants', '1']);
  try {
    await applySource(system, 'bench', 'fulfillment: { autoSend: true, holdHours: 0 }');
    const skus = await findSkus(system, sized(SKUS));
    await withTemporal(system, async (client) => {
      // Applying a source tells its requests so; a worker that finds this undone would tell every request of the measurement.
      const worker = await system.startWorker();
      await until(
        'the end of what applying began',
        60_000,
        async () => (await countRunning(client, 'wakeRequests')) === 0,
      );
      await worker.stop();
      const rates = { real: [] as number[], noop: [] as number[] };
      for (let round = 0; round < ROUNDS; round++) {
        // By turns, and the other first in the second round: a database that grows slows down whoever comes last.
        const turns = [
          async () => void rates.real.push(await drainRequests(system, client, { round, count, skus })),
          async () => void rates.noop.push(await drainNoops(system, client, { round, count })),
        ];
        for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
        note(`round ${round + 1}: ${rate(rates.real)} requests, ${rate(rates.noop)} no-ops a second, ${await load()}`);
      }
      figure(`${count} requests: rate / no-op workflows' rate`, mean(rates.real) / mean(rates.noop), { least: 0.5 });
    });
  } finally {
    await system.stop();
  }
}

const rate = (rates: number[]) => rates.at(-1)!.toFixed(1);
const mean = (rates: number[]) => rates.length / rates.reduce((sum, each) => sum + 1 / each, 0);

interface Batch {
  round: number;
  count: number;
}

async function drainRequests(system: BenchSystem, client: Client, batch: Batch & { skus: string[] }): Promise<number> {
  const { round, count, skus } = batch;
  await submit(system, client, { source: 'bench', prefix: `R${round}-`, count, skus });
  await system.control('DELETE', 'ledger');
  const before = (await statesOf(system))['acknowledged'] ?? 0;
  const perSecond = await drain(client, { count, of: 'fulfillmentRequest', worker: () => system.startWorker() });
  const states = await statesOf(system);
  if (states['acknowledged'] !== before + count) throw new Error(`Not all were sent: ${JSON.stringify(states)}`);
  const { total, byRoute } = await ledgerOf(system);
  note(
    Object.entries(byRoute)
      .map(([route, times]) => `${route} ${times}`)
      .join(', '),
  );
  figure(`${count} requests of ${skus.length} SKUs: requests to the store for each`, total / count, { most: 4 });
  return perSecond;
}

async function drainNoops(system: BenchSystem, client: Client, { round, count }: Batch): Promise<number> {
  const limit = pLimit(20);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  await limit.map(numbers, async (id) => {
    const start = startOf({ id, source: 'bench', number: `N${round}-${id}` });
    await client.workflow.start('noop', { ...start, taskQueue: 'bench-noop' });
  });
  return drain(client, { count, of: 'noop', worker: () => system.startProgram('bench/noop-worker.js') });
}

interface Drain {
  count: number;
  of: string;
  worker: () => Promise<Started>;
}

/** Workflows a second, from when a worker polls until all have ended. */
async function drain(client: Client, { count, of, worker }: Drain): Promise<number> {
  const open = () => countRunning(client, of);
  await until(`${count} waiting workflows of ${of}`, 60_000, async () => (await open()) === count);
  const running = await worker();
  const began = performance.now();
  try {
    await until(`the end of the workflows of ${of}`, WITHIN_MS, async () => (await open()) === 0);
    return (count * 1000) / (performance.now() - began);
  } finally {
    await running.stop();
  }
}

async function countRunning(client: Client, workflowType: string): Promise<number> {
  const { count } = await client.workflow.count(`WorkflowType = '${workflowType}' and ExecutionStatus = 'Running'`);
  return count;
}
