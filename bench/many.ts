import { sql } from 'kysely';
import { runsLost } from './lost-runs.ts';
import { figure, note } from './report.ts';
import { withTemporal } from './requests.ts';
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
