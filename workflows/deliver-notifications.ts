import { condition, continueAsNew, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { deliverSignal } from './messages.ts';
import { database } from './proxies.ts';

/** What is due later than this is left to the sweep, which starts this again. */
const LOOK_AHEAD_MS = 60_000;

/** Hands over what the outbox holds, until nothing is due; started after a run and by the sweep of every minute. */
export async function deliverNotifications(): Promise<{ delivered: number }> {
  let delivered = 0;
  let wanted = false;
  setHandler(deliverSignal, () => {
    wanted = true;
  });
  for (;;) {
    wanted = false;
    const round = await database.deliverDue();
    delivered += round.delivered;
    setCurrentDetails(`Delivered ${delivered} notifications; ${round.failed} of the last round are tried again.`);
    const { nextInMs } = round;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof deliverNotifications>();
    if (nextInMs !== null && nextInMs <= LOOK_AHEAD_MS) await condition(() => wanted, Math.max(1, nextInMs));
    else if (!wanted) return { delivered };
  }
}
