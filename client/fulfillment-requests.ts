import type { WorkflowHandle } from '@temporalio/client';
import pLimit from 'p-limit';
import { ensureFrWorkflow, signalRequest } from '../activities/fr-start.ts';
import { isTemporalError } from '../activities/temporal-errors.ts';
import { findRequests, listRequests } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest, RequestFilter } from '../database/fulfillment-requests.ts';
import { findOpenAttempt } from '../database/send-attempts.ts';
import { isFailureCode } from '../domain/failures.ts';
import { decideMessage, isFinal } from '../domain/fulfillment/states.ts';
import type { FrMessage } from '../domain/fulfillment/states.ts';
import { CORE_TASK_QUEUE, cancelWorkflowId, frWorkflowId } from '../workflows/ids.ts';
import type { CancelResult } from '../workflows/messages.ts';
import { clientErrorOf, knownError, named, shortened, usageError } from './errors.ts';
import type { ClientError } from './errors.ts';
import { hasWorker } from './jobs.ts';
import type { Session } from './session.ts';
import { isSlow } from './temporal-failures.ts';

/** The request of this number. Throws ClientError `not_found`, or `invalid_input` when several sources have it. */
export async function requireRequest(session: Session, number: string, source?: string): Promise<FulfillmentRequest> {
  return (await requireRequests(session, [number], source))[0]!;
}

/**
 * The requests of these numbers. Throws ClientError `not_found`, or `invalid_input` when several sources have one of
 * them; of many, each that is wrong is named, so that a list is mended at once.
 */
export async function requireRequests(
  session: Session,
  numbers: readonly string[],
  source?: string,
): Promise<FulfillmentRequest[]> {
  const db = await session.database();
  const asked = await Promise.all(
    [...new Set(numbers)].map(async (number) => ({ number, found: await findRequests(db, number, source) })),
  );
  const end = asked.length > 1 ? '; nothing was done' : '';
  const unknown = asked.filter(({ found }) => found.length === 0).map(({ number }) => number);
  if (unknown.length > 0) throw requestsNotFound(unknown, source, end);
  const ambiguous = asked.filter(({ found }) => found.length > 1);
  if (ambiguous.length > 0) {
    const each = ambiguous.map(({ number, found }) => `${number}: ${found.map((fr) => fr.source).join(', ')}`);
    throw usageError(`Several sources have a request ${each.join('; ')}${end}.`, 'Say which one with --source NAME.');
  }
  return asked.map(({ found }) => found[0]!);
}

/** No request has one of these numbers. */
export function requestsNotFound(numbers: readonly string[], source?: string, end = ''): ClientError {
  const what = numbers.length > 1 ? 'are no fulfillment requests' : 'is no fulfillment request';
  const where = source === undefined ? '' : ` of source ${shortened(source)}`;
  return knownError('not_found', `There ${what} ${numbers.map(shortened).join(', ')}${where}${end}.`);
}

/** The refusal of what a request in this state cannot have done to it. */
export function refusalOf({ number, source }: FulfillmentRequest, answer: string): ClientError {
  return named(knownError('too_late', answer, { number, source }), { number, source });
}

/** What a person tells a request from the command line. */
export type Order = Exclude<FrMessage, { kind: 'sendNow' | 'settingsChanged' | 'amended' }>;

export interface Told {
  fr: FulfillmentRequest;
  outcome: 'done' | 'refused' | 'pending' | 'failed';
  answer: string;
  /** Why it failed. */
  error?: unknown;
}

/** A check of the workflow takes milliseconds, a POST that is under way up to half a minute. */
const ANSWER_WITHIN_MS = 45_000;
/** Messages that exist as signals too: they reach a request even when no worker is there to answer. */
const SIGNALS = new Set<FrMessage['kind']>(['cancel', 'release', 'retry']);

/** Tells a request something and answers what came of it; a refusal is an answer, not an error. */
export async function tellRequest(
  session: Session,
  fr: FulfillmentRequest,
  order: Order,
  { answerWithinMs = ANSWER_WITHIN_MS }: { answerWithinMs?: number } = {},
): Promise<Told> {
  if (isFinal(fr.processing)) return tellEnded(session, fr, order);
  const client = await session.temporal();
  if (!(await hasWorker(client))) return leaveWord(session, fr, order);
  const handle = client.workflow.getHandle(frWorkflowId(fr.source, fr.number));
  const ask = () => client.withDeadline(Date.now() + answerWithinMs, () => answerOf(handle, order));
  try {
    return { fr, outcome: 'done', answer: await withWorkflow(session, fr, ask) };
  } catch (error) {
    if (isTemporalError(error, 'WorkflowNotFoundError')) return tellEnded(session, await reload(session, fr), order);
    const cause = isTemporalError(error, 'WorkflowUpdateFailedError') ? error.cause : undefined;
    if (isTemporalError(cause, 'ApplicationFailure') && cause.type === 'too_late') {
      return { fr, outcome: 'refused', answer: cause.message };
    }
    if (!isSlow(error)) throw error;
    const then = (await looksFirst(session, fr, order)) ?? 'it is done as soon as it can be';
    return {
      fr,
      outcome: 'pending',
      answer: `${fr.number} has not answered yet; ${then}. See \`bcsource fr explain ${fr.number}\`.`,
    };
  }
}

/** What a cancellation waits for where an order was posted and nobody knows what became of it; undefined elsewhere. */
async function looksFirst(session: Session, fr: FulfillmentRequest, { kind }: Order): Promise<string | undefined> {
  if (kind !== 'cancel' || !(await findOpenAttempt(await session.database(), fr.id))) return undefined;
  return 'whether the store made its order is looked up first, then the request is canceled, in the store too where there is an order';
}

const AT_ONCE = 10;

