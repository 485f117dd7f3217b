import { sql } from 'kysely';
import type { OrderDocument } from '../domain/fulfillment/document.ts';
import { partDocument } from '../domain/fulfillment/order-parts.ts';
import { routeOrder } from '../domain/fulfillment/routing.ts';
import type { Routing } from '../domain/fulfillment/routing.ts';
import type { Candidate, CandidateItem } from '../domain/fulfillment/routing-rules.ts';
import { routingSchema } from '../domain/source/fulfillment.ts';
import type { Database, Executor } from './connect.ts';
import { perishableTransaction } from './connect.ts';
import { retryDeadlocks } from './errors.ts';
import { acceptWithin } from './fr-intake.ts';
import { acceptOrder, findOrder, saveRouting } from './orders.ts';
import type { AcceptedOrder, StoredOrder } from './orders.ts';
import { listSources } from './sources.ts';
import type { StoredSource } from './sources.ts';
import { readStock } from './stock-taken.ts';

/** A request that a routing has made; its workflow is still to be started. */
export interface NewFr {
  id: number;
  number: string;
  source: string;
}

export interface RoutedOrder {
  /** As it stands after the routing. */
  order: StoredOrder;
  /** Made just now; empty for an order that was routed before or that stays open. */
  frs: NewFr[];
}

/**
 * Takes an order in and routes it, in one transaction: when it returns, the order is stored, with its requests or with
 * the reasons why there are none. An order that is known and open is tried again. Safe to repeat.
 */
export function acceptAndRoute(
  db: Database,
  document: OrderDocument,
  now: Date,
): Promise<AcceptedOrder & { frs: NewFr[] }> {
  return routingTransaction(db, async (trx) => {
    const accepted = await acceptOrder(trx, document, now);
    if (accepted.outcome === 'conflict') return { ...accepted, frs: [] };
    return { ...accepted, ...(await routeWithin(trx, accepted.order, now)) };
  });
}

/** Tries to route a stored order; nothing happens to one that is routed or canceled. Undefined when there is no such order. */
export function routeAgain(db: Database, number: string, now: Date): Promise<RoutedOrder | undefined> {
  return routingTransaction(db, async (trx) => {
    const order = await findOrder(trx, number, { forUpdate: true });
    return order && routeWithin(trx, order, now);
  });
}

/** What a routing would choose now; nothing is written. */
export async function previewRouting(db: Executor, document: OrderDocument): Promise<Routing> {
  const routing = routeOrder(document, await readCandidates(db, await sendingSources(db), document));
  if (!routing.routed) return routing;
  const { rows } = await sql<{ source: string; number: string }>`
    select s.name as source, f.number
    from unnest(${routing.parts.map((part) => part.source)}::text[], ${routing.parts.map((part) => part.number)}::text[])
      as p (source, number)
    join sources s on s.name = p.source join fulfillment_requests f on f.source_id = s.id and f.number = p.number
    left join orders o on o.id = f.order_id
    where o.number is distinct from ${document.number}`.execute(db);
  return rows.length === 0 ? routing : numbersTaken(routing, rows);
}

/** What a routing comes to when its requests cannot have their numbers. */
function numbersTaken(routing: Routing, taken: readonly { source: string; number: string }[]): Routing {
  const names = taken.map(({ source, number }) => `${source} has a fulfillment request ${number}`);
  const why = `Sources can ship the order, but ${names.join(' and ')} already, which is not of this order.`;
  return { routed: false, why, considered: routing.considered };
}

/**
 * One routing at a time in the whole system: two at once would both see the same last item. The lock is taken first,
 * before any row's, so that nobody waits for it while holding what its owner needs.
 */
function routingTransaction<T>(db: Database, work: (trx: Executor) => Promise<T>): Promise<T> {
  return retryDeadlocks(() =>
    perishableTransaction(db, async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('order-routing'))`.execute(trx);
      return work(trx);
    }),
  );
}

async function routeWithin(trx: Executor, order: StoredOrder, now: Date): Promise<RoutedOrder> {
  if (order.state !== 'open') return { order, frs: [] };
  const sources = await sendingSources(trx);
  const chosen = routeOrder(order.document, await readCandidates(trx, sources, order.document));
  const { routing, frs } = await makeRequests(trx, { order, sources, routing: chosen, now });
  await saveRouting(trx, order.id, routing, now);
  const routed = routing.routed ? { state: 'routed' as const, routedAt: now } : {};
  return { order: { ...order, ...routed, routing, triedAt: now }, frs };
}

/** Sources that take orders: those with settings of the job that sends them. */
async function sendingSources(db: Executor): Promise<StoredSource[]> {
  return (await listSources(db)).filter(({ settings }) => settings['fulfillment'] !== undefined);
}

async function readCandidates(db: Executor, sources: StoredSource[], order: OrderDocument): Promise<Candidate[]> {
  const skus = [...new Set(order.lines.map(({ sku }) => sku))];
  const ids = sources.map(({ id }) => id);
  const items = new Map(ids.map((id) => [id, new Map<string, CandidateItem>()]));
  for (const { sourceId, sku, quantity, taken, ...rest } of await readStock(db, ids, skus)) {
    items.get(sourceId)!.set(sku, { ...rest, available: quantity - taken });
  }
  return sources.map(({ id, name, settings }) => ({
    source: name,
    rules: routingSchema.parse(settings['routing'] ?? {}),
    items: items.get(id)!,
  }));
}

interface Choice {
  order: StoredOrder;
  sources: readonly StoredSource[];
  routing: Routing;
  now: Date;
}

/** Makes the requests of a routing: all of them, or none when one of their numbers is taken by something else. */
async function makeRequests(trx: Executor, choice: Choice): Promise<{ routing: Routing; frs: NewFr[] }> {
  const { order, sources, routing, now } = choice;
  if (!routing.routed) return { routing, frs: [] };
  const intakes = routing.parts.map((part) => {
    const source = sources.find(({ name }) => name === part.source)!;
    const { autoSend } = source.settings['fulfillment'] as { autoSend: boolean };
    return { source, document: partDocument(order.document, part), orderId: order.id, autoSend, now, by: 'routing' };
  });
  await sql`savepoint requests`.execute(trx);
  const answers = await acceptWithin(trx, intakes);
  const taken = routing.parts.filter((_, index) => answers[index]!.outcome !== 'accepted');
  if (taken.length === 0) {
    return { routing, frs: routing.parts.map(({ source, number }, at) => ({ id: answers[at]!.id, number, source })) };
  }
  await sql`rollback to savepoint requests`.execute(trx);
  return { routing: numbersTaken(routing, taken), frs: [] };
}
