import { setCurrentDetails } from '@temporalio/workflow';
import { database } from './proxies.ts';

/** Some hours of deleting; what is left then is for the next time, so that no history grows long. */
const MOST_ROUNDS = 200;

/** Ends the records of runs that were lost, then deletes what is older than the retention settings say. Every hour. */
export async function prune(): Promise<{ deleted: number; ended: number }> {
  const { ended } = await database.endLostRuns();
  let deleted = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const some = await database.pruneSome(new Date(Date.now()).toISOString());
    deleted += some.deleted;
    setCurrentDetails(`Deleted ${deleted} old rows, ended the records of ${ended} lost runs.`);
    if (some.isDone) break;
  }
  return { deleted, ended };
}
