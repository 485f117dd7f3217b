import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { StoreClient } from '../bigcommerce/client.ts';
import { createCustomer } from '../bigcommerce/customers.ts';
import type { Turn } from '../bigcommerce/send-turns.ts';
import { findRefusal } from '../database/connection-refusals.ts';
import { sqlState } from '../database/errors.ts';
import { changeRequest, saveLineVariants } from '../database/fr-changes.ts';
import { listLines, loadRequest, loadRequestAndAttempt } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import { findNearSkus } from '../database/near-skus.ts';
import { isFinal } from '../domain/fulfillment/states.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { failRequest, findTrouble, reasonOfChecks } from './fr-failing.ts';
import type { Reason, Trouble } from './fr-failing.ts';
import { customerDraft, prepareRequest } from './fr-prepare.ts';
import type { PreparedRequest } from './fr-prepare.ts';
import { adoptExisting, postOnce } from './fr-post.ts';
import { findSendingSource } from './fr-settings.ts';
import type { SendingSource } from './fr-settings.ts';
import { clockFrom, ended, giveUp, isOvertaken, isSendable, putInLine, wasInLine } from './fr-scene.ts';
import type { SendScene, Sent } from './fr-scene.ts';
import { readView } from './fr-view.ts';
import type { FrView } from './fr-view.ts';
import { nextStepOf } from './fr-waits.ts';
import { openStore } from './stores.ts';

/** A worker's clock that is ahead of Temporal's sees an end sooner: the next step is asked for after a pause. */
const CLOCKS_APART_MS = 1000;

/** Activities that check a request against its store and send it. */
export function frSendActivities(deps: WorkerDependencies) {
  const { db } = deps;
  return {
    /**
     * Checks a request that still waits and writes down what is wrong, so that a hold is time to mend it. It still needs
     * its check afterwards where nobody can be asked, or it was amended meanwhile. Safe to repeat.
     */
    async checkRequest(frId: number): Promise<FrView> {
      const fr = await loadRequest(db, frId);
      const sending = await findSendingSource(db, fr.source);
      if (!sending || isFinal(fr.processing) || (await findRefusal(db, fr.sourceId))) return readView(db, frId);
      const client = await openStore(deps, sending.source, 'send');
      const prepared = await inTurn(deps, sending, client, () => {
        const catalog = deps.catalogs(sending.source.storeHash!);
        return prepare({ deps, fr, sending, client, catalog, at: new Date() });
      });
      await db.transaction().execute(async (trx) => {
        const current = await loadRequest(trx, frId, { forUpdate: true });
        const isOpen = current.processing !== 'sending' && !isFinal(current.processing);
        if (current.revision !== fr.revision || !isOpen) return;
        const reason = reasonOfChecks(prepared.checks);
        const mended = current.processing !== 'failed' && current.reasonCode !== null && reason === null;
        await saveLineVariants(trx, frId, prepared.found);
        await changeRequest(
          trx,
          frId,
          {
            checks: prepared.checks,
            checkedAt: new Date(),
            ...(current.processing === 'failed' || (!reason && !mended) ? {} : { reason }),
          },
          reason && reason.message !== current.reasonMessage
            ? { at: new Date(), event: 'checked', by: 'workflow', detail: `${reason.code}: ${reason.message}` }
            : undefined,
        );
      });
      return readView(db, frId);
    },

    /**
     * Sends a request once: checks it, writes the intent, looks for an order that exists already, posts, and writes what
     * came of it in one transaction with the order's id. Never retried by Temporal: how it ended stands in the ledger.
     */
    async sendRequest(frId: number, now: string): Promise<Sent> {
      const clock = clockFrom(now);
      const at = clock();
      const fr = await loadRequestAndAttempt(db, frId);
      if (!isSendable(fr.processing) || fr.hasOpenAttempt) return ended(deps, frId);
      const refusal = await findRefusal(db, fr.sourceId);
      if (refusal) return giveUp(deps, fr, { ...refusal, retryMs: null }, at);
      const sending = await findSendingSource(db, fr.source);
      if (!sending) return giveUp(deps, fr, noSource(fr), at);
      // It was decided before the step waited for a worker: since then it may have been held, the hold of the settings
      // be longer, or the hours have closed.
      if (!nextStepOf(fr, sending.settings, at).step.goesNow) {
        return { ...(await ended(deps, frId)), waitMs: CLOCKS_APART_MS };
      }
      let turn: Turn | undefined;
      try {
        const client = await openStore(deps, sending.source, 'send');
        turn = deps.governors.turnsOf(sending.source.storeHash!).take('send', client, wasInLine(fr));
        if (!turn.isNow) return await putInLine(deps, fr, turn.waitMs, clock());
        const scene: SendScene = {
          ...{ deps, fr, sending, client, catalog: deps.catalogs(sending.source.storeHash!) },
          get at() {
            return clock();
          },
        };
        const prepared = await prepare(scene);
        const reason = reasonOfChecks(prepared.checks);
        if (reason || !prepared.body) {
          const existing = await adoptExisting(scene, prepared);
          return existing ?? (await failChecks(scene, prepared, reason ?? noOrder));
        }
        const customerId = await customerOf(scene, prepared);
        return await postOnce(scene, prepared, {
          ...prepared.body,
          ...(customerId === null ? {} : { customer_id: customerId }),
        });
      } catch (error) {
        const trouble = findTrouble(error);
        if (trouble) return await giveUp(deps, fr, trouble, clock());
        // The workflow tries it again; until then somebody can see why nothing happens, where the database takes it.
        await giveUp(deps, fr, unknownError(error), clock()).catch(() => undefined);
        throw error;
      } finally {
        if (turn?.isNow) turn.end();
      }
    },
  };
}

