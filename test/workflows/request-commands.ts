import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { WorkflowHandle } from '@temporalio/client';
import { tellRequest } from '../../client/fulfillment-requests.ts';
import type { Session } from '../../client/session.ts';
import { ensureFrWorkflow } from '../../activities/fr-start.ts';
import { amendRequest } from '../../database/fr-amend.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import { findRun } from '../../database/runs.ts';
import { findOpenAttempt } from '../../database/send-attempts.ts';
import type { FrDocument } from '../../domain/fulfillment/document.ts';
import { CORE_TASK_QUEUE, frWorkflowId, jobWorkflowId } from '../../workflows/ids.ts';
import { MINUTE, makeFrDocument } from '../helpers/requests.ts';
import type { Request, Supplier, World } from '../helpers/requests.ts';
import { waitFor } from '../helpers/wait.ts';
import { expectedOf } from './request-model.ts';
import type { Model, ModelRequest, Mood, Order } from './request-model.ts';

/** The real thing that a model stands beside. */
export interface Real {
  world: World;
  session: Session;
  supplier: Supplier;
  autoSend: boolean;
  requests: { fr: Request; document: FrDocument }[];
  run?: WorkflowHandle;
}

type Command = fc.AsyncCommand<Model, Real>;
const MOST_REQUESTS = 3;
const faults: Record<Mood, Record<string, unknown>[]> = {
  takes: [],
  refuses: [{ kind: 'status', status: 409, body: '[{"status":409,"message":"Insufficient stock"}]' }],
  loses: [{ kind: 'lose-answer' }],
  breaks: [{ kind: 'status', status: 500 }],
};

/** A command in these words; everything is compared with the model after each. */
function command(words: string, run: (model: Model, real: Real) => Promise<unknown>, check = (_: Model) => true) {
  const whole = async (model: Model, real: Real) => {
    await run(model, real);
    await compare(model, real, words);
  };
  return { check, run: whole, toString: () => words } satisfies Command;
}

/** A command on the request of this number, counted around. */
function onRequest(
  words: string,
  index: number,
  run: (model: Model, real: Real, it: Real['requests'][number] & { expected: ModelRequest }) => Promise<unknown>,
) {
  const onIt = (model: Model, real: Real) => {
    const at = index % model.requests.length;
    return run(model, real, { ...real.requests[at]!, expected: model.requests[at]! });
  };
  return command(`${words} of ${index}`, onIt, (model) => model.requests.length > 0);
}

/** What people and programs may do to the requests of a supplier, in any order. */
export function anyCommand(): fc.Arbitrary<Command> {
  const index = fc.nat({ max: MOST_REQUESTS - 1 });
  const isGood = fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, { arbitrary: fc.constant(false), weight: 1 });
  const order = fc.constantFrom<Order>('process', 'release', 'cancel', 'retry');
  const mood = fc.constantFrom<Mood>('takes', 'refuses', 'loses', 'breaks');
  // Holds end a quarter of an hour beside the ends of passing, so that the time that a test takes decides nothing.
  const hold = fc.constantFrom(45, 375);
  return fc.oneof(
    { arbitrary: isGood.map(submit), weight: 3 },
    { arbitrary: fc.tuple(index, fc.boolean()).map(([at, same]) => submitAgain(at, same)), weight: 1 },
    { arbitrary: fc.tuple(index, order).map(([at, what]) => tell(at, what)), weight: 8 },
    { arbitrary: fc.tuple(index, hold).map(([at, minutes]) => holdFor(at, minutes)), weight: 2 },
    { arbitrary: fc.tuple(index, isGood).map(([at, good]) => amend(at, good)), weight: 2 },
    { arbitrary: mood.map(become), weight: 3 },
    { arbitrary: fc.constantFrom(30, 60, 180).map(pass), weight: 4 },
    { arbitrary: fc.constant(null).map(sendRun), weight: 2 },
    { arbitrary: fc.constant(null).map(restart), weight: 1 },
  );
}

/** A request that the store can make an order of. */
export const submit = (isGood: boolean) =>
  command(
    `submit ${isGood ? 'good' : 'bad'}`,
    async (model, { supplier, requests, autoSend }) => {
      model.submit(isGood);
      const lines = linesOf(isGood, 1);
      const fr = await supplier.submit({ lines }, { autoSend });
      requests.push({ fr, document: makeFrDocument({ number: fr.number, source: supplier.name, lines }) });
    },
    (model) => model.requests.length < MOST_REQUESTS,
  );

const linesOf = (isGood: boolean, quantity: number) => [{ sku: isGood ? 'S-1' : 'no-such', quantity }];

const submitAgain = (index: number, isSame: boolean) =>
  onRequest(`submit ${isSame ? 'the same' : 'other content'} again`, index, async (_, real, { fr, document }) => {
    const { world, supplier, autoSend } = real;
    const given = isSame ? document : { ...document, note: 'Other words.' };
    const intake = { source: { id: supplier.id }, document: given, autoSend, now: await world.now() };
    const { outcome, id } = await acceptFulfillmentRequest(world.db, intake);
    expect({ outcome, id }).toEqual({ outcome: isSame ? 'known' : 'conflict', id: fr.id });
  });

