import { differencesBetween } from '../feed.ts';
import type { ExpectedItem, StoredItem } from '../feed.ts';
import { leaksIn } from '../leaks.ts';

/** A shop as three parties tell of it: those who asked it for something, its store, and Postgres. */
export interface ShopEvidence {
  name: string;
  /** Of all requests that were taken in. */
  numbers: readonly string[];
  requests: readonly StoredRequest[];
  /** Every order that the store ever made. */
  orders: readonly { orderId: number; externalOrderId: string }[];
  /** `order shipment tracking number`, as the store and as Postgres has them. */
  parcels: { store: readonly string[]; stored: readonly string[] };
  feed: Map<string, ExpectedItem>;
  items: readonly StoredItem[];
  archivings: readonly { run: string; archived: number }[];
  changes: readonly StockChange[];
  /** When each item was written last. */
  writtenAt: ReadonlyMap<string, Date>;
  imports: readonly CompletedImport[];
}

export interface StoredRequest {
  number: string;
  processing: string;
  shipping: string;
  orderId: number | null;
  reason: string | null;
  flags: string[];
}

/** Stock that was changed in the store once, and never again. */
export interface StockChange {
  skus: readonly string[];
  at: Date;
}

export interface CompletedImport {
  run: string;
  startedAt: Date;
  finishedAt: Date;
}

export interface StoredRun {
  id: string;
  workflow: string;
  status: string;
  reason: string | null;
}

export interface WorkflowEvidence {
  id: string;
  status: string;
  /** Why decisions of it failed. */
  failedTasks: readonly string[];
}

/** All that is known of a fire after it is out. */
export interface Evidence {
  shops: readonly ShopEvidence[];
  runs: readonly StoredRun[];
  /** Workflows that hold a lease. */
  leases: readonly string[];
  /** Ids of the runs that a receiver was told of. */
  toldRuns: ReadonlySet<string>;
  /** Ids of the events that serve took, and of those that are in Postgres. */
  events: { answered: readonly string[]; kept: ReadonlySet<string> };
  workflows: readonly WorkflowEvidence[];
  /** Texts in which no secret may be. */
  places: Record<string, string>;
  secrets: readonly string[];
}

/** Every promise that was broken, a line each. */
export function violations(evidence: Evidence): string[] {
  return [
    ...evidence.shops.flatMap((shop) => [...ordersOf(shop), ...parcelsOf(shop), ...poolOf(shop), ...unseenStock(shop)]),
    ...runsOf(evidence),
    ...eventsOf(evidence),
    ...evidence.workflows.flatMap(workflowOf),
    ...secretsIn(evidence),
  ];
}

/** Promises 1 and 2: what was taken in is there, and each is one order. */
function ordersOf({ numbers, requests, orders }: ShopEvidence): string[] {
  const stored = new Map(requests.map((request) => [request.number, request]));
  const found: string[] = [];
  for (const number of numbers) {
    const request = stored.get(number);
    const made = orders.filter(({ externalOrderId }) => externalOrderId === number).map(({ orderId }) => orderId);
    if (!request) found.push(`${number} was taken in and is not in Postgres`);
    else if (request.processing !== 'acknowledged') found.push(`${number} is ${request.processing}: ${request.reason}`);
    else if (request.shipping !== 'shipped') found.push(`${number} was packed and is ${request.shipping}`);
    if (made.length !== 1) found.push(`${number} made ${made.length} orders: ${made.join(', ')}`);
    else if (request && request.orderId !== made[0])
      found.push(`${number} names order ${request.orderId}, the store has ${made[0]}`);
    if (request?.flags.length) found.push(`${number} is flagged: ${request.flags.join(', ')}`);
  }
  const strangers = orders.filter(({ externalOrderId }) => !numbers.includes(externalOrderId));
  return [...found, ...strangers.map(({ externalOrderId }) => `the store has an order ${externalOrderId} of nobody`)];
}

