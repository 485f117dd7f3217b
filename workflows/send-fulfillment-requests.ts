import {
  CancellationScope,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { SendProgress } from '../activities/send-run.ts';
import { failureOf, reasonOf, why } from './failures.ts';
import { explainQuery, progressQuery } from './messages.ts';
import type { SendInput, SendResult } from './messages.ts';
import { database } from './proxies.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * A run of the job Send Fulfillment Requests: lets every request go whose waits are over, starts the workflows of those
 * that lost theirs, waits for the outcomes, and keeps the counts.
 */
export async function sendFulfillmentRequests(input: SendInput): Promise<SendResult> {
  const runId = workflowInfo().firstExecutionRunId;
  let progress: SendProgress = { sentence: 'Begins.', open: 0, due: 0, sent: 0 };
  const show = (changed: SendProgress) => {
    progress = changed;
    setCurrentDetails(changed.sentence);
  };
  setHandler(explainQuery, () => ({ sentence: progress.sentence, at: null }));
  setHandler(progressQuery, () => ({ ...progress, products: progress.sent, totalProducts: progress.due }) as never);
  try {
    const { waitMs } = await database.beginSendRun({ ...input, runId });
    do show(await database.letGo(runId, now()));
    while (progress.isCut);
    const until = Date.now() + waitMs;
    for (let pauseMs = FIRST_PAUSE_MS; progress.open > 0 && Date.now() < until; pauseMs *= 1.5) {
      await sleep(Math.min(pauseMs, LONGEST_PAUSE_MS));
      show(await database.outcomesOfRun(runId));
    }
    await database.finishSendRun(runId, 'completed', null);
    return { runId, status: 'completed' };
  } catch (error) {
    const canceled = isCancellation(error);
    const reason = canceled
      ? why('canceled', 'The run was canceled; requests that it had let go are sent all the same.')
      : reasonOf(error);
    await CancellationScope.nonCancellable(() =>
      database.finishSendRun(runId, canceled ? 'canceled' : 'failed', reason),
    );
    throw canceled ? error : failureOf(reason, input.source);
  }
}

function now(): string {
  return new Date(Date.now()).toISOString();
}
