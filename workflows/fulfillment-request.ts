import {
  ApplicationFailure,
  CancellationScope,
  ParentClosePolicy,
  allHandlersFinished,
  condition,
  continueAsNew,
  executeChild,
  isCancellation,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { FrView } from '../activities/fr-desk.ts';
import type { NextStep } from '../activities/fr-waits.ts';
import { isFinal } from '../domain/fulfillment/states.ts';
import type { cancelOrder } from './cancel-order.ts';
import { reasonOf } from './failures.ts';
import { LONGEST_SEND_PAUSE_MS, cancelWorkflowId } from './ids.ts';
import { Inbox } from './inbox.ts';
import type { Answer } from './inbox.ts';
import { explainQuery } from './messages.ts';
import type { FrInput, FrResult } from './messages.ts';
import { desk, frReadProxy, frSendProxy } from './proxies.ts';
import { createBoard } from './board.ts';
import type { Board } from './board.ts';

/**
 * One fulfillment request: checked as soon as it exists, held, sent once, settled when nobody knows what became of it,
 * and ended when it is acknowledged or canceled. It alone writes the request's processing state; everything it knows
 * stands in Postgres, so it can be started anew at any point.
 */
export async function fulfillmentRequest(input: FrInput): Promise<FrResult> {
  const inbox = new Inbox();
  const board = createBoard();
  setHandler(explainQuery, () => board.shown());
  // A Cancel in the Web UI is a message like any other: a send that is under way is not torn apart.
  void CancellationScope.current().cancelRequested.catch((error: unknown) => {
    if (isCancellation(error)) inbox.put({ kind: 'cancel' }, 'temporal');
  });
  try {
    return await CancellationScope.nonCancellable(() => lookAfter(input, inbox, board));
  } catch (error) {
    // Removed together with its source, whatever it was about to do.
    if (reasonOf(error).code === 'not_found') return { processing: 'gone' };
    throw error;
  }
}

async function lookAfter(input: FrInput, inbox: Inbox, board: Board): Promise<FrResult> {
  const { show } = board;
  const steps = stepsOf(input, inbox, board);
  let view = await desk.openRequest(input.frId);
  // Whoever looked after it before was ended with a cancellation in hand.
  if (view?.cancelRequested) inbox.put({ kind: 'cancel' }, 'workflow');
  while (view && !isFinal(view.processing)) {
    show(view);
    if (view.openAttempt) view = await steps.settle(view);
    else if (inbox.first) view = await steps.obey();
    else view = await steps.goOn();
    if (workflowInfo().continueAsNewSuggested && inbox.isEmpty && allHandlersFinished() && steps.isAtRest()) {
      await continueAsNew<typeof fulfillmentRequest>(input);
    }
  }
  if (!view) return { processing: 'gone' };
  steps.endChecks();
  if (view.needsFinish) view = await steps.finish(view);
  // What was kept for the outcome, where that became known while something else was answered.
  if (inbox.hasKept && patched('brings-back-at-the-end')) inbox.bringBack();
  // Whoever wrote too late gets an answer all the same.
  do {
    show(view);
    while (inbox.first) view = await steps.obey();
    await condition(() => inbox.first !== undefined || (allHandlersFinished() && steps.isAtRest()));
  } while (inbox.first);
  show(view);
  return { processing: view.processing as FrResult['processing'] };
}

/** Waiting longer than this would miss a change of the settings whose message was lost. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

interface Check {
  isOver: boolean;
  /** Somebody has said something since it began. */
  isOutdated: boolean;
  /** And it may have asked about what has changed by that. */
  isStale: boolean;
  /** Null where the store could not be asked. */
  found: FrView | null;
}