/** Tells many the same. One that failed does not hide what became of the others. */
export async function tellRequests(
  session: Session,
  frs: readonly FulfillmentRequest[],
  order: Order,
  onDone: (done: number) => void = () => undefined,
): Promise<Told[]> {
  const limit = pLimit(AT_ONCE);
  let done = 0;
  return limit.map(frs, async (fr) => {
    const told = await tellRequest(session, fr, order).catch((error: unknown) => failed(fr, error));
    onDone(++done);
    return told;
  });
}

function failed(fr: FulfillmentRequest, error: unknown): Told {
  const { message } = clientErrorOf(error) ?? (error as Error);
  return { fr, outcome: 'failed', answer: `${fr.number}: ${message}`, error };
}

/** Asks; where the workflow was lost though its request is not ended, it is started and asked again. */
async function withWorkflow(session: Session, fr: FulfillmentRequest, ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    const current = isTemporalError(error, 'WorkflowNotFoundError') ? await reload(session, fr) : fr;
    if (!isTemporalError(error, 'WorkflowNotFoundError') || isFinal(current.processing)) throw error;
    await ensureFrWorkflow(await session.temporal(), fr);
    return ask();
  }
}

/** The answer of the workflow. Where it fails by what it was told, throws what it failed with: the update says that it ended. */
async function answerOf(handle: WorkflowHandle, order: Order): Promise<string> {
  try {
    return await sendUpdate(handle, order);
  } catch (error) {
    const cause = isTemporalError(error, 'WorkflowUpdateFailedError') ? error.cause : undefined;
    const isCutOff = isTemporalError(cause, 'ApplicationFailure') && cause.type === 'AcceptedUpdateCompletedWorkflow';
    if (isCutOff) await handle.result();
    throw error;
  }
}

function sendUpdate(handle: WorkflowHandle, order: Order): Promise<string> {
  switch (order.kind) {
    case 'hold':
      return handle.executeUpdate<string, [string]>(order.kind, { args: [order.until] });
    case 'adopt':
      return handle.executeUpdate<string, [number]>(order.kind, { args: [order.orderId] });
    default:
      return handle.executeUpdate<string, []>(order.kind);
  }
}

async function reload(session: Session, fr: FulfillmentRequest): Promise<FulfillmentRequest> {
  return requireRequest(session, fr.number, fr.source);
}

/** No worker: what can be a signal waits in Temporal for the next one. */
async function leaveWord(session: Session, fr: FulfillmentRequest, order: Order): Promise<Told> {
  if (!SIGNALS.has(order.kind))
    throw knownError('worker_unavailable', `No worker is there to answer for ${fr.number}.`);
  await signalRequest(await session.temporal(), fr, order.kind);
  const first = await looksFirst(session, fr, order);
  const then = first ? `; as soon as one runs, ${first}` : ' and is done before anything else as soon as one runs';
  const answer = `No worker runs; ${order.kind} of ${fr.number} is kept by Temporal${then}.`;
  return { fr, outcome: 'pending', answer };
}

/** The request has ended: only a cancellation can still do something, in the store. */
async function tellEnded(session: Session, fr: FulfillmentRequest, order: Order): Promise<Told> {
  const at = { ...fr, orderId: fr.bigcommerceOrderId, outcomeUnknown: false };
  const verdict = decideMessage(at, order);
  if (verdict.do === 'cancelInStore') return cancelInStore(session, fr);
  if (verdict.do === 'refuse' || verdict.do === 'nothing') {
    return { fr, outcome: verdict.do === 'refuse' ? 'refused' : 'done', answer: verdict.answer };
  }
  return { fr, outcome: 'refused', answer: `${fr.number} is ${fr.processing}.` };
}

async function cancelInStore(session: Session, fr: FulfillmentRequest): Promise<Told> {
  const client = await session.temporal();
  const workflowId = cancelWorkflowId(fr.source, fr.number);
  const args = [{ frId: fr.id, source: fr.source, number: fr.number, by: 'cli' }];
  try {
    await client.workflow.start('cancelOrder', { workflowId, taskQueue: CORE_TASK_QUEUE, args });
  } catch (error) {
    if (!isTemporalError(error, 'WorkflowExecutionAlreadyStartedError')) throw error;
  }
  const handle = client.workflow.getHandle(workflowId);
  try {
    const result = (await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => handle.result())) as CancelResult;
    return { fr: await reload(session, fr), outcome: result.canceled ? 'done' : 'refused', answer: result.answer };
  } catch (error) {
    if (isTemporalError(error, 'WorkflowFailedError')) throw notCanceled(fr, error.cause);
    if (!isSlow(error)) throw error;
    return {
      fr,
      outcome: 'pending',
      answer: `The store has not answered yet; BigCommerce order ${fr.bigcommerceOrderId} is canceled as soon as it does.`,
    };
  }
}

/** What the step that asked the store has failed with: Temporal wraps it. */
function notCanceled(fr: FulfillmentRequest, cause: unknown): ClientError {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  const { type, message = 'the workflow ended' } = (inner ?? {}) as { type?: unknown; message?: string };
  const why = message.replace(/\.+$/, '');
  const text = `BigCommerce order ${fr.bigcommerceOrderId} is not canceled: ${why}. It is tried again every few minutes.`;
  return named(knownError(isFailureCode(type) ? type : 'internal', text), fr);
}

const PAGE = 500;

/** Every request that a filter names, newest first. */
export async function findAllRequests(session: Session, filter: RequestFilter): Promise<FulfillmentRequest[]> {
  const db = await session.database();
  const found: FulfillmentRequest[] = [];
  for (let before: number | undefined; ; before = found.at(-1)!.id) {
    const page = await listRequests(db, filter, { limit: PAGE, before });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