/** Tracking numbers are those of the store. */
function parcelsOf({ name, parcels: { store, stored } }: ShopEvidence): string[] {
  return [
    ...store.filter((text) => !stored.includes(text)).map((text) => `${name} lacks the shipment ${text}`),
    ...stored.filter((text) => !store.includes(text)).map((text) => `${name} has a shipment ${text} of nobody`),
  ];
}

/** Promise 3: the pool is what the store has, and nothing was ever archived, for nothing ever left. */
function poolOf({ name, items, feed, archivings }: ShopEvidence): string[] {
  return [
    ...differencesBetween(items, feed).map((text) => `${name}: ${text.slice(0, 400)}`),
    ...archivings.map(({ run, archived }) => `run ${run} of ${name} archived ${archived} items`),
  ];
}

/** An import that says that it is complete has written what was there before it began, whatever died meanwhile. */
function unseenStock({ name, changes, imports, writtenAt }: ShopEvidence): string[] {
  return changes.flatMap(({ skus, at }) => {
    const first = firstAfter(imports, at);
    if (!first) return [`no import of ${name} was completed after the stock of ${skus.join(', ')} had changed`];
    const unseen = skus.filter((sku) => !(writtenAt.get(sku)! <= first.finishedAt));
    return unseen.map((sku) => `import ${first.run} of ${name} was completed without the stock of ${sku}`);
  });
}

/** The first import to end of those that began after this. */
export function firstAfter(imports: readonly CompletedImport[], at: Date): CompletedImport | undefined {
  return imports
    .filter(({ startedAt }) => startedAt > at)
    .sort((one, other) => one.finishedAt.getTime() - other.finishedAt.getTime())[0];
}

/** No run is left open, and somebody was told of each. */
function runsOf({ runs, leases, toldRuns }: Evidence): string[] {
  const open = runs.filter(({ status }) => status === 'running' || status === 'waiting_for_approval');
  const untold = runs.filter((run) => !open.includes(run) && !toldRuns.has(run.id));
  return [
    ...open.map(({ id, workflow, status }) => `run ${id} of ${workflow} is still ${status}`),
    ...untold.map((run) => `nobody was told of run ${run.id} of ${run.workflow}: ${run.status} ${run.reason}`),
    ...leases.map((workflow) => `${workflow} still holds its lease`),
  ];
}

/** An event that was answered was written down before. */
function eventsOf({ events: { answered, kept } }: Evidence): string[] {
  return answered.filter((id) => !kept.has(id)).map((id) => `event ${id} was taken and is not in Postgres`);
}

/**
 * What may be under way at any time: the sweeps of the whole system; and jobs, whose end Temporal lists a moment late
 * and whose runs and leases are looked at in Postgres.
 */
const ALWAYS = /^(maintenance|alarms|notifications|webhooks|prune|hints:|inventory:|shipments:|send:)/;
/** A message came in the middle of a decision; or its worker was frozen in it for longer than the SDK lets one take. */
const ASKED_ONCE_MORE = new Set(['UnhandledCommand', 'Script execution timed out after 5000ms']);

/** Promise 9: no workflow failed or stands still, be it by a mistake of ours or by a history that the code does not replay. */
function workflowOf({ id, status, failedTasks }: WorkflowEvidence): string[] {
  const isBad = ['FAILED', 'TERMINATED', 'TIMED_OUT'].includes(status) && id.startsWith('fr:');
  return [
    ...(isBad ? [`workflow ${id} is ${status}`] : []),
    ...(status === 'RUNNING' && !ALWAYS.test(id) ? [`workflow ${id} still runs`] : []),
    ...failedTasks.filter((message) => !ASKED_ONCE_MORE.has(message)).map((message) => `${id}: ${message}`),
  ];
}

/** So many lines of a place are enough to find what wrote them. */
const MOST_LINES = 5;

/** Promise 4: no secret anywhere; a place that is empty was not looked into. */
function secretsIn({ places, secrets }: Evidence): string[] {
  return Object.entries(places).flatMap(([place, text]) => [
    ...(text.trim() === '' ? [`nothing was found to look through in ${place}`] : []),
    ...leaksIn({ [place]: text }, secrets).slice(0, MOST_LINES),
  ]);
}
