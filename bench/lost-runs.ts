import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import type { BenchSystem } from './system.ts';

/** How many runs of these Schedules were skipped, missed, or did not complete. */
export async function runsLost({ db }: BenchSystem, client: Client, schedules: readonly string[]): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from job_runs where finished_at is not null and status <> 'completed'`.execute(db);
  let lost = rows[0]!.count;
  for (const id of schedules) {
    const { info } = await client.schedule.getHandle(id).describe();
    lost += info.numActionsSkippedOverlap + info.numActionsMissedCatchupWindow;
  }
  return lost;
}
