import { findOrdersByExternalId, getOrder } from '../bigcommerce/orders.ts';
import type { QuotaRoom } from '../bigcommerce/quota.ts';
import { changeRequest, tellWhileSending } from '../database/fr-changes.ts';
import { findOtherOwner, loadRequest } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import { endAttempt, findOpenAttempt, recordLook, revokeRightToPost } from '../database/send-attempts.ts';
import type { SendAttempt } from '../database/send-attempts.ts';
import { explainState } from '../domain/fulfillment/explain.ts';
import { decideLook } from '../domain/fulfillment/looks.ts';
import type { FulfillmentSettings } from '../domain/source/fulfillment.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { adoptOrRefuse, saveAcknowledged } from './fr-adopt.ts';
import { failRequest, noteRefusal, troubleOf } from './fr-failing.ts';
import { finishOrder } from './fr-finish.ts';
import { POST_TIMEOUT_MS } from './fr-scene.ts';
import { defaultSettings, findSendingSource } from './fr-settings.ts';
import { readView } from './fr-view.ts';
import type { FrView } from './fr-view.ts';
import { signalOfActivity } from './heartbeat.ts';
import { openStore } from './stores.ts';

export interface Look {
  view: FrView;
  /** When to look again, while the outcome stays unknown. */
  nextLookMs: number;
}

/** Activities that settle what became of a POST whose answer nobody has. */
export function frOutcomeActivities(deps: WorkerDependencies) {
  const { db } = deps;
  return {
    /**
     * Looks for the order of an attempt that is open. Adopts what is found, says when to look again, allows another POST
     * when every look showed nothing for long enough, or hands the request to a person. Safe to repeat.
     */
    async lookForOrder(frId: number, now: string, atOnce: boolean): Promise<Look> {
      const at = new Date(now);
      const fr = await loadRequest(db, frId);
      const attempt = await takeOver(deps, fr, at);
      if (!attempt) return { view: await readView(db, frId), nextLookMs: 0 };
      const sending = await findSendingSource(db, fr.source);
      const settings = sending?.settings ?? defaultSettings;
      const firstAt = attempt.endedAt!.getTime() + settings.unknownOutcome.firstLookSeconds * 1000;
      if (!atOnce && attempt.looks === 0 && at.getTime() < firstAt) return look(deps, frId, firstAt - at.getTime());
      try {
        if (!sending) throw new Error('no source');
        const client = await openStore(deps, sending.source, 'send');
        const since = fr.createdAt;
        await tellWait(deps, fr, deps.governors(sending.source.storeHash!).room());
        const found = await findOrdersByExternalId(client, attempt.externalOrderId, {
          since,
          signal: signalOfActivity(),
        });
        if (found.length === 0) return await sawNothing(deps, { fr, attempt, settings, at });
        const catalog = deps.catalogs(sending.source.storeHash!);
        const scene = { deps, fr, sending, client, catalog, at };
        const adopted = await adoptOrRefuse(
          { ...scene, attempt: { id: attempt.id, sentLines: attempt.sentLines ?? [], isPosted: true } },
          found,
        );
        if (adopted) await finishOrder({ ...scene, fr: await loadRequest(db, frId) }).catch(() => undefined);
        return await look(deps, frId, PARKED_LOOK_MS);
      } catch (error) {
        return couldNotLook(deps, { fr, attempt, settings, at }, error);
      }
    },

    /** Takes an order of the store for the one of this request, because a person says so. Safe to repeat. */
    async adoptOrder(
      frId: number,
      orderId: number,
      now: string,
    ): Promise<{ answer: string; refused: boolean; view: FrView }> {
      const fr = await loadRequest(db, frId);
      const refuse = async (answer: string) => ({ answer, refused: true, view: await readView(db, frId) });
      const sending = await findSendingSource(db, fr.source);
      if (!sending) return refuse(`Source ${fr.source} has no connection to ask.`);
      const client = await openStore(deps, sending.source, 'send');
      const order = await getOrder(client, orderId);
      if (!order) return refuse(`The store has no order ${orderId}; nothing was changed.`);
      const owner = await findOtherOwner(db, frId, orderId);
      if (owner) return refuse(`Order ${orderId} is that of ${owner.number} of ${owner.source}; nothing was changed.`);
      const attempt = await findOpenAttempt(db, frId);
      const at = new Date(now);
      const { externalOrderId } = order;
      await saveAcknowledged(db, {
        ...{ fr, attemptId: attempt?.id ?? null, orderId, externalOrderId, outcome: 'adopted', at, by: 'cli' },
      });
      await finishOrder({ deps, sending, client, at, fr: await loadRequest(db, frId) }).catch(() => undefined);
      const own = externalOrderId === `${sending.settings.externalOrderIdPrefix}${fr.number}`;
      const other = own || externalOrderId === '' ? '' : `, which carries the number ${externalOrderId}`;
      return {
        answer: `${fr.number} is acknowledged as BigCommerce order ${orderId}${other}.`,
        refused: false,
        view: await readView(db, frId),
      };
    },
  };
}

async function look(deps: WorkerDependencies, frId: number, nextLookMs: number): Promise<Look> {
  return { view: await readView(deps.db, frId), nextLookMs };
}

/** A request that a person has to settle is looked for all the same: an order may turn up late. */
const PARKED_LOOK_MS = 3_600_000;

/**
 * The open attempt, with its POST ended. One that was begun and never took the right to post loses it here, for good:
 * then nothing was posted, and none is open any more.
 */