/** Runs a check when the quota has room for it; until then Temporal tries again, and no worker waits. */
async function inTurn<T>(
  { governors }: WorkerDependencies,
  { source }: SendingSource,
  client: StoreClient,
  check: () => Promise<T>,
): Promise<T> {
  const isBack = activityInfo().attempt > 1;
  const turn = governors.turnsOf(source.storeHash!).take('check', client, isBack);
  if (!turn.isNow) {
    const message = 'The quota of the store has no room for checks now.';
    throw ApplicationFailure.create({ type: 'rate_limited', message, nextRetryDelay: turn.waitMs });
  }
  try {
    return await check();
  } finally {
    turn.end();
  }
}

const AGAIN_MS = 60_000;

function unknownError(error: unknown): Trouble {
  const state = sqlState(error);
  const what = state === undefined ? (error as Error).name : `SQLSTATE ${state}`;
  return {
    code: 'internal',
    message: `A step of the worker failed (${what}); its log has the details`,
    retryMs: AGAIN_MS,
  };
}

const noOrder: Reason = { code: 'order_rejected', message: 'No order can be made of it.' };

async function failChecks(scene: SendScene, { checks }: PreparedRequest, reason: Reason): Promise<Sent> {
  const { deps, fr, at } = scene;
  await deps.db.transaction().execute(async (trx) => {
    if (await isOvertaken(trx, fr)) return;
    await changeRequest(trx, fr.id, { checks, checkedAt: new Date() });
    await failRequest(trx, fr, reason, at);
  });
  return ended(deps, fr.id);
}

/** What the catalogue says against a request: somebody may have mended it a moment ago. */
const CATALOG_CODES = new Set(
  'sku_not_found sku_ambiguous not_purchasable out_of_stock quantity_rule option_required'.split(' '),
);

/** Checks a request; what was only remembered of the catalogue is asked for again before it speaks against the request. */
async function prepare(scene: SendScene): Promise<PreparedRequest> {
  const { deps, fr, sending, client, catalog } = scene;
  const nearSkus = (sku: string) => findNearSkus(deps.db, fr.sourceId, sku);
  const lines = await listLines(deps.db, fr.id);
  const input = { fr, lines, settings: sending.settings, client, catalog, nearSkus };
  const begunAt = Date.now();
  const prepared = await prepareRequest(input);
  if (prepared.checks.every(({ ok, code }) => ok || !CATALOG_CODES.has(code))) return prepared;
  const about = { skus: lines.map(({ sku }) => sku), productIds: prepared.found.map(({ productId }) => productId) };
  return catalog.forgetOlder(begunAt, about) ? prepareRequest(input) : prepared;
}

/** A customer is made from the request's details just before its order; doing it again finds the one that was made. */
async function customerOf({ client, sending }: SendScene, prepared: PreparedRequest): Promise<number | null> {
  if (prepared.customer.kind !== 'to_be_created') return null;
  const { channelId, welcomeMail } = sending.settings;
  const draft = customerDraft(prepared.body!, { channelId, welcomeMail });
  return (await createCustomer(client, draft)).id;
}

function noSource(fr: FulfillmentRequest): Trouble {
  const message = `Source ${fr.source} was removed or has no fulfillment settings.`;
  return { code: 'source_not_ready', message, retryMs: null };
}
