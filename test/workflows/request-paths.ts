import type { WorkflowHandle } from '@temporalio/client';
import { CORE_TASK_QUEUE, cancelWorkflowId, jobWorkflowId, wakeWorkflowId } from '../../workflows/ids.ts';
import { HOUR, MINUTE } from '../helpers/requests.ts';
import type { Request, Supplier, World } from '../helpers/requests.ts';
import { waitFor } from '../helpers/wait.ts';

/** Goes a way through the workflows and says whose history tells it. */
type Path = (world: World, supplier: Supplier) => Promise<WorkflowHandle>;

export interface RecordedPath {
  settings?: Record<string, unknown>;
  go: Path;
}

const lost = { kind: 'lose-answer' };
const broken = { kind: 'status', status: 503 };
const refused = { kind: 'status', status: 409, body: '[{"status":409,"message":"Insufficient stock"}]' };
const deaf = { after: 1, kind: 'status', status: 503, method: 'GET', path: '/v2/orders' };
const yearly = { cron: '0 0 1 1 *' };
const open = { timezone: 'UTC', weekly: { 'mon-sun': ['09:00-17:00'] }, holidays: [] };

/** A person is asked soon: each look is in the history. */
const impatient = { unknownOutcome: { firstLookSeconds: 30, resendAfterSeconds: 60, giveUpMinutes: 1 } };

const isIn = (fr: Request, state: string) => fr.until(state, ({ processing }) => processing === state);

async function ended(fr: Request): Promise<WorkflowHandle> {
  await fr.result();
  return fr.handle;
}

/** A request that a person has to settle: its order was made, and the store cannot be asked for it. */
async function parked(world: World, supplier: Supplier): Promise<Request> {
  await supplier.spoilPosts(lost, [deaf]);
  const fr = await supplier.submit();
  await fr.says('^Nobody knows yet');
  await world.pass(3 * MINUTE);
  await isIn(fr, 'failed');
  await supplier.beDeaf(false);
  return fr;
}

/** A request that the store is being asked about, and takes its time. */
export async function askedAbout(supplier: Supplier, fields: Record<string, unknown> = {}): Promise<Request> {
  await supplier.control('PUT', 'faults', [{ kind: 'delay', delayMs: 2000, method: 'GET', path: '/v3/catalog' }]);
  const fr = await supplier.submit(fields);
  await waitFor('the store to be asked', async () => {
    const { requests } = await supplier.control<{ requests: unknown[] }>('GET', 'ledger/requests');
    return requests.length > 0;
  });
  return fr;
}

/** Starts a workflow of a source that is none of a request, and waits for its end. */
async function run({ environment }: World, type: string, workflowId: string, args: unknown[]): Promise<WorkflowHandle> {
  const handle = await environment.client.workflow.start(type, { workflowId, taskQueue: CORE_TASK_QUEUE, args });
  await waitFor(`${type} to end`, async () => (await handle.describe()).status.name !== 'RUNNING');
  return handle;
}

const sendRun = (world: World, { name }: Supplier) =>
  run(world, 'sendFulfillmentRequests', jobWorkflowId('send', name), [{ source: name, trigger: 'manual' }]);

