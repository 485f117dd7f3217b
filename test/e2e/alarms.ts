import { sql } from 'kysely';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { temporal } from './fr-support.ts';

/** Asks for the next look for alarms now. While one is under way this one is skipped. */
export const askForSweep = (system: TestSystem) => temporal(system, 'schedule', 'trigger', '--schedule-id', 'alarms');

/** Has the alarms of every source looked for once more; some have to be open. */
export async function sweepAlarms(system: TestSystem): Promise<void> {
  const seen = sql<{ at: Date }>`select min(seen_at) as at from alarms where ended_at is null`;
  const seenAt = async () => (await seen.execute(system.database.db)).rows[0]!.at;
  const before = await seenAt();
  await waitFor('the sweep', async () => {
    await askForSweep(system);
    return (await seenAt()) > before;
  });
}

/** The open alarms, as source and cause. */
export async function openAlarms({ database }: TestSystem): Promise<string[]> {
  const open = sql<{ alarm: string }>`
    select s.name || ' ' || a.cause as alarm from alarms a join sources s on s.id = a.source_id
    where a.ended_at is null order by 1`;
  return (await open.execute(database.db)).rows.map(({ alarm }) => alarm);
}
