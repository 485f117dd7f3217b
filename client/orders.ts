import { findOrder, listOrderRequests } from '../database/orders.ts';
import type { OrderState, StoredOrder } from '../database/orders.ts';
import { acceptAndRoute, previewRouting, routeAgain } from '../database/routing.ts';
import { withoutAddresses } from '../domain/fulfillment/digest.ts';
import type { Difference } from '../domain/fulfillment/digest.ts';
import type { DocumentProblem } from '../domain/fulfillment/document-problems.ts';
import type { OrderDocument } from '../domain/fulfillment/document.ts';
import type { ReadDocument } from '../domain/fulfillment/read-documents.ts';
import type { Routing } from '../domain/fulfillment/routing.ts';
import { isFinal } from '../domain/fulfillment/states.ts';
import { notFound } from './errors.ts';
import { startFrWorkflows } from './fr-workflows.ts';
import { FORGOTTEN } from './intake.ts';
import { temporalSettings } from './session.ts';
import type { Session } from './session.ts';

/** A request of an order, as far as its workflow needs to be found. */
export interface OrderFr {
  id: number;
  number: string;
  source: string;
}

export type OrderSubmission = {
  /** Where in the file, e.g. `line 3`; empty for a file of one document. */
  place: string;
  number: string | null;
} & (
  | { outcome: 'accepted' | 'known'; number: string; state: OrderState; frs: OrderFr[]; routing: Routing | null }
  | {
      outcome: 'refused';
      code: 'invalid_input' | 'number_taken';
      message: string;
      problems?: DocumentProblem[];
      differences?: Difference[];
    }
);

export interface SubmittedOrders {
  accepted: number;
  known: number;
  refused: number;
  /** Of the accepted and known ones: stored, and tried again until a source can ship them. */
  open: number;
  /** One a document, in their order. */
  results: OrderSubmission[];
  /** `unreachable`: Temporal did not answer; what was routed is stored and is started as soon as it does. */
  temporal: 'started' | 'unreachable';
}

export interface OrderOptions {
  onProgress?: (sentence: string) => void;
  /** Starts the workflows of these requests; safe to repeat. By default {@link startFrWorkflows}. */
  startFr?: typeof startFrWorkflows;
  now?: () => Date;
}

/** Orders whose requests are started together; a start costs more than a routing. */
const CHUNK = 50;

/**
 * Takes in what was read from a file, each order by itself and in its own transaction: stored, routed, its requests made.
 * When it returns, everything accepted is in Postgres, also when Temporal did not answer. An order that no source can
 * ship is accepted and stays open. Safe to repeat with the same file: what is open is tried again.
 */
export async function submitOrders(
  session: Session,
  documents: readonly ReadDocument<OrderDocument>[],
  options: OrderOptions = {},
): Promise<SubmittedOrders> {
  // Nothing is stored that a wrong setting keeps from being started.
  temporalSettings();
  const results: OrderSubmission[] = [];
  let temporal: SubmittedOrders['temporal'] = 'started';
  for (let from = 0; from < documents.length; from += CHUNK) {
    const begun: OrderFr[] = [];
    for (const document of documents.slice(from, from + CHUNK)) {
      const { result, unstarted } = await submitOne(session, document, options);
      results.push(result);
      begun.push(...unstarted);
    }
    // One that does not answer is not asked again for the rest: each time costs its time limit.
    if (temporal === 'started') temporal = await start(session, begun, options);
    options.onProgress?.(`Read: ${results.length} of ${documents.length}.`);
  }
  const count = (outcome: OrderSubmission['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const open = results.filter((result) => result.outcome !== 'refused' && result.state === 'open').length;
  return { accepted: count('accepted'), known: count('known'), refused: count('refused'), open, results, temporal };
}

async function submitOne(
  session: Session,
  { place, number, result }: ReadDocument<OrderDocument>,
  { now }: OrderOptions,
): Promise<{ result: OrderSubmission; unstarted: OrderFr[] }> {
  const refuse = (refusal: Omit<OrderSubmission & { outcome: 'refused' }, 'place' | 'number' | 'outcome'>) => ({
    result: { place, number, outcome: 'refused' as const, ...refusal },
    unstarted: [],
  });
  if (!result.ok) {
    const { problems } = result;
    return refuse({ code: 'invalid_input', message: sentence(problems), problems });
  }
  const { outcome, order, differences, ...made } = await acceptAndRoute(
    await session.database(),
    result.document,
    now?.() ?? new Date(),
  );
  if (outcome === 'conflict') {
    const paths = differences.map(({ path }) => path).join(', ');
    const what = paths === '' ? FORGOTTEN : `${paths} ${differences.length === 1 ? 'differs' : 'differ'}`;
    const message = `There is an order ${order.number} with other content: ${what}.`;
    return refuse({ code: 'number_taken', message, differences: withoutAddresses(differences) });
  }
  const isNew = made.frs.length > 0;
  const { frs, unstarted } = isNew ? { frs: made.frs, unstarted: made.frs } : await requestsOf(session, order);
  return {
    result: { place, number: order.number, outcome, state: order.state, frs, routing: order.routing },
    unstarted,
  };
}

function sentence(problems: readonly DocumentProblem[]): string {
  return problems.map(({ path, reason }) => (path === '' ? reason : `${path} ${reason}`)).join('; ');
}

/** Requests that were there before are started too: their first start may have been lost. */
async function requestsOf(session: Session, order: StoredOrder): Promise<{ frs: OrderFr[]; unstarted: OrderFr[] }> {
  if (order.state === 'open') return { frs: [], unstarted: [] };
  const rows = await listOrderRequests(await session.database(), order.id);
  const frs = rows.map(({ id, number, source }) => ({ id, number, source }));
  return { frs, unstarted: frs.filter((_, index) => !isFinal(rows[index]!.processing)) };
}

async function start(
  session: Session,
  frs: OrderFr[],
  { startFr = startFrWorkflows }: OrderOptions,
): Promise<SubmittedOrders['temporal']> {
  if (frs.length === 0) return 'started';
  return (await startFr(session, frs)).unreachable ? 'unreachable' : 'started';
}

/** The order of this number. Throws ClientError `not_found`. */
export async function requireOrder(session: Session, number: string): Promise<StoredOrder> {
  const order = await findOrder(await session.database(), number);
  if (!order) throw orderNotFound(number);
  return order;
}

function orderNotFound(number: string) {
  return notFound('order', number);
}

/** Tries now to route an order; one that is routed or canceled stays as it is. Throws ClientError `not_found`. */
export async function routeOrderNow(
  session: Session,
  number: string,
  options: OrderOptions = {},
): Promise<{ order: StoredOrder; frs: OrderFr[]; temporal: SubmittedOrders['temporal'] }> {
  const routed = await routeAgain(await session.database(), number, options.now?.() ?? new Date());
  if (!routed) throw orderNotFound(number);
  const { frs, unstarted } = await requestsOf(session, routed.order);
  return { order: routed.order, frs, temporal: await start(session, unstarted, options) };
}

export interface OrderPreview {
  number: string;
  /** What is stored under this number; requests of a routed order count as taken in the choice. */
  stored: OrderState | null;
  routing: Routing;
}

/** What routing would choose for an order now; nothing is made. */
export async function previewOrder(session: Session, document: OrderDocument): Promise<OrderPreview> {
  const db = await session.database();
  const stored = await findOrder(db, document.number);
  return {
    number: document.number,
    stored: stored?.state ?? null,
    routing: await previewRouting(db, document),
  };
}