async function takeOver(deps: WorkerDependencies, fr: FulfillmentRequest, at: Date): Promise<SendAttempt | undefined> {
  const { db } = deps;
  const attempt = await findOpenAttempt(db, fr.id);
  if (!attempt || attempt.outcome === 'unknown') return attempt;
  return db.transaction().execute(async (trx) => {
    if (await revokeRightToPost(trx, attempt.id, at)) {
      const explanation = explainState({ ...fr, processing: 'processing', orderId: null });
      const event = { at, event: 'attempt lost', by: 'workflow', detail: 'nothing had been posted' };
      await changeRequest(trx, fr.id, { processing: 'processing', explanation, nextStepAt: null }, event);
      return undefined;
    }
    if (!(await endAttempt(trx, attempt.id, { outcome: 'unknown', at }))) return undefined;
    const event = { at, event: 'outcome unknown', by: 'workflow', detail: 'the worker was lost while it posted' };
    const explanation =
      'Nobody knows yet whether the store made the order: it is looked for before anything else is done.';
    await changeRequest(trx, fr.id, { sendingSince: fr.sendingSince ?? attempt.begunAt, explanation }, event);
    return findOpenAttempt(trx, fr.id);
  });
}

interface Looking {
  fr: FulfillmentRequest;
  attempt: SendAttempt;
  settings: FulfillmentSettings;
  at: Date;
}

/** A look waits for its turn in the quota: meanwhile the request says so, and when that is. */
async function tellWait({ db }: WorkerDependencies, fr: FulfillmentRequest, room: QuotaRoom | null): Promise<void> {
  if (!room || room.left > 0) return;
  const explanation = `Nobody knows yet whether the store made the order: it is looked for when the quota of the store, which is used up, has room again, and ${thenOf(fr)}.`;
  await tellWhileSending(db, fr.id, { explanation, nextStepAt: new Date(room.opensAt) });
}

function thenOf({ cancelRequestedAt }: FulfillmentRequest): string {
  return cancelRequestedAt ? 'canceled as soon as that is known' : 'sent anew only when it is not there';
}

async function sawNothing(deps: WorkerDependencies, { fr, attempt, settings, at }: Looking): Promise<Look> {
  const { db } = deps;
  const decision = decideLook(
    {
      ...attempt,
      sendingSince: fr.sendingSince ?? attempt.begunAt,
      isParked: fr.processing === 'failed',
      // A worker that was cut off may be posting until its own time limit.
      postEndsAt: new Date((attempt.postingAt ?? attempt.begunAt).getTime() + POST_TIMEOUT_MS + 5_000),
    },
    settings.unknownOutcome,
    at,
  );
  await db.transaction().execute(async (trx) => {
    if (!(await recordLook(trx, attempt.id, { at, succeeded: true, quietMs: decision.quietMs }))) return;
    if (decision.then === 'post again') {
      await endAttempt(trx, attempt.id, { outcome: 'absent', at });
      const explanation = explainState({ ...fr, processing: 'processing', orderId: null });
      const detail = `${attempt.looks + 1} looks in ${Math.round(decision.quietMs / 1000)} s showed no order`;
      const event = { at, event: 'no order was made', by: 'store', detail };
      await changeRequest(trx, fr.id, { processing: 'processing', reason: null, explanation, nextStepAt: null }, event);
    } else if (decision.then === 'hand over') {
      const message = `After ${attempt.looks + 1} looks nobody knows whether the store made order ${attempt.externalOrderId}.`;
      if (fr.processing !== 'failed')
        await failRequest(trx, fr, { code: 'outcome_unknown', message, isPublic: true }, at);
    } else {
      const nextStepAt = new Date(at.getTime() + decision.nextLookMs);
      await changeRequest(trx, fr.id, { nextStepAt, ...keepOrTell(fr) });
    }
  });
  return look(deps, fr.id, decision.then === 'hand over' ? PARKED_LOOK_MS : decision.nextLookMs);
}

function keepOrTell(fr: FulfillmentRequest): { explanation?: string } {
  if (fr.processing === 'failed') return {};
  return {
    explanation: `Nobody knows yet whether the store made the order: it is looked for again and again, and ${thenOf(fr)}.`,
  };
}

const RETRY_LOOK_MS = 15_000;
const REFUSED_LOOK_MS = 300_000;

async function couldNotLook(
  deps: WorkerDependencies,
  { fr, attempt, settings, at }: Looking,
  error: unknown,
): Promise<Look> {
  const trouble =
    error instanceof Error && error.message === 'no source'
      ? { code: 'source_not_ready', message: 'no source', retryMs: null }
      : troubleOf(error);
  const first = settings.unknownOutcome.firstLookSeconds * 1000;
  const waitMs = trouble.retryMs === null ? REFUSED_LOOK_MS : Math.max(trouble.retryMs, Math.min(first, RETRY_LOOK_MS));
  const isSpent =
    at.getTime() - (fr.sendingSince ?? attempt.begunAt).getTime() >= settings.unknownOutcome.giveUpMinutes * 60_000;
  await deps.db.transaction().execute(async (trx) => {
    await noteRefusal(trx, fr.sourceId, trouble);
    if (!(await recordLook(trx, attempt.id, { at, succeeded: false, quietMs: attempt.quietMs }))) return;
    if (isSpent && fr.processing !== 'failed') {
      const message = `The store could not be asked whether it made order ${attempt.externalOrderId} (${trouble.code}).`;
      return failRequest(trx, fr, { code: 'outcome_unknown', message, isPublic: true }, at);
    }
    if (fr.processing === 'failed') return;
    const explanation = `Nobody knows yet whether the store made the order, and the store cannot be asked (${trouble.code}).`;
    await changeRequest(trx, fr.id, { explanation, nextStepAt: new Date(at.getTime() + waitMs) });
  });
  return look(deps, fr.id, isSpent ? Math.max(waitMs, 60_000) : waitMs);
}
