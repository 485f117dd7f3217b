import { retryDeadlocks } from '../database/errors.ts';
import { changeRequest } from '../database/fr-changes.ts';
import type { FrChange, FrEvent } from '../database/fr-changes.ts';
import { RequestGone, loadRequest, loadRequestAndAttempt } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import { clearRefusalByStore } from '../database/connection-refusals.ts';
import { findOpenAttempt, hasPosted } from '../database/send-attempts.ts';
import { explainState } from '../domain/fulfillment/explain.ts';
import { decideMessage } from '../domain/fulfillment/states.ts';
import type { FrMessage } from '../domain/fulfillment/states.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { findSendingSource } from './fr-settings.ts';
import { readView } from './fr-view.ts';
import type { FrView } from './fr-view.ts';
import { nextStepOf } from './fr-waits.ts';
import type { NextStep } from './fr-waits.ts';

export type { FrView } from './fr-view.ts';

/** What became of a message, and what the workflow has to do about it. */
export interface Obeyed {
  view: FrView;
  /** One sentence for whoever sent the message. */
  answer: string;
  refused: boolean;
  /**
   * adopt, cancelInStore: needs the store. keep: to be obeyed when the outcome is known. later: nothing was done, it is
   * being posted. done: nothing more.
   */
  next: 'done' | 'keep' | 'later' | 'adopt' | 'cancelInStore';
}

/** Steps of a request in our own database. Each is one short transaction and safe to repeat. */
export function frDeskActivities(deps: WorkerDependencies) {
  const { db } = deps;
  return {
    /** Where the request stands; null when it was removed with its source. */
    async openRequest(frId: number): Promise<FrView | null> {
      try {
        return await readView(db, frId);
      } catch (error) {
        if (error instanceof RequestGone) return null;
        throw error;
      }
    },

    /** What is next for a request and when, by its settings as they are now; writes the sentence that says so. */
    async nextStep(frId: number, now: string): Promise<NextStep> {
      const fr = await loadRequestAndAttempt(db, frId);
      const sending = await findSendingSource(db, fr.source);
      const { step, change } = nextStepOf(fr, sending?.settings, new Date(now));
      // By then somebody else may have sent it: this worker may have been frozen.
      if (change) await changeRequest(db, frId, change.columns, change.event, fr.processing);
      return change ? { ...step, view: await readView(db, frId) } : step;
    },

    /** Decides on a message and writes what it changes; `isBeingSent` says that a send is under way, which may post. */
    async applyMessage(
      frId: number,
      message: FrMessage,
      by: string,
      now: string,
      isBeingSent = false,
    ): Promise<Obeyed> {
      return retryDeadlocks(() =>
        db.transaction().execute(async (trx) => {
          const fr = await loadRequest(trx, frId, { forUpdate: true });
          const attempt = await findOpenAttempt(trx, frId);
          if (isBeingSent && attempt) return later(await readView(trx, frId));
          const verdict = decideMessage(
            {
              number: fr.number,
              processing: fr.processing,
              reasonCode: fr.reasonCode,
              orderId: fr.bigcommerceOrderId,
              outcomeUnknown: attempt !== undefined,
            },
            message,
          );
          // Also before a retry that began anew.
          const wasPosted = message.kind === 'cancel' && (await hasPosted(trx, frId));
          const plan = planOf(verdict, message, fr, { by, at: new Date(now), wasPosted });
          if (plan.change) await changeRequest(trx, frId, plan.change, plan.event);
          else if (plan.event) await changeRequest(trx, frId, {}, plan.event);
          // A person's wish: what wakes all of a source at once has cleared it before, if there was reason to.
          if (verdict.do === 'retry' && message.kind === 'retry') await clearRefusalByStore(trx, fr.sourceId);
          const { answer, refused = false, next = 'done' } = plan;
          return { answer, refused, next, view: await readView(trx, frId) };
        }),
      );
    },
  };
}

function later(view: FrView): Obeyed {
  return { view, answer: '', refused: false, next: 'later' };
}

export type FrActivities = ReturnType<typeof frDeskActivities>;

interface Plan {
  answer: string;
  refused?: boolean;
  next?: Obeyed['next'];
  change?: FrChange;
  event?: FrEvent;
}

interface Sender {
  by: string;
  at: Date;
}

