import { setTimeout as pause } from 'node:timers/promises';
import { findOrdersByExternalId, postOrder } from '../bigcommerce/orders.ts';
import type { FoundOrder, PostOutcome } from '../bigcommerce/orders.ts';
import { sqlState } from '../database/errors.ts';
import { changeRequest, saveLineVariants } from '../database/fr-changes.ts';
import { storable } from '../database/texts.ts';
import { beginAttempt, endAttempt, takeRightToPost } from '../database/send-attempts.ts';
import { explainState } from '../domain/fulfillment/explain.ts';
import { signalOfActivity } from './heartbeat.ts';
import { failRequest, findTrouble, noteRefusal } from './fr-failing.ts';
import { finishOrder } from './fr-finish.ts';
import { adoptOrRefuse, saveAcknowledged } from './fr-adopt.ts';
import type { PreparedRequest } from './fr-prepare.ts';
import { POST_TIMEOUT_MS, ended, giveUp, isOvertaken } from './fr-scene.ts';
import type { SendScene, Sent } from './fr-scene.ts';

/** A look is worth nothing any more after this long: longer than a window of the quota, which a POST may have to wait for. */
const LOOK_IS_FRESH_MS = 45_000;
/** From taking the right to post to posting it is a few milliseconds; whoever takes longer was frozen. */
const RIGHT_IS_FRESH_MS = 2_000;

class RightIsGone extends Error {}

/** What keeps an attempt from posting that is none of the store's doing. */
const heldUp = { code: 'worker_unavailable', message: 'its worker was held up before it posted', retryMs: 1000 };

/** Intent, look-up, POST, outcome: each is in Postgres before the next begins. */
export async function postOnce(
  scene: SendScene,
  prepared: PreparedRequest,
  body: Record<string, unknown>,
): Promise<Sent> {
  const attemptId = await begin(scene, prepared);
  if (attemptId === null) return ended(scene.deps, scene.fr.id);
  const lookedAt = Date.now();
  let outcome: PostOutcome;
  try {
    const { fr, client } = scene;
    const since = fr.createdAt;
    const found = await findOrdersByExternalId(client, prepared.externalOrderId, { since, signal: signalOfActivity() });
    if (found.length > 0) return await settleFound(scene, attemptId, prepared, found);
    outcome = await post(scene, attemptId, { body, lookedAt });
  } catch (error) {
    return backOut(scene, attemptId, error);
  }
  return saveOutcome(scene, { attemptId, prepared, outcome });
}

/**
 * Nothing has left this process: the attempt is over and the request waits again, so that it can be held or canceled. What
 * is neither the store's doing nor a right that is gone is thrown on.
 */
async function backOut({ deps, fr, at }: SendScene, attemptId: number, error: unknown): Promise<Sent> {
  await endAttempt(deps.db, attemptId, { outcome: 'not_posted', at });
  const trouble = error instanceof RightIsGone ? heldUp : findTrouble(error);
  if (!trouble) throw error;
  return giveUp(deps, fr, trouble, at);
}

/**
 * Looks for an order of a request that could not be sent as it stands: a database that was restored from an older backup
 * does not know that it was sent, and its own order may have taken the last stock. Undefined where there is none.
 */
export async function adoptExisting(scene: SendScene, prepared: PreparedRequest): Promise<Sent | undefined> {
  const options = { since: scene.fr.createdAt, signal: signalOfActivity() };
  const found = await findOrdersByExternalId(scene.client, prepared.externalOrderId, options);
  if (found.length === 0) return undefined;
  const attemptId = await begin(scene, prepared);
  return attemptId === null ? ended(scene.deps, scene.fr.id) : settleFound(scene, attemptId, prepared, found);
}

/** Writes the intent, unless the request is not what was read any more. */
async function begin(scene: SendScene, prepared: PreparedRequest): Promise<number | null> {
  const { deps, fr, sending, at } = scene;
  return deps.db.transaction().execute(async (trx) => {
    if (await isOvertaken(trx, fr)) return null;
    const { externalOrderId, sentLines, checks, found } = prepared;
    await saveLineVariants(trx, fr.id, found);
    await changeRequest(
      trx,
      fr.id,
      {
        ...{ processing: 'sending', reason: null, checks, checkedAt: at, nextStepAt: null, isReady: false },
        explanation: explainState({ ...fr, processing: 'sending', orderId: null }),
      },
      { at, event: 'sending', by: fr.sendRunId === null ? 'workflow' : `run ${fr.sendRunId}` },
    );
    const { externalSource } = sending.settings;
    return beginAttempt(trx, { frId: fr.id, externalOrderId, externalSource, sentLines, at });
  });
}

/** An order with this number is there already: ours is adopted, anything else is for a person. Nothing is posted. */
async function settleFound(
  scene: SendScene,
  attemptId: number,
  prepared: PreparedRequest,
  found: FoundOrder[],
): Promise<Sent> {
  const { deps, fr } = scene;
  const { sentLines } = prepared;
  await adoptOrRefuse({ ...scene, attempt: { id: attemptId, sentLines, isPosted: false } }, found);
  return ended(deps, fr.id);
}

