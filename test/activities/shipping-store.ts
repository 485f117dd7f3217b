import { beforeEach } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import { shipmentsSyncActivities } from '../../activities/shipments-sync.ts';
import type { SyncProgress } from '../../activities/shipments-sync.ts';
import { json } from '../bigcommerce/server.ts';
import { addAcknowledged, requestOf } from '../database/shipping.ts';
import type { RequestOptions } from '../database/shipping.ts';
import { useStubStore } from './stub-store.ts';

const PAGE = 250;

export interface ListedOrder {
  id: number;
  status_id: number;
  external_order_id: string;
  date_modified: string;
  external_source?: string;
  is_deleted?: boolean;
}

/** As V2 writes an instant. */
export const v2Date = (ms: number) => new Date(ms).toUTCString().replace('GMT', '+0000');

/** For a test file: a database, and a store that lists what a test says; a new source for each test. */
export function useShippingStore() {
  const { db, store, sourceId, deps } = useStubStore();
  let lastRun = 0;
  const orders: ListedOrder[] = [];
  /** Orders of whose shipments the store was asked, each time. */
  const asked: number[] = [];
  /** Paths that the store answers with something else than nothing. */
  const oddly = new Map<string, ReturnType<typeof json>>();

  beforeEach(() => {
    [orders.length, asked.length] = [0, 0];
    oddly.clear();
    store().answer = (request, response) => {
      const { pathname, searchParams } = new URL(request.url!, 'http://stub');
      const path = pathname.replace(/^.*\/v2\//, '');
      const [, id, part] = path.split('/');
      if (part === 'shipments') asked.push(Number(id));
      const odd = oddly.get(path);
      if (odd) return odd(request, response);
      if (part) return json([])(request, response);
      if (id) return json(orders.find((order) => order.id === Number(id)) ?? {}, 200)(request, response);
      const [since, lowest, highest] = ['min_date_modified', 'min_id', 'max_id'].map((name) => searchParams.get(name));
      const found = orders.filter((order) =>
        since
          ? Date.parse(order.date_modified) >= Date.parse(since)
          : order.id >= Number(lowest) && order.id <= Number(highest),
      );
      json(found.slice(0, PAGE))(request, response);
    };
  });

  function activities(attempt = 1) {
    const { readChangedOrders, askForDue, reportExpired } = shipmentsSyncActivities(deps(), 0);
    const context = new MockActivityEnvironment({ attempt });
    return {
      readChanged: (runId: string, after?: SyncProgress['after']) =>
        context.run(() => readChangedOrders(runId, after)) as Promise<SyncProgress>,
      askForDue: (runId: string, all = true, startedAt = new Date()) =>
        context.run(() => askForDue(runId, { all, startedAt: startedAt.toISOString() })) as Promise<SyncProgress>,
      reportExpired: (runId: string) => context.run(() => reportExpired(runId)) as Promise<SyncProgress>,
    };
  }

  async function begin(): Promise<string> {
    const id = `run-${++lastRun}`;
    await sql`insert into job_runs (id, source_id, source_version, job, workflow_id, trigger, status, counts, context)
      values (${id}, ${sourceId()}, 1, 'shipments', 'w', 'manual', 'running', '{}', '{}')`.execute(db());
    return id;
  }

  /** A request, and its order in the store, last modified then. */
  async function addOrder(modifiedAt = Date.now(), options: RequestOptions = {}, order: Partial<ListedOrder> = {}) {
    const id = await addAcknowledged(db(), sourceId(), options);
    const orderId = (await requestOf(db(), id)).bigcommerce_order_id!;
    orders.push({
      ...{ id: orderId, status_id: 11, external_order_id: '', date_modified: v2Date(modifiedAt), ...order },
    });
    return { id, orderId };
  }

  /** Requests whose orders the store modified one after the other, all within some seconds of its clock. */
  async function addOrders(count: number, { aheadMs = 0, within = 100 } = {}): Promise<number[]> {
    const at = (index: number) => Date.now() + aheadMs - (within - Math.floor((index * within) / count)) * 1000;
    const added = await Promise.all(Array.from({ length: count }, (_, index) => addOrder(at(index))));
    orders.sort((one, other) => Date.parse(one.date_modified) - Date.parse(other.date_modified) || one.id - other.id);
    return added.map(({ id }) => id);
  }

  /** Reads what has changed, slice by slice, as the workflow does; answers how many slices that took. */
  async function runChanged(): Promise<number> {
    const runId = await begin();
    const { readChanged } = activities();
    let after: SyncProgress['after'];
    for (let slices = 1; slices <= 10; slices++) {
      const slice = await readChanged(runId, after);
      if (slice.complete) return slices;
      after = JSON.parse(JSON.stringify(slice.after)) as SyncProgress['after'];
    }
    throw new Error(`Not at its end after 10 slices, ${asked.length} questions of ${orders.length} orders.`);
  }

  /** Looks once at what is due, as a run without `--all` does. */
  const lookAtDue = async (attempt?: number) => activities(attempt).askForDue(await begin(), false);

  const makeDue = () =>
    sql`update fulfillment_requests set next_check_at = now() where source_id = ${sourceId()}`.execute(db());

  /** What the order has: one line, and a package with so many of it. */
  function pack(orderId: number, quantity: number, fields: Record<string, unknown> = {}): void {
    const line = { id: 5, product_id: 7, variant_id: 8, sku: 'SKU-1', quantity: 3 };
    oddly.set(`orders/${orderId}/products`, json([line]));
    const items = [{ order_product_id: 5, product_id: 7, quantity }];
    const shipment = { id: orderId + 50_000, order_id: orderId, tracking_number: '1Z', items, ...fields };
    oddly.set(`orders/${orderId}/shipments`, json([shipment]));
  }

  /** Gives the source these settings. */
  const setUp = (settings: Record<string, unknown>) =>
    sql`update source_versions set settings = ${JSON.stringify(settings)}::jsonb where source_id = ${sourceId()}`.execute(
      db(),
    );

  return {
    ...{ orders, asked, oddly, activities, begin, addOrder, addOrders, runChanged, setUp, lookAtDue, makeDue, pack },
    ...{ db, sourceId },
    /** How often the store was asked for this path of V2. */
    knocksAt: (path: string) => store().knocks.filter(({ url }) => url.pathname.endsWith(`/v2/${path}`)).length,
  };
}
