import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import type { ClusterSystem } from '../../cluster/system.ts';
import { differences, expectedFeed } from '../feed.ts';
import { leaksIn, textOf } from '../places.ts';
import { PERSON } from '../request-life.ts';
import type { Shop } from './business.ts';

/** What has happened, as three parties tell it: the stores, Postgres, and Temporal. */
export interface Evidence {
  system: ClusterSystem;
  shops: readonly Shop[];
  /** Ids of the runs that a receiver was told of. */
  toldRuns: ReadonlySet<string>;
}

/** Every promise that was broken, a line each. */
export async function violations(evidence: Evidence): Promise<string[]> {
  const found: string[] = [];
  for (const shop of evidence.shops) {
    found.push(...(await ordersOf(evidence, shop)));
    found.push(...(await packagesOf(evidence, shop)));
    found.push(...(await poolOf(evidence, shop)));
  }
  found.push(...(await runsOf(evidence)));
  found.push(...(await historiesOf(evidence)));
  return found;
}

interface Request {
  number: string;
  processing: string;
  orderId: number | null;
  reason: string | null;
  flags: string[];
}

function requestsOf({ system }: Evidence, { name }: Shop): Promise<Request[]> {
  return sql<Request>`
    select r.number, r.processing, r.bigcommerce_order_id::int as "orderId", r.reason_code as reason, r.flags
    from fulfillment_requests r join sources s on s.id = r.source_id
    where s.name = ${name} order by r.id`
    .execute(system.db)
    .then(({ rows }) => rows);
}

/** Promises 1 and 2: what was taken in is there, and each is one order. */
async function ordersOf(evidence: Evidence, shop: Shop): Promise<string[]> {
  const requests = await requestsOf(evidence, shop);
  const { orders } = await evidence.system.simulator.control<{
    orders: { orderId: number; externalOrderId: string }[];
  }>('GET', `ledger/orders?store=${shop.hash}`);
  const stored = new Map(requests.map((request) => [request.number, request]));
  const found: string[] = [];
  for (const number of shop.numbers) {
    const request = stored.get(number);
    const made = orders.filter(({ externalOrderId }) => externalOrderId === number).map(({ orderId }) => orderId);
    if (!request) found.push(`${number} was taken in and is not in Postgres`);
    else if (request.processing !== 'acknowledged') found.push(`${number} is ${request.processing}: ${request.reason}`);
    if (made.length !== 1) found.push(`${number} made ${made.length} orders: ${made.join(', ')}`);
    else if (request && request.orderId !== made[0])
      found.push(`${number} names order ${request.orderId}, the store has ${made[0]}`);
    if (request?.flags.length) found.push(`${number} is flagged: ${request.flags.join(', ')}`);
  }
  const strangers = orders.filter(({ externalOrderId }) => !shop.numbers.includes(externalOrderId));
  return [...found, ...strangers.map(({ externalOrderId }) => `the store has an order ${externalOrderId} of nobody`)];
}

/** Tracking numbers are those of the store. */
async function packagesOf({ system }: Evidence, shop: Shop): Promise<string[]> {
  const { orders } = await system.simulator.control<{
    orders: { id: number; shipments: { id: number; tracking_number: string }[] }[];
  }>('GET', `orders?store=${shop.hash}`);
  const inStore = orders.flatMap(({ id, shipments }) =>
    shipments.map((shipment) => `${id} ${shipment.id} ${shipment.tracking_number}`),
  );
  const { rows } = await sql<{ text: string }>`
    select concat_ws(' ', r.bigcommerce_order_id, p.bigcommerce_shipment_id, p.tracking_number) as text
    from shipments p join fulfillment_requests r on r.id = p.fr_id join sources s on s.id = r.source_id
    where s.name = ${shop.name} and p.removed_at is null`.execute(system.db);
  const stored = rows.map(({ text }) => text);
  return [
    ...inStore.filter((text) => !stored.includes(text)).map((text) => `${shop.name} lacks the shipment ${text}`),
    ...stored.filter((text) => !inStore.includes(text)).map((text) => `${shop.name} has a shipment ${text} of nobody`),
  ];
}