/** Every way that a request, and what belongs to it, can go; by the name of the file that keeps its history. */
export const requestPaths: Record<string, RecordedPath> = {
  'request-held': { settings: { holdHours: 2 }, go: async (_, supplier) => ended(await supplier.submit()) },
  'request-held-longer': {
    settings: { holdHours: 2 },
    go: async (world, supplier) => {
      const fr = await supplier.submit();
      await fr.says('On hold until');
      await fr.ask('hold', new Date((await world.now()).getTime() + 5 * HOUR).toISOString());
      return ended(fr);
    },
  },
  'request-released': {
    settings: { holdHours: 2 },
    go: async (_, supplier) => {
      const fr = await supplier.submit();
      await fr.says('On hold until');
      await fr.ask('release');
      return ended(fr);
    },
  },
  'request-processed': {
    go: async (_, supplier) => {
      const fr = await supplier.submit({}, { autoSend: false });
      await fr.says('Unprocessed');
      await fr.ask('process');
      return ended(fr);
    },
  },
  // A hold, a window, a send that failed and one that did not: what most requests come to at worst.
  'request-hours-retried': {
    settings: { holdHours: 20, businessHours: open },
    go: async (world, supplier) => {
      await supplier.spoilPosts(refused);
      const fr = await supplier.submit();
      await fr.says('On hold until');
      await world.pass(48 * HOUR);
      await isIn(fr, 'failed');
      await fr.ask('retry');
      return ended(fr);
    },
  },
  'request-amended': {
    settings: { holdHours: 2 },
    go: async (_, supplier) => {
      const fr = await supplier.submit();
      await fr.says('On hold until');
      await fr.signal('amended');
      await fr.signal('settingsChanged');
      await fr.signal('release');
      return ended(fr);
    },
  },
  'request-adopted': {
    go: async (_, supplier) => {
      await supplier.spoilPosts(lost);
      return ended(await supplier.submit());
    },
  },
  'request-posted-again': {
    go: async (_, supplier) => {
      await supplier.spoilPosts(broken);
      return ended(await supplier.submit());
    },
  },
  'request-parked-retried': {
    settings: impatient,
    go: async (world, supplier) => {
      const fr = await parked(world, supplier);
      await fr.ask('retry');
      return ended(fr);
    },
  },
  'request-parked-adopted': {
    settings: impatient,
    go: async (world, supplier) => {
      const fr = await parked(world, supplier);
      await fr.ask('adopt', (await supplier.orders())[0]!.orderId);
      return ended(fr);
    },
  },
  'request-canceled': {
    settings: { holdHours: 2 },
    go: async (_, supplier) => {
      const fr = await supplier.submit();
      await fr.says('On hold until');
      await fr.ask('cancel');
      return ended(fr);
    },
  },
  'request-canceled-in-temporal': {
    settings: { holdHours: 2 },
    go: async (_, supplier) => {
      const fr = await supplier.submit();
      await fr.says('On hold until');
      await fr.handle.cancel();
      return ended(fr);
    },
  },
  'request-canceled-unknown': {
    go: async (_, supplier) => {
      await supplier.spoilPosts(lost);
      const fr = await supplier.submit();
      await fr.says('^Nobody knows yet');
      await fr.signal('cancel');
      return ended(fr);
    },
  },
  'request-told-while-checked': {
    settings: { holdHours: 2 },
    go: async (_, supplier) => {
      const fr = await askedAbout(supplier);
      await fr.signal('amended');
      await waitFor('another check', async () => (await fr.scheduled('checkRequest')).length === 2);
      return ended(fr);
    },
  },
  'request-told-while-sent': {
    go: async (_, supplier) => {
      const fr = await askedAbout(supplier);
      await fr.ask('cancel');
      return ended(fr);
    },
  },
  'request-scheduled': {
    settings: { holdHours: 1, schedule: yearly },
    go: async (world, supplier) => {
      const fr = await supplier.submit();
      await fr.says('On hold until');
      await world.pass(2 * HOUR);
      await fr.until('ready', ({ isReady }) => isReady);
      await sendRun(world, supplier);
      return ended(fr);
    },
  },
  'send-run': {
    settings: { schedule: yearly },
    go: async (world, supplier) => {
      const frs = await Promise.all([supplier.submit(), supplier.submit()]);
      for (const fr of frs) await fr.until('ready', ({ isReady }) => isReady);
      return sendRun(world, supplier);
    },
  },
  'cancel-order': {
    go: async (world, supplier) => {
      const { id: frId, source, number, ...fr } = await supplier.submit();
      await fr.result();
      const input = { frId, source, number, by: 'cli' };
      return run(world, 'cancelOrder', cancelWorkflowId(source, number), [input]);
    },
  },
  'wake-requests': {
    settings: { holdHours: 2 },
    go: async (world, supplier) => {
      await (await supplier.submit()).says('On hold until');
      return run(world, 'wakeRequests', wakeWorkflowId(supplier.name), [supplier.name]);
    },
  },
};
