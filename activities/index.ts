import { activityInfo } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { WorkerDependencies } from './dependencies.ts';
import { toFailure } from './failures.ts';
import { givingUpOnTime } from './give-up.ts';
import { heartbeating } from './heartbeat.ts';
import { createContextLoader } from './import-context.ts';
import { inventoryArchiveActivities } from './inventory-archive.ts';
import { inventoryReadActivities } from './inventory-read.ts';
import { inventoryRunActivities } from './inventory-run.ts';

/** All activities, over what they work with. Every one heartbeats and fails only with failures of ours. */
export function createActivities(deps: WorkerDependencies) {
  const contextOf = createContextLoader(deps);
  const inventory = {
    ...inventoryRunActivities(deps, contextOf),
    ...inventoryReadActivities(deps, contextOf),
    ...inventoryArchiveActivities(deps, contextOf),
  };
  return guarded(deps, inventory, givingUpOnTime);
}

export type Activities = ReturnType<typeof createActivities>;

function guarded<A extends Record<string, (...args: never[]) => Promise<unknown>>>(
  deps: WorkerDependencies,
  activities: A,
  lastWord: (failure: unknown, attempt: Info, tookMs: number) => unknown = (failure) => failure,
): A {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      const began = performance.now();
      try {
        return await heartbeating(() => activity(...args));
      } catch (error) {
        const failure = toFailure(error);
        if (!(error instanceof CancelledFailure)) deps.log.warn({ activity: name, err: error }, 'activity failed');
        throw lastWord(failure, activityInfo(), performance.now() - began);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as A;
}