/** Promise 3: the pool is what the store has, and nothing was ever archived, for nothing ever left. */
async function poolOf({ system }: Evidence, shop: Shop): Promise<string[]> {
  const store = { simulator: { ...system.simulator, stop: () => Promise.resolve() }, ...tokenOf(shop) };
  const { items } = await expectedFeed(store);
  const found = (await differences(system.db, shop.name, items)).map((text) => `${shop.name}: ${text.slice(0, 400)}`);
  const { rows } = await sql<{ id: string; archived: number }>`
    select r.id, (r.counts ->> 'archived')::int as archived from job_runs r join sources s on s.id = r.source_id
    where s.name = ${shop.name} and (r.counts ->> 'archived')::int > 0`.execute(system.db);
  return [...found, ...rows.map(({ id, archived }) => `run ${id} of ${shop.name} archived ${archived} items`)];
}

function tokenOf({ hash }: Shop) {
  return { hash, token: `${hash}-token` };
}

/** No run is left open, and somebody was told of each. */
async function runsOf({ system, toldRuns }: Evidence): Promise<string[]> {
  const { rows } = await sql<{ id: string; workflow: string; status: string; reason: string | null }>`
    select id, workflow_id as workflow, status, reason_code as reason from job_runs`.execute(system.db);
  const open = rows.filter(({ status }) => status === 'running' || status === 'waiting_for_approval');
  const silent = rows.filter((row) => !open.includes(row) && !toldRuns.has(row.id));
  const leases = await sql<{ workflow: string }>`select workflow_id as workflow from job_leases`.execute(system.db);
  return [
    ...open.map(({ id, workflow, status }) => `run ${id} of ${workflow} is still ${status}`),
    ...silent.map(
      ({ id, workflow, status, reason }) => `nobody was told of run ${id} of ${workflow}: ${status} ${reason}`,
    ),
    ...leases.rows.map(({ workflow }) => `${workflow} still holds its lease`),
  ];
}

/**
 * What may be under way at any time: the sweeps of the whole system; and jobs, whose end Temporal lists a moment late
 * and whose runs and leases are looked at in Postgres.
 */
const ALWAYS = /^(maintenance|alarms|notifications|webhooks|prune|inventory:|shipments:|send:)/;
/** A person's data and the stores' tokens. */
const secretsOf = (shops: readonly Shop[]) => [...Object.values(PERSON), ...shops.map(({ hash }) => `${hash}-token`)];

/** A message came in the middle of a decision; or its worker was frozen in it for longer than the SDK lets one take. */
const ASKED_ONCE_MORE = new Set(['UnhandledCommand', 'Script execution timed out after 5000ms']);

/** Why decisions of a workflow failed: a mistake of ours, or a history that the code does not replay. */
function failedTasks({ events }: { events?: TaskEvent[] | null }): string[] {
  const messages = (events ?? []).map((event) => event.workflowTaskFailedEventAttributes?.failure?.message ?? '');
  return messages.filter((message) => message !== '' && !ASKED_ONCE_MORE.has(message));
}

interface TaskEvent {
  workflowTaskFailedEventAttributes?: { failure?: { message?: string | null } | null } | null;
}

/** Promises 4 and 9: no secret in a history or a log, no workflow that failed or stands still. */
async function historiesOf({ system, shops }: Evidence): Promise<string[]> {
  const connection = await Connection.connect({ address: system.cluster.temporalAddress });
  const client = new Client({ connection });
  const found: string[] = [];
  const secrets = secretsOf(shops);
  try {
    for await (const { workflowId, runId, status } of client.workflow.list()) {
      const bad = ['FAILED', 'TERMINATED', 'TIMED_OUT'].includes(status.name) && workflowId.startsWith('fr:');
      if (bad) found.push(`workflow ${workflowId} is ${status.name}`);
      if (status.name === 'RUNNING' && !ALWAYS.test(workflowId)) found.push(`workflow ${workflowId} still runs`);
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      found.push(...failedTasks(history).map((message) => `${workflowId}: ${message}`));
      found.push(...leaksIn({ [workflowId]: textOf(history) }, secrets));
    }
  } finally {
    await connection.close();
  }
  for (const name of ['worker-1', 'worker-2'] as const)
    found.push(...leaksIn({ [name]: await readFile(system.logFile(name), 'utf8') }, secrets).slice(0, 5));
  return found;
}
