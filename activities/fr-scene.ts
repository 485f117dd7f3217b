import type { StoreClient } from '../bigcommerce/client.ts';
import { changeRequest } from '../database/fr-changes.ts';
import { loadRequest } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import { findOpenAttempt } from '../database/send-attempts.ts';
import type { Processing } from '../domain/fulfillment/states.ts';
import type { Executor } from '../database/connect.ts';
import { LONGEST_SEND_PAUSE_MS } from '../workflows/ids.ts';
import type { CatalogLookup } from './catalog-lookup.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { failRequest, noteRefusal } from './fr-failing.ts';
import type { Trouble } from './fr-failing.ts';
import type { SendingSource } from './fr-settings.ts';
import { readView } from './fr-view.ts';
import type { FrView } from './fr-view.ts';

/** Below the 5 minutes of the activity, and below every clock that may post again. */
export const POST_TIMEOUT_MS = 25_000;

export interface Sent {
  view: FrView;
  /** Nothing was posted; try again after so long. */
  waitMs: number | null;
  /** It has its turn in the quota then, and need not come sooner or later. */
  isInLine?: true;
}

/** What a step of sending works with. */
export interface SendScene {
  deps: WorkerDependencies;
  fr: FulfillmentRequest;
  sending: SendingSource;
  client: StoreClient;
  catalog: CatalogLookup;
  /** The workflow's present, going on with the time that the step takes. */
  readonly at: Date;
}

/**
 * A clock that begins at the workflow's time, or at this machine's where that is later: the step may have waited for a
 * worker, and what it does is dated by when it was done. Under time skipping the workflow is far ahead.
 */
export function clockFrom(now: string): () => Date {
  const begunAt = Date.now();
  const start = Math.max(new Date(now).getTime(), begunAt);
  return () => new Date(start + Date.now() - begunAt);
}

export async function ended(deps: WorkerDependencies, frId: number): Promise<Sent> {
  return { view: await readView(deps.db, frId), waitMs: null };
}

/** Whether a request in this state may be sent, as far as its state goes. */
export function isSendable(processing: Processing): boolean {
  return processing === 'processing' || processing === 'sending';
}

/**
 * Whether the request is not what the step read as `fr` any more: it was ended, amended or held meanwhile, or somebody
 * else is sending it, because whoever asks was frozen. Then it must not be posted, and what was found out about it means
 * nothing. Locks its row.
 */
export async function isOvertaken(trx: Executor, fr: FulfillmentRequest): Promise<boolean> {
  const { processing, revision, holdUntil, skipsWaits } = await loadRequest(trx, fr.id, { forUpdate: true });
  if (!isSendable(processing) || revision !== fr.revision) return true;
  // Held, released, and held until the same instant again: nothing else tells the second hold.
  const isHeldAgain = fr.skipsWaits && !skipsWaits;
  if (isHeldAgain || holdUntil?.getTime() !== fr.holdUntil?.getTime()) return true;
  return (await findOpenAttempt(trx, fr.id)) !== undefined;
}

/** Nothing was posted: the request waits and is tried again by itself, or fails and says why. */
export async function giveUp(
  deps: WorkerDependencies,
  fr: FulfillmentRequest,
  trouble: Trouble,
  at: Date,
): Promise<Sent> {
  const { code, message, retryMs } = trouble;
  await deps.db.transaction().execute(async (trx) => {
    await noteRefusal(trx, fr.sourceId, trouble);
    if (await isOvertaken(trx, fr)) return;
    if (retryMs === null) return failRequest(trx, fr, trouble, at);
    const explanation = explainRetry(code, retryMs);
    const event = { at, event: 'put off', by: 'workflow', detail: `${code}: ${message}` };
    // The workflow waits longer each time, a minute at the most: by then at the latest. A turn in the quota has its time.
    const againMs = code === 'rate_limited' ? retryMs : Math.max(retryMs, LONGEST_SEND_PAUSE_MS);
    const change = { processing: 'processing', explanation, nextStepAt: new Date(at.getTime() + againMs) } as const;
    // One line in the timeline for a store that is away, however often it is asked.
    await changeRequest(trx, fr.id, change, fr.explanation === explanation ? undefined : event);
  });
  return { ...(await ended(deps, fr.id)), waitMs: retryMs };
}

/** The quota has no room for it: it waits for its turn, outside the worker. */
export async function putInLine(
  deps: WorkerDependencies,
  fr: FulfillmentRequest,
  waitMs: number,
  at: Date,
): Promise<Sent> {
  const trouble = { code: 'rate_limited', message: 'Others are before it in the quota of the store', retryMs: waitMs };
  return { ...(await giveUp(deps, fr, trouble, at)), isInLine: true };
}

/** Whether it was put off for want of quota the last time. */
export function wasInLine(fr: FulfillmentRequest): boolean {
  return fr.explanation === explainRetry('rate_limited');
}

function explainRetry(code: string, retryMs = 0): string {
  if (code === 'rate_limited')
    return 'The quota of the store is used up; nothing was posted, and it goes as soon as it is its turn.';
  if (code === 'worker_unavailable')
    return 'Its worker was held up; nothing was posted, and it is tried again within a minute.';
  const when = retryMs > LONGEST_SEND_PAUSE_MS ? 'when the store has asked us to' : 'within a minute';
  const what = {
    unexpected_answer: 'The store answers otherwise than BigCommerce documents (its timeline says how)',
    internal: 'A step of its worker failed (its timeline says more)',
  }[code];
  return `${what ?? `The store does not answer (${code})`}; nothing was posted, and it is tried again ${when}.`;
}
