import { activityInfo } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { WorkerDependencies } from './dependencies.ts';
import { toFailure } from './failures.ts';
import { frCancelActivities } from './fr-cancel.ts';
import { frDeskActivities } from './fr-desk.ts';
import { frFinishActivities } from './fr-finish.ts';
import { frOutcomeActivities } from './fr-outcome.ts';
import { frSendActivities } from './fr-send.ts';
import { givingUpOnTime } from './give-up.ts';
import { heartbeating } from './heartbeat.ts';
import { createContextLoader } from './import-context.ts';
import { hintActivities } from './hints.ts';
import { inventoryArchiveActivities } from './inventory-archive.ts';
import { inventoryReadActivities } from './inventory-read.ts';
import { inventoryRefreshActivities } from './inventory-refresh.ts';
import { inventoryRunActivities } from './inventory-run.ts';
import { createLiveContexts } from './live-context.ts';
import { maintenanceActivities } from './maintenance.ts';
import { connectionProbeActivities } from './connection-probe.ts';
import { alarmActivities } from './alarms.ts';
import { notificationActivities } from './notifications.ts';
import { pruneActivities } from './prune.ts';
import { sendRunActivities } from './send-run.ts';
import { shipmentsSyncActivities } from './shipments-sync.ts';

/** All activities, over what they work with. Every one heartbeats and fails only with failures of ours. */
export function createActivities(deps: WorkerDependencies) {
  const contextOf = createContextLoader(deps);
  const contexts = createLiveContexts(deps);
  const inventory = {
    ...inventoryRunActivities(deps, contextOf),
    ...inventoryReadActivities(deps, contextOf),
    ...inventoryArchiveActivities(deps, contextOf),
    ...inventoryRefreshActivities(deps, contexts),
  };
  const others = {
    ...frDeskActivities(deps),
    ...frSendActivities(deps),
    ...frOutcomeActivities(deps),
    ...frFinishActivities(deps),
    ...frCancelActivities(deps),
    ...sendRunActivities(deps),
    ...shipmentsSyncActivities(deps),
    ...maintenanceActivities(deps),
    ...pruneActivities(deps),
    ...hintActivities(deps, contexts),
    ...notificationActivities(deps),
    ...alarmActivities(deps),
    ...connectionProbeActivities(deps),
  };
  // Only an import gives its store up after a time that its settings name.
  return { ...guarded(deps, inventory, givingUpOnTime), ...guarded(deps, others) };
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
