import { pruneOld } from '../database/prune.ts';
import { retentionDefaults } from '../domain/retention.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { endLostRuns } from './lost-runs.ts';

/** Well below the time limit of a step, so that a worker that is stopped has not long to wait. */
const A_STEP_MS = 5_000;

/** Activities that keep the database from growing without end. */
export function pruneActivities(deps: WorkerDependencies) {
  const { db, log, retention = retentionDefaults } = deps;
  return {
    /** Ends the records of runs whose workflow has ended without a word. Safe to repeat. */
    async endLostRuns(): Promise<{ ended: number }> {
      const ended = await endLostRuns(deps);
      for (const runId of ended) log.warn({ runId }, 'ended the record of a run whose workflow is gone');
      return { ended: ended.length };
    },

    /** Deletes for some seconds what was old at `now`. Safe to repeat. */
    async pruneSome(now: string): Promise<{ deleted: number; isDone: boolean }> {
      const stopAt = performance.now() + A_STEP_MS;
      const scope = { retention, now: new Date(now) };
      const { deleted, isDone } = await pruneOld(db, scope, () => performance.now() < stopAt);
      const sum = Object.values(deleted).reduce((total, count) => total + count, 0);
      if (sum > 0) log.info({ ...deleted }, 'deleted old rows');
      return { deleted: sum, isDone };
    },
  };
}
