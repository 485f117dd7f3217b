import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { ClusterSystem } from '../../cluster/system.ts';
import { openTemporal } from '../../helpers/temporal.ts';
import { expectedFeed } from '../feed.ts';
import { textOf } from '../leaks.ts';
import { schedulesOf, shownOf } from '../places.ts';
import { PERSON } from '../request-life.ts';
import { clientSecretOf, tokenOf } from './business.ts';
import type { Shop } from './business.ts';
import type { Evidence, ShopEvidence, StockChange, WorkflowEvidence } from './checker.ts';
import { eventsIn, runsIn, storedOf } from './stored.ts';

/** What those saw who worked with the system while it burned. */
export interface Witnesses {
  toldRuns: ReadonlySet<string>;
  answeredEvents: readonly string[];
  changes: ReadonlyMap<Shop, readonly StockChange[]>;
  /** What all commands have said. */
  commands: string;
}

/** What has happened, as the stores, Postgres, Temporal, and the logs tell it. */
export async function evidenceOf(
  system: ClusterSystem,
  shops: readonly Shop[],
  witnesses: Witnesses,
): Promise<Evidence> {
  const { db } = system;
  const { workflows, texts } = await temporalOf(system);
  const found: ShopEvidence[] = [];
  for (const shop of shops) found.push({ ...(await shopOf(system, shop)), changes: witnesses.changes.get(shop) ?? [] });
  return {
    ...{ shops: found, workflows, ...(await runsIn(db)), toldRuns: witnesses.toldRuns },
    events: { answered: witnesses.answeredEvents, kept: await eventsIn(db) },
    places: { ...texts, ...(await logsOf(system)), commands: witnesses.commands },
    secrets: [...Object.values(PERSON), ...shops.flatMap((shop) => [tokenOf(shop), clientSecretOf(shop)])],
  };
}

interface StoreOrder {
  id: number;
  shipments: { id: number; tracking_number: string }[];
}

async function shopOf(system: ClusterSystem, shop: Shop): Promise<Omit<ShopEvidence, 'changes'>> {
  const { control } = system.simulator;
  const inStore = <T>(path: string) => control<T>('GET', `${path}?store=${shop.hash}`);
  const made = await inStore<{ orders: ShopEvidence['orders'] }>('ledger/orders');
  const { orders } = await inStore<{ orders: StoreOrder[] }>('orders');
  const store = orders.flatMap(({ id, shipments }) =>
    shipments.map((shipment) => `${id} ${shipment.id} ${shipment.tracking_number}`),
  );
  const simulator = { ...system.simulator, stop: () => Promise.resolve() };
  const { items: feed } = await expectedFeed({ simulator, hash: shop.hash, token: tokenOf(shop) });
  const { parcels, ...stored } = await storedOf(system.db, shop.name);
  return {
    name: shop.name,
    numbers: shop.numbers,
    orders: made.orders,
    feed,
    ...stored,
    parcels: { store, stored: parcels },
  };
}

/** As many workflows as are asked for side by side: thousands one after the other take minutes. */
const SIDE_BY_SIDE = 8;

async function temporalOf({ environment }: ClusterSystem) {
  const client = await openTemporal({ ...environment });
  const workflows: WorkflowEvidence[] = [];
  const texts: Record<string, string> = {};
  try {
    const left: WorkflowExecutionInfo[] = [];
    for await (const workflow of client.workflow.list()) left.push(workflow);
    const look = async () => {
      for (let workflow = left.pop(); workflow; workflow = left.pop()) {
        const { evidence, text } = await workflowOf(client, workflow);
        workflows.push(evidence);
        texts[`workflow ${workflow.workflowId} ${workflow.runId}`] = text;
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, look));
    texts['schedules'] = await schedulesOf(client);
  } finally {
    await client.connection.close();
  }
  return { workflows, texts };
}

async function workflowOf(client: Client, workflow: WorkflowExecutionInfo) {
  const { workflowId: id, runId, status } = workflow;
  const history = await client.workflow.getHandle(id, runId).fetchHistory();
  const failedTasks = (history.events ?? []).flatMap(
    (event) => event.workflowTaskFailedEventAttributes?.failure?.message || [],
  );
  const evidence: WorkflowEvidence = { id, status: status.name, failedTasks };
  return { evidence, text: `${textOf(history)}\n${await shownOf(client, workflow)}` };
}

const PROGRAMS_OF_OURS = ['worker-1', 'worker-2', 'serve'] as const;
const TEMPORAL_SERVERS = ['front', 'back'] as const;

async function logsOf(system: ClusterSystem): Promise<Record<string, string>> {
  const files = {
    ...Object.fromEntries(PROGRAMS_OF_OURS.map((name) => [name, system.logFile(name)])),
    ...Object.fromEntries(TEMPORAL_SERVERS.map((name) => [name, join(system.folder, `${name}.log`)])),
  };
  const texts = Object.entries(files).map(async ([name, file]) => [name, await readFile(file, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}