/** Posts, unless whoever was frozen here would post on a look that is old: throws RightIsGone. */
function post(
  scene: SendScene,
  attemptId: number,
  { body, lookedAt }: { body: Record<string, unknown>; lookedAt: number },
): Promise<PostOutcome> {
  const { db } = scene.deps;
  const { sending } = scene;
  // Called when it is this request's turn in the quota, right before the bytes go out.
  const beforeSend = async () => {
    const askedAt = Date.now();
    if (askedAt - lookedAt > LOOK_IS_FRESH_MS) throw new RightIsGone();
    if (!(await takeRightToPost(db, attemptId, scene.at))) throw new RightIsGone();
    if (Date.now() - askedAt > RIGHT_IS_FRESH_MS) throw new RightIsGone();
  };
  return postOrder(scene.client, withIdentity(body, sending.settings.externalSource), {
    timeoutMs: POST_TIMEOUT_MS,
    beforeSend,
  });
}

function withIdentity(body: Record<string, unknown>, externalSource: string): Record<string, unknown> {
  return { ...body, external_source: externalSource };
}

interface Outcome {
  attemptId: number;
  prepared: PreparedRequest;
  outcome: PostOutcome;
}

async function saveOutcome(scene: SendScene, { attemptId, prepared, outcome }: Outcome): Promise<Sent> {
  const { deps, fr } = scene;
  const { at } = scene;
  const { db } = deps;
  switch (outcome.kind) {
    case 'created':
      await persistently(() =>
        saveAcknowledged(db, {
          // As the store has it: under another one it is found by its id, and is ours all the same.
          ...{ fr, attemptId, orderId: outcome.orderId },
          externalOrderId: storable(outcome.externalOrderId ?? prepared.externalOrderId),
          ...{ outcome: 'created', at, by: 'store' },
        }),
      );
      // Should this fail, the workflow sees to it: the order exists, whatever else becomes of it.
      await finishOrder(scene, outcome.orderId).catch(() => undefined);
      return ended(deps, fr.id);
    case 'unknown':
      await persistently(() => saveUnknown(scene, attemptId, outcome.reason));
      return ended(deps, fr.id);
    case 'throttled':
    case 'not_sent': {
      await persistently(() => endAttempt(db, attemptId, { outcome: 'not_posted', at }));
      const isQuota = outcome.kind === 'throttled';
      const message = isQuota ? 'BigCommerce asked us to slow down' : outcome.reason;
      const retryMs = isQuota ? outcome.waitMs : 1000;
      return giveUp(deps, fr, { code: isQuota ? 'rate_limited' : 'store_unavailable', message, retryMs }, at);
    }
    case 'refused':
      await persistently(() => saveRefused(scene, attemptId, outcome));
      return ended(deps, fr.id);
  }
}

async function saveUnknown(scene: SendScene, attemptId: number, reason: string): Promise<void> {
  const { deps, fr, sending } = scene;
  const { at } = scene;
  await deps.db.transaction().execute(async (trx) => {
    if (!(await endAttempt(trx, attemptId, { outcome: 'unknown', at }))) return;
    await changeRequest(
      trx,
      fr.id,
      {
        ...{ processing: 'sending', sendingSince: fr.sendingSince ?? scene.at },
        explanation:
          'Nobody knows yet whether the store made the order: it is looked for before anything else is done.',
        nextStepAt: new Date(at.getTime() + sending.settings.unknownOutcome.firstLookSeconds * 1000),
      },
      { at, event: 'outcome unknown', by: 'workflow', detail: reason },
    );
  });
}

async function saveRefused(
  scene: SendScene,
  attemptId: number,
  outcome: Extract<PostOutcome, { kind: 'refused' }>,
): Promise<void> {
  const { deps, fr, at, catalog } = scene;
  catalog.forgetCatalog();
  await deps.db.transaction().execute(async (trx) => {
    const isMine = await endAttempt(trx, attemptId, { outcome: 'refused', at });
    await noteRefusal(trx, fr.sourceId, { code: outcome.code, message: outcome.message });
    if (isMine) await failRequest(trx, fr, { code: outcome.code, message: outcome.message, detail: outcome.said }, at);
  });
}

const SAVING_FOR_MS = 60_000;

/** Saves what only this process knows, also over a restart of Postgres; given up, the look-up finds it out again. */
async function persistently(save: () => Promise<unknown>): Promise<void> {
  for (const until = Date.now() + SAVING_FOR_MS; ;) {
    try {
      await save();
      return;
    } catch (error) {
      const state = sqlState(error);
      const isLasting = state !== undefined && /^(22|23|42)/.test(state);
      if (isLasting || Date.now() > until) throw error;
      await pause(500);
    }
  }
}