function planOf(
  verdict: ReturnType<typeof decideMessage>,
  message: FrMessage,
  fr: FulfillmentRequest,
  { by, at, wasPosted }: Sender & { wasPosted: boolean },
): Plan {
  const { number } = fr;
  switch (verdict.do) {
    case 'refuse':
      return { answer: verdict.answer, refused: true };
    case 'nothing':
      return { answer: verdict.answer, ...(rechecks(message) ? { change: { checkedAt: null } } : {}) };
    case 'process':
      return {
        answer: `${number} is in processing.`,
        change: { processing: 'processing', releasedAt: at, explanation: stateOf(fr, 'processing') },
        event: { at, by, event: 'processed' },
      };
    case 'release':
      return {
        answer: `${number} goes out now.`,
        change: { processing: 'processing', releasedAt: fr.releasedAt ?? at, skipsWaits: true },
        event: { at, by, event: 'released' },
      };
    case 'sendNow':
      return letGo(fr, message, { by, at });
    case 'hold':
      return hold(fr, message, { by, at });
    case 'cancel':
      return {
        answer: wasPosted
          ? `${number} is canceled; it was tried to be sent, and the store showed no order of it.`
          : `${number} is canceled; nothing was sent.`,
        change: {
          ...{ processing: 'canceled', canceledAt: at, nextStepAt: null, reason: null, isReady: false },
          explanation: explainState({
            ...fr,
            processing: 'canceled',
            orderId: null,
            sendingSince: wasPosted ? at : null,
          }),
        },
        event: { at, by, event: 'canceled' },
      };
    case 'retry':
      return {
        answer: `${number} is tried again.`,
        change: {
          ...{ processing: 'processing', reason: null, sendingSince: null, checkedAt: null, nextStepAt: null },
          ...{ releasedAt: fr.releasedAt ?? at, explanation: stateOf(fr, 'processing') },
        },
        event: { at, by, event: message.kind === 'amended' ? 'resumed after an amendment' : 'retried' },
      };
    case 'lookAgain':
      return lookAgain(fr, message, { by, at });
    case 'adopt':
      return { answer: '', next: 'adopt' };
    case 'cancelInStore':
      return { answer: '', next: 'cancelInStore' };
  }
}

function stateOf(fr: FulfillmentRequest, processing: FulfillmentRequest['processing']): string {
  return explainState({ ...fr, processing, orderId: fr.bigcommerceOrderId });
}

function rechecks(message: FrMessage): boolean {
  return message.kind === 'amended' || message.kind === 'settingsChanged';
}

/** A run that comes before the waits are over has no say; it saw an older state. */
function letGo(fr: FulfillmentRequest, message: FrMessage, { by, at }: Sender): Plan {
  if (message.kind !== 'sendNow') return { answer: '' };
  const isDue = fr.isReady || (fr.nextStepAt !== null && fr.nextStepAt <= at);
  if (!isDue) return { answer: `${fr.number} still waits.` };
  return {
    answer: `${fr.number} is let go.`,
    change: { sendRunId: message.runId },
    event: { at, by, event: 'let go by the run' },
  };
}

function hold(fr: FulfillmentRequest, message: FrMessage, { by, at }: Sender): Plan {
  const until = message.kind === 'hold' ? new Date(message.until) : at;
  if (Number.isNaN(until.getTime()) || until <= at) {
    return { answer: `A hold must end in the future; ${fr.number} is unchanged.`, refused: true };
  }
  return {
    answer: `${fr.number} is held until ${until.toISOString()}.`,
    change: { holdUntil: until, nextStepAt: null, skipsWaits: false, isReady: false, sendRunId: null },
    event: { at, by, event: 'held', detail: `until ${until.toISOString()}` },
  };
}

/** An order may exist: before anything else is done, the store is asked again for as long as the settings say. */
function lookAgain(fr: FulfillmentRequest, message: FrMessage, { by, at }: Sender): Plan {
  const change: FrChange = { processing: 'sending', reason: null, sendingSince: at, nextStepAt: null };
  const isCancel = message.kind === 'cancel';
  // A cancellation that waits for the outcome is obeyed, whatever is said after it.
  const isPending = isCancel || fr.cancelRequestedAt !== null;
  const wanted = isPending ? 'canceled' : 'sent again';
  const explanation = `Is looking for its order in the store; it is ${wanted} as soon as the outcome is known.`;
  return {
    answer: `Looks for the order of ${fr.number} in the store first${isPending ? '; it is canceled as soon as the outcome is known' : ''}.`,
    next: isCancel ? 'keep' : 'done',
    change: { ...change, explanation, ...(isCancel ? { cancelRequestedAt: at } : {}) },
    event: { at, by, event: isCancel ? 'cancellation asked for' : 'looking again' },
  };
}
