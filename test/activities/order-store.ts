import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import { pino } from 'pino';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { shipmentsSyncActivities } from '../../activities/shipments-sync.ts';
import type { SyncProgress } from '../../activities/shipments-sync.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import { saveCredential } from '../../database/credentials.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { json, startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';
import { addSource } from '../database/builders.ts';
import { addAcknowledged, requestOf } from '../database/shipping.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const PAGE = 250;

export interface ListedOrder {
  id: number;
  status_id: number;
  external_order_id: string;
  date_modified: string;
  external_source?: string;
  is_deleted?: boolean;
}

const secrets = createSecretBox(Buffer.alloc(32, 5).toString('base64'));

/** A store with orders, and the activities of Get Shipments that ask it; each test gets a source of its own. */
export function useOrderStore() {
  let database: TestDatabase;
  let store: StubServer;
  let lastRun = 0;
  const shop = {
    sourceId: 0,
    orders: [] as ListedOrder[],
    /** Orders of whose shipments, and of whose lines, the store was asked, each time. */
    asked: [] as number[],
    askedForLines: [] as number[],
    /** Paths that the store answers with something else. */
    oddly: {} as Record<string, ReturnType<typeof json>>,
    get db() {
      return database.db;
    },

    activities(attempt = 1) {
      const deps = {
        ...{ db: database.db, secrets, apiUrl: store.url, governors: createGovernors() },
        ...{ log: pino({ level: 'silent' }), rememberSecret: () => undefined },
      } as unknown as WorkerDependencies;
      const { readChangedOrders, askForDue } = shipmentsSyncActivities(deps, 0);
      const context = new MockActivityEnvironment({ attempt });
      return {
        readChanged: (runId: string, after: SyncProgress['after']) =>
          context.run(() => readChangedOrders(runId, after)) as Promise<SyncProgress>,
        askForDue: (runId: string, startedAt = new Date()) =>
          context.run(() =>
            askForDue(runId, { all: true, startedAt: startedAt.toISOString() }),
          ) as Promise<SyncProgress>,
      };
    },

    async begin(): Promise<string> {
      const id = `run-${++lastRun}`;
      await sql`insert into job_runs (id, source_id, source_version, job, workflow_id, trigger, status, counts, context)
        values (${id}, ${shop.sourceId}, 1, 'shipments', 'w', 'manual', 'running', '{}', '{}')`.execute(database.db);
      return id;
    },

    /** Requests whose orders the store modified one after the other, all within some seconds of its clock. */
    async addOrders(count: number, { aheadMs = 0, within = 100 } = {}): Promise<number[]> {
      const add = async (index: number) => {
        const id = await addAcknowledged(database.db, shop.sourceId);
        const { bigcommerce_order_id: orderId } = await requestOf(database.db, id);
        const at = Date.now() + aheadMs - (within - Math.floor((index * within) / count)) * 1000;
        shop.orders.push({
          ...{ id: orderId!, status_id: 11, external_order_id: '' },
          date_modified: new Date(at).toUTCString().replace('GMT', '+0000'),
        });
        return id;
      };
      const ids = await Promise.all(Array.from({ length: count }, (_, index) => add(index)));
      shop.orders.sort(
        (one, other) => Date.parse(one.date_modified) - Date.parse(other.date_modified) || one.id - other.id,
      );
      return ids;
    },
  };

  beforeAll(async () => {
    [database, store] = await Promise.all([createTestDatabase(), startStub()]);
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });
  beforeEach(async () => {
    shop.sourceId = await addSource(database.db);
    await saveCredential(database.db, secrets, shop.sourceId, { clientId: null, accessToken: 'token' });
    Object.assign(shop, { orders: [], asked: [], askedForLines: [], oddly: {} });
    store.answer = (request, response) => {
      const { pathname, searchParams } = new URL(request.url!, 'http://stub');
      const path = pathname.replace(/^.*\/v2\//, '');
      const [, id, part] = path.split('/');
      if (part === 'shipments') shop.asked.push(Number(id));
      if (part === 'products') shop.askedForLines.push(Number(id));
      if (shop.oddly[path]) return shop.oddly[path](request, response);
      if (part) return json([])(request, response);
      if (id) return json(shop.orders.find((order) => order.id === Number(id)) ?? {}, 200)(request, response);
      const [since, lowest, highest] = ['min_date_modified', 'min_id', 'max_id'].map((name) => searchParams.get(name));
      const found = shop.orders.filter((order) =>
        since
          ? Date.parse(order.date_modified) >= Date.parse(since)
          : order.id >= Number(lowest) && order.id <= Number(highest),
      );
      json(found.slice(0, PAGE))(request, response);
    };
  });
  return shop;
}
