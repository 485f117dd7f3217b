import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { createActivities } from '../../activities/index.ts';
import { createCatalogLookups } from '../../activities/catalog-lookup.ts';
import { startOf } from '../../activities/fr-start.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import type { Database } from '../../database/connect.ts';
import { saveCredential } from '../../database/credentials.ts';
import { clearRefusal } from '../../database/connection-refusals.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import { listEvents, loadRequest } from '../../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../../database/fulfillment-requests.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { saveSource } from '../../database/sources.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { isFinal } from '../../domain/fulfillment/states.ts';
import { fulfillmentSchema } from '../../domain/source/fulfillment.ts';
import { CORE_TASK_QUEUE, STORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { explainQuery } from '../../workflows/messages.ts';
import { createTestDatabase } from './database.ts';
import { startSimulator } from './simulator.ts';
import { startTimeSkipping } from './time-skipping.ts';
import { waitFor } from './wait.ts';
import { workflowBundle } from '../workflows/replay.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const secrets = createSecretBox(Buffer.alloc(32, 7).toString('base64'));

export type World = Awaited<ReturnType<typeof startWorld>>;
export type Supplier = Awaited<ReturnType<World['supplier']>>;
export type Request = Awaited<ReturnType<Supplier['submit']>>;

/**
 * The workflows of requests as they are, with their activities, a database and simulated stores, on a Temporal that
 * skips time. Workers run in this process and can be restarted.
 */
export async function startWorld() {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const environment = await startTimeSkipping();
  const [database, simulator] = await Promise.all([createTestDatabase(), startSimulator(['--products', '0'])]);
  const { db } = database;
  const governors = createGovernors();
  const shared = { db, apiUrl: simulator.url, governors };
  let stopWorkers = await startWorkers(environment, shared);
  return {
    ...{ db, environment, governors },
    control: simulator.control.bind(simulator),
    now: async () => new Date(await environment.currentTimeMs()),
    /** Lets so much time go by at once; what is due meanwhile happens. */
    pass: (ms: number) => environment.sleep(ms),
    async restartWorkers() {
      await stopWorkers();
      stopWorkers = await startWorkers(environment, shared);
    },
    supplier: (name: string, fulfillment: Record<string, unknown> = {}) =>
      openSupplier({ db, environment, control: simulator.control.bind(simulator) }, name, fulfillment),
    async stop() {
      await stopWorkers();
      await environment.teardown();
      await simulator.stop();
      await database.drop();
    },
  };
}

/** The environment's own client lets time run as far as it likes whenever it waits for a result. */
function plainClient({ connection }: TestWorkflowEnvironment): Client {
  return new Client({ connection });
}

async function startWorkers(
  environment: TestWorkflowEnvironment,
  { db, apiUrl, governors }: Pick<WorkerDependencies, 'db' | 'apiUrl' | 'governors'>,
) {
  const { nativeConnection: connection } = environment;
  const temporal = plainClient(environment);
  const activities = createActivities({
    ...{ db, secrets, apiUrl, temporal, governors, catalogs: createCatalogLookups() },
    rememberSecret: () => undefined,
    notify: { smtp: null, webUrl: (workflowId) => `http://localhost/${workflowId}` },
    log: pino({ level: 'silent' }),
  });
  const core = await Worker.create({ connection, taskQueue: CORE_TASK_QUEUE, workflowBundle, activities });
  const store = await Worker.create({ connection, taskQueue: STORE_TASK_QUEUE, activities });
  const ends = [core.run(), store.run()];
  return async () => {
    core.shutdown();
    store.shutdown();
    await Promise.all(ends);
  };
}

type Control = Awaited<ReturnType<typeof startSimulator>>['control'];
interface Ground {
  db: Database;
  environment: TestWorkflowEnvironment;
  control: Control;
}

let last = 0;

/** A source of this name with a store of its own, which sells S-1 and S-2. */
async function openSupplier(ground: Ground, name: string, fulfillment: Record<string, unknown>) {
  const { db, environment } = ground;
  const hash = name.replaceAll('-', '');
  await ground.control('PUT', `stores/${hash}`, { preset: 'bulk', products: 0, variants: 1 });
  const control: Control = (method, path, body) =>
    ground.control(method, `${path}${path.includes('?') ? '&' : '?'}store=${hash}`, body);
  for (const id of [1, 2]) {
    const stock = { inventory_tracking: 'product', inventory_level: 100_000 };
    const variants = [{ id, sku: `S-${id}` }];
    await control('POST', 'products', { id, name: `Product ${id}`, sku: `S-${id}`, price: 10, ...stock, variants });
  }
  async function apply(settings: Record<string, unknown>): Promise<number> {
    const parsed = fulfillmentSchema.parse({ autoSend: true, ...settings });
    const draft = { name, connectionType: 'api_token' as const, storeHash: hash, document: JSON.stringify(settings) };
    const credential = { clientId: null, accessToken: `${hash}-token` };
    const saved = await saveSource(db, { ...draft, settings: { fulfillment: parsed } }, (trx, id) =>
      saveCredential(trx, secrets, id, credential),
    );
    await clearRefusal(db, saved.id);
    return saved.id;
  }
  const id = await apply(fulfillment);
  return {
    ...{ id, name, hash, control, apply },
    /** What a fault does to the next POSTs of an order. */
    spoilPosts: (fault: Record<string, unknown>, more: Record<string, unknown>[] = []) =>
      control('PUT', 'faults', [{ method: 'POST', path: '/v2/orders', times: 1, ...fault }, ...more]),
    /** The store answers no question about orders, or does again. */
    async beDeaf(isDeaf: boolean) {
      await control(
        'PUT',
        'faults',
        isDeaf ? [{ kind: 'status', status: 503, method: 'GET', path: '/v2/orders' }] : [],
      );
    },
    async orders() {
      return (await control<{ orders: { orderId: number; externalOrderId: string }[] }>('GET', 'ledger/orders')).orders;
    },
    /** The status of an order in the store: 11 awaits fulfillment, 5 is canceled. */
    async statusInStore(orderId: number) {
      return (await control<{ fields: { status_id: number } }>('GET', `orders/${orderId}`)).fields.status_id;
    },
    /** Takes a request in and starts its workflow. */
    async submit(fields: Record<string, unknown> = {}, options: { autoSend?: boolean } = {}) {
      const document = makeFrDocument({ number: `PO-${++last}`, source: name, ...fields });
      const now = new Date(await environment.currentTimeMs());
      const intake = { source: { id }, document, autoSend: options.autoSend ?? true, now };
      const { id: frId } = await acceptFulfillmentRequest(db, intake);
      // The store lives in the present of this machine: an order of today is not older than its request.
      await db.updateTable('fulfillment_requests').set({ created_at: new Date() }).where('id', '=', frId).execute();
      return startRequest(ground, { id: frId, source: name, number: document.number });
    },
  };
}

/** A document that a store of these tests takes. */
export function makeFrDocument(fields: Record<string, unknown>) {
  const address = {
    ...{
      firstName: 'Ada',
      lastName: 'Byron',
      address1: '1 Mill Lane',
      city: 'Austin',
      state: 'Texas',
      stateCode: 'TX',
    },
    ...{ postalCode: '78701', country: 'United States', countryCode: 'US', email: 'ada@example.com', phone: '5550100' },
  };
  return frDocumentSchema.parse({
    ...{ billingAddress: address, shippingAddress: address, shippingMethod: { carrier: 'UPS', method: 'Ground' } },
    ...{ lines: [{ sku: 'S-1', quantity: 1 }], ...fields },
  });
}

/** Whether everything that a history says was begun has ended: the workflow only waits. */
function isAtRest(events: readonly object[]): boolean {
  const count = (name: RegExp) => events.filter((event) => Object.keys(event).some((key) => name.test(key))).length;
  const begun = count(/^(workflow|activity)TaskScheduledEventAttributes$/);
  return begun === count(/^(workflow|activity)Task(Completed|Failed|TimedOut|Canceled)EventAttributes$/);
}

type Event = temporal.api.history.v1.IHistoryEvent;

function localActivityOf({ markerRecordedEventAttributes: marker }: Event): string | undefined {
  const [said] = marker?.details?.['data']?.payloads ?? [];
  return said && (JSON.parse(Buffer.from(said.data!).toString()) as { activity_type: string }).activity_type;
}

async function startRequest({ db, environment }: Ground, fr: { id: number; source: string; number: string }) {
  const handle = await plainClient(environment).workflow.start('fulfillmentRequest', startOf(fr));
  const row = () => loadRequest(db, fr.id);
  return {
    ...fr,
    handle,
    row,
    /** Waits until the row is so; time stands still meanwhile. */
    until: (name: string, holds: (row: FulfillmentRequest) => boolean) =>
      waitFor(`${fr.number}: ${name}`, async () => {
        const found = await row();
        return holds(found) ? found : undefined;
      }),
    /** Waits until the sentence is so. */
    says: (words: RegExp | string) =>
      waitFor(`${fr.number} to say ${words}`, async () => {
        const found = await row();
        return found.explanation.match(words) ? found : undefined;
      }).catch(async (error: Error) => {
        throw new Error(`${error.message}; it says: ${(await row()).explanation}`);
      }),
    ask: (update: string, ...args: [] | [unknown]) =>
      args.length === 0
        ? handle.executeUpdate<string, []>(update)
        : handle.executeUpdate<string, [unknown]>(update, { args }),
    signal: (name: string, ...args: unknown[]) => handle.signal(name, ...args),
    /** Waits until the query of the workflow says what the row says; who looks at a row may be a moment ahead. */
    showsItsSentence: () =>
      waitFor(`${fr.number} to show its sentence`, async () => {
        const [shown, { explanation, nextStepAt }] = await Promise.all([handle.query(explainQuery), row()]);
        return shown.sentence === explanation && shown.at === (nextStepAt?.toISOString() ?? null);
      }),
    /** Waits until its workflow does nothing but wait: no task of its own is open, and none of its activities. */
    standsStill: () =>
      waitFor(`${fr.number} to stand still`, async () => isAtRest((await handle.fetchHistory()).events ?? [])),
    /** Its end; time is skipped from one step to the next until then. */
    async result(waitMs?: number) {
      await waitFor(
        `${fr.number} to end`,
        async () => {
          const { processing, nextStepAt } = await row();
          if (isFinal(processing)) return true;
          const ms = (nextStepAt?.getTime() ?? 0) - (await environment.currentTimeMs());
          if (ms > 0) await environment.sleep(ms);
          return false;
        },
        waitMs,
      );
      return (await handle.result()) as { processing: string };
    },
    events: async () => (await listEvents(db, fr.id)).map(({ event }) => event),
    timeline: () => listEvents(db, fr.id),
    /** The steps in our own database that were taken while the first activity of this name went on. */
    async stepsDuring(activity: string): Promise<string[]> {
      const { events } = await handle.fetchHistory();
      const isOfIt = (event: Event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity;
      const rest = (events ?? []).slice((events ?? []).findIndex(isOfIt));
      const until = rest.findIndex((event) => event.activityTaskCompletedEventAttributes);
      return rest.slice(0, until).flatMap((event) => localActivityOf(event) ?? []);
    },
    /** When each activity of this name was scheduled, in the time of the workflow. */
    async scheduled(activity: string): Promise<number[]> {
      const { events } = await handle.fetchHistory();
      return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: task, eventTime }) =>
        task?.activityType?.name === activity
          ? [Number(eventTime!.seconds) * 1000 + Math.floor((eventTime!.nanos ?? 0) / 1e6)]
          : [],
      );
    },
  };
}
