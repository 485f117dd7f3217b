import { NoOpening, computeWaits, describeWaits } from '../domain/calendar/waits.ts';
import { shortInstant } from '../domain/calendar/short-instant.ts';
import type { FrChange, FrEvent } from '../database/fr-changes.ts';
import type { FulfillmentRequest, RequestStanding } from '../database/fulfillment-requests.ts';
import { explainProblems, explainState } from '../domain/fulfillment/explain.ts';
import type { FulfillmentSettings } from '../domain/source/fulfillment.ts';
import { nextRunAt } from '../domain/source/schedule.ts';
import type { ScheduleSettings } from '../domain/source/schedule.ts';
import { viewOf } from './fr-view.ts';
import type { FrView } from './fr-view.ts';

export interface NextStep {
  view: FrView;
  /** Its waits are over and it may be sent. */
  goesNow: boolean;
  /** For how long there is nothing to do; null until somebody says something. */
  waitMs: number | null;
  /**
   * While what of its own goes on messages are worked off. Histories of earlier versions say nothing, and wait for its
   * end, or `true`, which is checks only.
   */
  yieldsToMail: 'checks and sends';
}

/** What is written when the answer is not what the row says already. */
interface Change {
  columns: FrChange;
  event?: FrEvent;
}

interface Wait {
  explanation: string;
  nextStepAt: Date | null;
  /** When to look again, where the sentence changes before the next step. */
  wakeAt?: Date;
  isReady?: boolean;
  goesNow?: boolean;
  /** The waits can never end: a failure that a person has to mend. */
  failure?: { code: string; message: string };
}

/** A run that was due is late by now: the sentence names the next one. */
const AFTER_A_RUN_MS = 120_000;

/** What a request waits for at `now`, by the newest settings; undefined settings mean that its source is gone. */
export function nextStepOf(
  fr: FulfillmentRequest & RequestStanding,
  settings: FulfillmentSettings | undefined,
  now: Date,
): { step: NextStep; change: Change | null } {
  const wait = waitOf(fr, settings, now);
  const goesNow = wait.goesNow === true;
  const wakeAt = wait.wakeAt ?? wait.nextStepAt;
  const waitMs = goesNow || wakeAt === null ? null : Math.max(1, wakeAt.getTime() - now.getTime());
  const problems = goesNow || wait.failure || fr.processing === 'failed' ? '' : explainProblems(fr.checks);
  const explanation = wait.explanation + problems;
  const step = {
    yieldsToMail: 'checks and sends' as const,
    goesNow,
    waitMs,
    view: { ...viewOf(fr), explanation, nextStepAt: toIso(wait.nextStepAt) },
  };
  return { step, change: changeOf(fr, { ...wait, explanation }, now) };
}

function toIso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

function changeOf(fr: FulfillmentRequest, wait: Wait, now: Date): Change | null {
  const { explanation, nextStepAt, isReady = false, failure } = wait;
  if (failure) {
    const columns: FrChange = { processing: 'failed', reason: failure, explanation, nextStepAt: null };
    return { columns, event: { at: now, by: 'workflow', event: 'failed', detail: failure.message } };
  }
  const same =
    fr.explanation === explanation && fr.nextStepAt?.getTime() === nextStepAt?.getTime() && fr.isReady === isReady;
  // What goes now is written as "sending" in a moment; its row needs no stop in between.
  return same || wait.goesNow ? null : { columns: { explanation, nextStepAt, isReady } };
}

function waitOf(fr: FulfillmentRequest, settings: FulfillmentSettings | undefined, now: Date): Wait {
  // Whoever let it fail has said why.
  if (fr.processing === 'failed') return { explanation: fr.explanation, nextStepAt: null };
  if (fr.processing === 'unprocessed') return untilProcessed(fr, now);
  if (fr.processing !== 'processing' && fr.processing !== 'sending') {
    return { explanation: explainState({ ...fr, orderId: fr.bigcommerceOrderId }), nextStepAt: null };
  }
  if (!settings) return noSource(fr);
  if (fr.skipsWaits) return { explanation: 'Goes out now.', nextStepAt: now, goesNow: true };
  const rules = { ...settings, businessHours: settings.businessHours };
  try {
    const waits = computeWaits(rules, {
      releasedAt: fr.releasedAt ?? fr.createdAt,
      holdUntil: fr.holdUntil,
      notBefore: now,
    });
    if (waits.goesOutAt > now) {
      const wakeAt = waits.holdEndsAt > now ? waits.holdEndsAt : waits.goesOutAt;
      const runAt = takenByRunAt(fr, settings, waits.goesOutAt);
      return { explanation: describeWaits(waits, rules, now, runAt), nextStepAt: runAt ?? waits.goesOutAt, wakeAt };
    }
  } catch (error) {
    if (!(error instanceof NoOpening)) throw error;
    return failing(fr, 'no_opening', error.message);
  }
  if (settings.schedule && fr.sendRunId === null) return waitForRun(settings.schedule, now);
  return { explanation: 'Goes out now.', nextStepAt: now, goesNow: true };
}

/** The hold that a person has set outlasts the day on which somebody processes it. */
function untilProcessed(fr: FulfillmentRequest, now: Date): Wait {
  const explanation = explainState({ ...fr, orderId: null });
  const { holdUntil } = fr;
  if (holdUntil === null || holdUntil <= now) return { explanation, nextStepAt: null };
  const hold = `On hold until ${shortInstant(holdUntil)} even then.`;
  return { explanation: `${explanation} ${hold}`, nextStepAt: null, wakeAt: holdUntil };
}

/** The run of the job that takes a request whose waits end at `at`; null when it goes by itself. */
export function takenByRunAt(fr: FulfillmentRequest, settings: FulfillmentSettings, at: Date): Date | null {
  if (!settings.schedule || fr.sendRunId !== null) return null;
  return nextRunAt(settings.schedule, new Date(at.getTime() - 1));
}

function noSource(fr: FulfillmentRequest): Wait {
  return failing(fr, 'source_not_ready', `Source ${fr.source} was removed or has no fulfillment settings.`);
}

function failing(fr: FulfillmentRequest, code: string, message: string): Wait {
  const explanation = explainState({ ...fr, processing: 'failed', reasonCode: code, orderId: fr.bigcommerceOrderId });
  return { explanation, nextStepAt: null, failure: { code, message } };
}

function waitForRun(schedule: ScheduleSettings, now: Date): Wait {
  const next = nextRunAt(schedule, now);
  const at = next ? ` at ${next.toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z')}` : '';
  return {
    explanation: `Its waits are over: goes out with the next run of the job${at}.`,
    nextStepAt: next,
    // Should the schedule have gone, or its run not have come.
    wakeAt: new Date((next ?? now).getTime() + AFTER_A_RUN_MS),
    isReady: true,
  };
}
