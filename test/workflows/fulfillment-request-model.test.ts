import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import fc from 'fast-check';
import type { Session } from '../../client/session.ts';
import { isLong } from '../helpers/form.ts';
import { startWorld } from '../helpers/requests.ts';
import type { World } from '../helpers/requests.ts';
import { anyCalendar, expectToGoOutInTime } from './request-calendars.ts';
import { anyCommand, pass, submit } from './request-commands.ts';
import type { Real } from './request-commands.ts';
import { Model } from './request-model.ts';
import type { Flavor } from './request-model.ts';

const numRuns = Number(process.env['BCSOURCE_TEST_RUNS'] ?? (isLong ? 200 : 3));
const numCommands = isLong ? 30 : 12;
/** Of one case, which takes a second or two: one that stands still is told with its seed, and not at the end of the hour. */
const timeout = 120_000;

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 150_000);
afterAll(() => world.stop());

/** Outcomes become known within half an hour, and never while a test only computes. */
const unknownOutcome = { firstLookSeconds: 300, resendAfterSeconds: 900, giveUpMinutes: 90 };

async function openReal(name: string, { holdMinutes, isScheduled, autoSend }: Flavor): Promise<Real> {
  const schedule = isScheduled ? { schedule: { cron: '0 0 1 1 *' } } : {};
  const supplier = await world.supplier(name, { holdHours: holdMinutes / 60, unknownOutcome, autoSend, ...schedule });
  const client = new Client({ connection: world.environment.connection });
  // A server that skips time cannot say whether a worker asks for work; one does.
  const workflowService = { describeTaskQueue: async () => ({ pollers: [{}] }) };
  const temporal = Object.create(client, { workflowService: { value: workflowService } }) as Client;
  const session: Partial<Session> = {
    database: async () => world.db,
    temporal: async () => temporal,
  };
  return { world, supplier, autoSend, session: session as Session, requests: [] };
}

const flavor: fc.Arbitrary<Flavor> = fc.record({
  holdMinutes: fc.constantFrom(0, 135),
  isScheduled: fc.boolean(),
  autoSend: fc.oneof({ arbitrary: fc.constant(true), weight: 3 }, { arbitrary: fc.constant(false), weight: 1 }),
});

// First, while nobody else is there: it lets months go by, and every request that is left open wakes up each day of them.
it('whatever the calendar, a request goes out at the instant that the rules compute', async () => {
  let cases = 0;
  await fc.assert(
    fc.asyncProperty(anyCalendar, (calendar) => expectToGoOutInTime(world, `calendar-${++cases}`, calendar)),
    { numRuns: isLong ? 40 : 2, timeout, endOnFailure: true, verbose: 1 },
  );
  expect(cases).toBe(isLong ? 40 : 2);
}, 600_000);

it('whatever is done to requests in whatever order, they are where a reader of the docs expects them', async () => {
  let runs = 0;
  const length = { minLength: numCommands - 2, maxLength: numCommands - 2 };
  await fc.assert(
    fc.asyncProperty(flavor, fc.array(anyCommand(), length), async (chosen, commands) => {
      const real = await openReal(`model-${++runs}`, chosen);
      const setup = () => ({ model: new Model(chosen), real });
      // The last lets every wait end, so that nothing is left open.
      await fc.asyncModelRun(setup, [submit(true), ...commands, pass(720)]);
    }),
    // A smaller example would take minutes to find; the seed repeats this one.
    { numRuns, timeout, endOnFailure: true, verbose: 1 },
  );
  expect(runs).toBe(numRuns);
}, 3_600_000);