function stepsOf(input: FrInput, inbox: Inbox, { say, show }: Board) {
  const { frId } = input;
  const reads = frReadProxy(input.source);
  const sends = frSendProxy(input.source);
  const now = () => new Date(Date.now()).toISOString();
  let troubles = 0;
  let checkIsOverdue = false;
  let checking: Check | undefined;
  let wasStale = false;
  let looksAtOnce = false;

  /** Checks, waits, or sends: whatever is next for a request that nobody has said anything about. */
  async function goOn(): Promise<FrView> {
    const step = await desk.nextStep(frId, now());
    say(step.view);
    if (step.goesNow) return send(step);
    if ((step.view.needsCheck || isStale(step)) && !checkIsOverdue) return check(step);
    await wait(step.view, step.waitMs === null ? undefined : Math.min(step.waitMs, LONGEST_WAIT_MS));
    return step.view;
  }

  /**
   * A store that is away keeps a check for minutes. What somebody says meanwhile is done at once, while the check goes on.
   * One that may have asked about what has changed since is made again.
   */
  async function check({ view, yieldsToMail }: NextStep): Promise<FrView> {
    checking ??= beginCheck();
    const current = checking;
    await condition(() => current.isOver || (yieldsToMail !== undefined && inbox.first !== undefined));
    if (!current.isOver) current.isOutdated = true;
    else [checking, wasStale] = [undefined, current.isStale];
    if (current.isOutdated) return view;
    // A store that refuses us is not asked again until somebody has said something.
    checkIsOverdue = current.found === null || current.found.needsCheck;
    return current.found ?? view;
  }

  /** Whether the last check is to be made again, though the row may say that it was checked. */
  function isStale({ yieldsToMail }: NextStep): boolean {
    return yieldsToMail === 'checks and sends' && (wasStale || checking?.isStale === true);
  }

  function beginCheck(): Check {
    const check: Check = { isOver: false, isOutdated: false, isStale: false, found: null };
    wasStale = false;
    void reads
      .checkRequest(frId)
      .then(
        (found) => (check.found = found),
        () => undefined,
      )
      .finally(() => (check.isOver = true));
    return check;
  }

  /** Whoever looks at a request that waits sees what it waits for now. */
  async function wait(view: FrView, ms?: number): Promise<void> {
    show(view);
    await inbox.waitForMail(ms);
  }

  async function send({ yieldsToMail }: NextStep): Promise<FrView> {
    const step = sends.sendRequest(frId, now());
    const wasTold = yieldsToMail === 'checks and sends' && (await obeyDuring(step));
    try {
      const sent = await step;
      // What the step has read of it may be older than what it was told.
      if (wasTold) return (await desk.openRequest(frId)) ?? sent.view;
      if (sent.isInLine) {
        await wait(sent.view, sent.waitMs!);
        return sent.view;
      }
      troubles = sent.waitMs === null ? 0 : troubles + 1;
      if (sent.waitMs !== null) await wait(sent.view, Math.max(sent.waitMs, pauseMs()));
      return sent.view;
    } catch {
      // The worker died or the step ran out of time: what the ledger says decides.
      const view = await desk.openRequest(frId);
      if (!view) throw ApplicationFailure.nonRetryable('The request is gone.', 'not_found');
      if (!view.openAttempt && !isFinal(view.processing)) {
        troubles++;
        await wait(view, pauseMs());
      }
      return view;
    }
  }

  /**
   * What somebody says before it is posted is done at once, and the step under way finds that it must not post. Answers
   * whether anything was said; ends with the step, or when it is being posted: then messages wait for what comes of it.
   */
  async function obeyDuring(step: Promise<unknown>): Promise<boolean> {
    let isOver = false;
    let wasTold = false;
    void step.catch(() => undefined).finally(() => (isOver = true));
    for (;;) {
      await condition(() => isOver || inbox.first !== undefined);
      if (isOver) return wasTold;
      const { message, by } = inbox.first!;
      const done = await desk.applyMessage(frId, message, by, now(), true);
      if (done.next !== 'done') return wasTold;
      wasTold = true;
      inbox.answerFirst(done);
      checkIsOverdue = false;
      // What it waits for now is said at once.
      show((await desk.nextStep(frId, now())).view);
    }
  }

  function pauseMs(): number {
    return Math.min(LONGEST_SEND_PAUSE_MS, 1000 * 2 ** Math.min(troubles - 1, 10));
  }

  /** An order may exist: nothing but looking for it, until that is known or a person has to say. */
  async function settle(known: FrView): Promise<FrView> {
    const look = await sends.lookForOrder(frId, now(), looksAtOnce).catch(() => ({ view: known, nextLookMs: 10_000 }));
    if (look.view.openAttempt) {
      await wait(look.view, look.nextLookMs);
      // A person who asks wants to see it looked for now. A run, whose word may come after its mark, does not.
      looksAtOnce = inbox.first !== undefined && inbox.first.message.kind !== 'sendNow';
      return inbox.first ? obey() : look.view;
    }
    looksAtOnce = false;
    inbox.bringBack();
    return look.view;
  }

  /** The worker died between the acknowledgement and reading the order's lines back, or the store was away. */
  async function finish(known: FrView): Promise<FrView> {
    await reads.finishSending(frId).catch(() => undefined);
    return (await desk.openRequest(frId)) ?? known;
  }

  async function obey(): Promise<FrView> {
    const { message, by } = inbox.first!;
    const done = await desk.applyMessage(frId, message, by, now());
    if (checking && (message.kind === 'amended' || message.kind === 'settingsChanged')) checking.isStale = true;
    if (done.next === 'adopt' && message.kind === 'adopt') {
      const adopted = await adopt(message.orderId);
      inbox.answerFirst(adopted);
      inbox.bringBack();
      return adopted.view ?? done.view;
    }
    if (done.next === 'keep') inbox.keepFirst();
    else if (done.next === 'cancelInStore') inbox.answerFirst(await cancelInStore(by));
    else inbox.answerFirst(done);
    checkIsOverdue = false;
    return done.next === 'cancelInStore' ? ((await desk.openRequest(frId)) ?? done.view) : done.view;
  }

  async function adopt(orderId: number): Promise<Answer & { view?: FrView }> {
    try {
      return await sends.adoptOrder(frId, orderId, now());
    } catch (error) {
      const { code, reason } = reasonOf(error);
      return { answer: `Order ${orderId} could not be looked at (${code}): ${reason}`, refused: true };
    }
  }

  async function cancelInStore(by: string): Promise<Answer> {
    try {
      const { canceled, answer } = await executeChild<typeof cancelOrder>('cancelOrder', {
        workflowId: cancelWorkflowId(input.source, input.number),
        args: [{ ...input, by }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
      });
      return { answer, refused: !canceled };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) {
        return { answer: 'The order is being canceled in the store already.', refused: false };
      }
      return {
        answer:
          'The store has not canceled the order; it is tried again every few minutes, and its timeline says what came of it.',
        refused: true,
      };
    }
  }

  /** What has ended is checked no more, also where its last check was to be made again. */
  function endChecks(): void {
    if (wasStale && patched('ends-though-stale')) wasStale = false;
  }

  /** No step of its own is under way that may write yet. */
  const isAtRest = () => (!checking || checking.isOver) && !wasStale;

  return { goOn, settle, finish, obey, endChecks, isAtRest };
}
