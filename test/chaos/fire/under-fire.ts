import { setTimeout as pause } from 'node:timers/promises';
import { startClusterSystem } from '../../cluster/system.ts';
import type { ClusterSystem } from '../../cluster/system.ts';
import type { Environment } from '../../cluster/programs.ts';
import { startReceiver } from '../../helpers/receivers.ts';
import { burn } from './burning.ts';
import type { Hits } from './burning.ts';
import { Deliveries, openShops, packOrders, requestsOf, submitUntilTaken } from './business.ts';
import { firstAfter, violations } from './checker.ts';
import type { ShopEvidence } from './checker.ts';
import { Deadline } from './deadline.ts';
import { Events } from './events.ts';
import { evidenceOf } from './evidence.ts';
import { finish } from './finish.ts';
import { openLink } from './link.ts';
import type { Link } from './link.ts';
import { planOf } from './plan.ts';
import type { LinkName } from './plan.ts';

/** How large a fire is. */
export interface Fire {
  seed: number;
  shops: number;
  /** Requests of each shop. */
  requests: number;
  kills: number;
  /** The mean time between two deeds. */
  everyMs: number;
}

/** What came of a fire. */
export interface Ashes {
  /** A line for every promise that was broken. */
  broken: string[];
  hits: Hits;
  /** Events that serve took, and changes of stock that an import saw, while it burned. */
  underFire: { events: number; seenChanges: number };
}

/** What hits one POST in ten beside all that: in each of these the store makes the order. */
const FAULTS = [
  { kind: 'lose-answer', probability: 0.05 },
  { kind: 'perform-then-5xx', probability: 0.05 },
].map((fault) => ({ ...fault, method: 'POST', path: '/v2/orders' }));

const FINISH_WITHIN_MS = 300_000;
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Does the three jobs while everything burns. */
export async function underFire(fire: Fire): Promise<Ashes> {
  say(`under fire with seed ${fire.seed}: ${fire.kills} kills, ${fire.shops} shops, ${fire.requests} requests each`);
  const receiver = await startReceiver();
  const links = {} as Record<LinkName, Link>;
  const started = await startClusterSystem({ between: (straight) => throughLinks(straight, links) });
  const { system, commands } = listened(started);
  try {
    const shops = await openShops(system, fire.shops, `${receiver.url}/hook`);
    const batches = requestsOf(shops, fire.requests);
    const [events, deliveries] = [await Events.of(system, shops), new Deliveries(system, shops)];
    const plan = planOf(fire.seed, fire.kills, fire.everyMs);
    const burning = burn({ kept: system.kept, links }, plan, say);
    const pace = plan.reduce((sum, { afterMs }) => sum + afterMs, 0) / batches.length;
    const faults = () =>
      // A simulator that was killed knows nothing of them any more.
      Promise.all(shops.map(({ hash }) => system.simulator.control('PUT', `faults?store=${hash}`, FAULTS)));
    const meanwhile = [
      againUntil(burning, 3_000, faults),
      againUntil(burning, 3_000, () => packOrders(system, shops)),
      againUntil(burning, 3_000, () => deliveries.come()),
      againUntil(burning, 1_000, () => events.tell()),
    ];
    for (const batch of batches) {
      await submitUntilTaken(system, batch);
      await pause(pace / 2);
    }
    const hits = await burning;
    await Promise.all(meanwhile);
    const outAt = new Date();
    const eventsTaken = events.answered.length;
    say(`the fire is out: ${JSON.stringify(hits)}, ${eventsTaken} events taken`);
    const deadline = new Deadline(FINISH_WITHIN_MS);
    const late = await finish(system, shops, events, deadline);
    say(`everything was finished ${Math.round(deadline.passedMs() / 1000)} s after the fire`);
    const evidence = await evidenceOf(system, shops, {
      ...{ answeredEvents: events.answered, changes: deliveries.changes, commands: commands.join('\n') },
      toldRuns: new Set(receiver.received.map(({ body }) => runOf(body))),
    });
    say(`looked through ${evidence.workflows.length} workflows`);
    const underFire = { events: eventsTaken, seenChanges: seenBefore(outAt, evidence.shops) };
    return { broken: [...late, ...violations(evidence)], hits, underFire };
  } finally {
    for (const link of Object.values(links)) await link.stop();
    await started.stop();
    await receiver.stop();
  }
}

/** The system, and what all commands that are given to it from now on say. */
function listened(system: ClusterSystem): { system: ClusterSystem; commands: string[] } {
  const commands: string[] = [];
  const cli: ClusterSystem['cli'] = async (args, input) => {
    const result = await system.cli(args, input);
    commands.push(`${args.join(' ')}: ${result.exitCode}`, result.stdout, result.stderr);
    return result;
  };
  return { system: { ...system, cli }, commands };
}

/** How many changes of stock a completed import had seen by then. */
function seenBefore(end: Date, shops: readonly ShopEvidence[]): number {
  const all = shops.flatMap(({ changes, imports }) => changes.map(({ at }) => firstAfter(imports, at)));
  return all.filter((seen) => seen !== undefined && seen.finishedAt <= end).length;
}

async function throughLinks(straight: Environment, links: Record<LinkName, Link>): Promise<Environment> {
  const [database, store] = [new URL(straight['DATABASE_URL']!), new URL(straight['BIGCOMMERCE_API_URL']!)];
  links.postgres = await openLink(Number(database.port));
  links.temporal = await openLink(Number(straight['TEMPORAL_ADDRESS']!.split(':')[1]));
  links.store = await openLink(Number(store.port));
  database.port = String(links.postgres.port);
  store.port = String(links.store.port);
  return {
    ...straight,
    DATABASE_URL: database.href,
    TEMPORAL_ADDRESS: `127.0.0.1:${links.temporal.port}`,
    BIGCOMMERCE_API_URL: store.origin,
  };
}

/** Does something again and again, whether it goes well or not. */
async function againUntil(end: Promise<unknown>, everyMs: number, work: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = () => void (isOver = true);
  end.then(over, over);
  while (!isOver) {
    await work().catch(() => undefined);
    await pause(everyMs);
  }
}

function runOf(body: string): string {
  const { data } = JSON.parse(body) as { data: { runId?: string } };
  return data.runId ?? '';
}