const tell = (index: number, order: Order) =>
  onRequest(order, index, async (model, { session }, { fr, expected }) => {
    // Its answer comes with the outcome, which needs time to pass.
    const isLeft = order === 'cancel' && expected.state === 'unknown';
    const outcome = model.tell(expected, order);
    if (isLeft) await fr.signal(order);
    else expect(await tellRequest(session, await fr.row(), { kind: order })).toMatchObject({ outcome });
  });

const holdFor = (index: number, minutes: number) =>
  onRequest(`hold for ${minutes} minutes`, index, async (model, { session, world }, { fr, expected }) => {
    const outcome = model.hold(expected, minutes);
    const until = new Date((await world.now()).getTime() + minutes * MINUTE).toISOString();
    expect(await tellRequest(session, await fr.row(), { kind: 'hold', until })).toMatchObject({ outcome });
  });

const amend = (index: number, isGood: boolean) =>
  onRequest(`amend to ${isGood ? 'good' : 'bad'}`, index, async (model, { world, requests }, { fr, expected }) => {
    const kept = requests.find((each) => each.fr === fr)!;
    const lines = linesOf(isGood, kept.document.lines[0]!.quantity + 1);
    const document = makeFrDocument({ number: fr.number, source: fr.source, lines });
    const outcome = model.amend(expected, isGood);
    expect(await amendRequest(world.db, fr.id, document, await world.now())).toMatchObject({ outcome });
    if (outcome !== 'amended') return;
    kept.document = document;
    await fr.signal('amended');
  });

const become = (mood: Mood) =>
  command(`the store ${mood} what is posted`, async (model, { supplier }) => {
    model.mood = mood;
    await setMood(supplier, mood);
  });

async function setMood({ control }: Supplier, mood: Mood): Promise<void> {
  const rules = faults[mood].map((rule) => ({ method: 'POST', path: '/v2/orders', ...rule }));
  await control('PUT', 'faults', rules);
}

/** Lets time pass in which everything that is open is settled. */
export const pass = (minutes: number) =>
  command(`${minutes} minutes pass`, async (model, real) => {
    if (model.mood === 'breaks') await setMood(real.supplier, 'takes');
    model.pass(minutes);
    await real.world.pass(minutes * MINUTE);
  });

const sendRun = () =>
  command(
    'send run',
    async (model, real) => {
      const { source, temporal } = { source: real.supplier.name, temporal: await real.session.temporal() };
      if (real.run) await real.run.result();
      const counts = model.run();
      real.run = await temporal.workflow.start('sendFulfillmentRequests', {
        ...{ workflowId: jobWorkflowId('send', source), taskQueue: CORE_TASK_QUEUE },
        args: [{ source, trigger: 'manual' }],
      });
      if (model.isRunOpen) return;
      const { runId } = (await real.run.result()) as { runId: string };
      expect((await findRun(real.world.db, runId))!.counts).toMatchObject(counts);
    },
    (model) => !model.isRunOpen,
  );

/**
 * The workflows are lost and started anew, as maintenance does it: everything that they knew stands in Postgres. Only a
 * cancellation that waits for an outcome would be forgotten with them.
 */
const restart = () =>
  command(
    'restart of the workflows',
    async (model, { session, requests }) => {
      const open = requests.filter((_, at) => !['acknowledged', 'canceled'].includes(model.requests[at]!.state));
      const client = await session.temporal();
      // Ended in the middle of a task, a workflow would keep the server from ever skipping time again.
      for (const { fr } of open) await fr.standsStill();
      for (const { fr } of open) await client.workflow.getHandle(frWorkflowId(fr.source, fr.number)).terminate();
      for (const { fr } of open) await ensureFrWorkflow(client, fr);
    },
    (model) => !model.isRunOpen && !model.requests.some((fr) => fr.isToBeCanceled && fr.state === 'unknown'),
  );

/** Waits until every request is as the model says; fails with both where it does not come to that. */
async function compare(model: Model, real: Real, words: string): Promise<void> {
  const expected = model.requests.map(expectedOf);
  let found: unknown;
  const isSame = async () => {
    found = await observe(real);
    return JSON.stringify(found) === JSON.stringify(expected);
  };
  await waitFor(words, isSame, 15_000).catch(() =>
    expect({ after: words, found }).toEqual({ after: words, found: expected }),
  );
}

async function observe({ supplier, requests, world }: Real) {
  const orders = await supplier.orders();
  return Promise.all(
    requests.map(async ({ fr }) => {
      const [row, events, attempt] = await Promise.all([fr.row(), fr.events(), findOpenAttempt(world.db, fr.id)]);
      const own = orders.filter(({ externalOrderId }) => externalOrderId === fr.number);
      const statuses = await Promise.all(own.map(({ orderId }) => supplier.statusInStore(orderId)));
      const isUnknown = row.processing === 'sending' && attempt?.outcome === 'unknown';
      const waits = row.isReady ? 'ready' : row.nextStepAt === null ? 'begins' : 'held';
      const count = (name: string) => events.filter((event) => event === name).length;
      if (row.bigcommerceOrderId !== null) expect(own.map(({ orderId }) => orderId)).toEqual([row.bigcommerceOrderId]);
      return {
        state: isUnknown ? 'unknown' : row.processing === 'processing' ? waits : row.processing,
        code: row.processing === 'failed' ? row.reasonCode : null,
        orders: own.length,
        canceledOrders: statuses.filter((status) => status === 5).length,
        posts: count('sending'),
        failures: count('failed'),
      };
    }),
  );
}
