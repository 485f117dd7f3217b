import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { startClusterSystem } from '../../cluster/system.ts';
import type { ClusterSystem } from '../../cluster/system.ts';
import type { Environment } from '../../cluster/programs.ts';
import { startReceiver } from '../../helpers/receivers.ts';
import { waitFor } from '../../helpers/wait.ts';
import { openShops, packOrders, requestsOf, submitUntilTaken } from './business.ts';
import type { Shop } from './business.ts';
import { violations } from './checker.ts';
import { openLink } from './link.ts';
import type { Link } from './link.ts';
import { planOf, told } from './plan.ts';
import type { Deed, LinkName } from './plan.ts';

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

/** What hits one POST in ten beside all that: in each of these the store makes the order. */
const FAULTS = [
  { kind: 'lose-answer', probability: 0.05 },
  { kind: 'perform-then-5xx', probability: 0.05 },
].map((fault) => ({ ...fault, method: 'POST', path: '/v2/orders' }));

const FINISH_WITHIN_MS = 300_000;
const say = (line: string) => process.stderr.write(`${line}\n`);

/** Does the three jobs while everything burns; answers a line for every promise that was broken. */
export async function underFire(fire: Fire): Promise<string[]> {
  say(`under fire with seed ${fire.seed}: ${fire.kills} kills, ${fire.shops} shops, ${fire.requests} requests each`);
  const receiver = await startReceiver();
  const links = {} as Record<LinkName, Link>;
  const system = await startClusterSystem({ between: (straight) => throughLinks(straight, links) });
  try {
    const shops = await openShops(system, fire.shops, `${receiver.url}/hook`);
    const batches = requestsOf(shops, fire.requests);
    const business = new Business(system, shops);
    const plan = planOf(fire.seed, fire.kills, fire.everyMs);
    const burning = burn(system, links, plan);
    const pace = plan.reduce((sum, { afterMs }) => sum + afterMs, 0) / batches.length;
    const packing = business.packUntil(burning);
    for (const batch of batches) {
      await submitUntilTaken(system, batch);
      await pause(pace / 2);
    }
    await burning;
    await packing;
    say('the fire is out');
    const late = await business.finish();
    const toldRuns = new Set(receiver.received.map(({ body }) => runOf(body)));
    return [...late, ...(await violations({ system, shops, toldRuns }))];
  } finally {
    for (const link of Object.values(links)) await link.stop();
    await system.stop();
    await receiver.stop();
  }
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

/** Does what the plan says; afterwards nothing is frozen and every way is open. */
async function burn(system: ClusterSystem, links: Record<LinkName, Link>, plan: readonly Deed[]): Promise<void> {
  const began = Date.now();
  const frozen: Promise<void>[] = [];
  for (const deed of plan) {
    await pause(deed.afterMs);
    say(`${((Date.now() - began) / 1000).toFixed(1)} s: ${told(deed)}`);
    if (deed.do === 'kill' || deed.do === 'freeze') {
      const pid = await waitFor(`${deed.victim} to live`, () => system.kept[deed.victim].pid(), 60_000);
      signal(pid, deed.do === 'kill' ? 'SIGKILL' : 'SIGSTOP');
      if (deed.do === 'freeze') frozen.push(pause(deed.ms).then(() => signal(pid, 'SIGCONT')));
    } else if (deed.do === 'reset') links[deed.link].reset();
    else links[deed.link][deed.do](deed.ms);
  }
  await Promise.all(frozen);
  for (const link of Object.values(links)) link.heal();
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It died by another hand a moment ago.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function runOf(body: string): string {
  const { data } = JSON.parse(body) as { data: { runId?: string } };
  return data.runId ?? '';
}

const TEMPORARY = 5;

/** What people and suppliers do while the system burns, and what has to come to its end afterwards. */
class Business {
  readonly #system: ClusterSystem;
  readonly #shops: readonly Shop[];

  constructor(system: ClusterSystem, shops: readonly Shop[]) {
    this.#system = system;
    this.#shops = shops;
  }

  async packUntil(end: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = () => void (isOver = true);
    end.then(over, over);
    while (!isOver) {
      // A simulator that was killed knows nothing of them any more.
      for (const { hash } of this.#shops)
        await this.#system.simulator.control('PUT', `faults?store=${hash}`, FAULTS).catch(() => undefined);
      await packOrders(this.#system, this.#shops).catch(() => 0);
      await pause(3_000);
    }
  }

  /** Waits until all is done; answers what was not within the time. */
  async finish(): Promise<string[]> {
    const { db } = this.#system;
    const deadline = Date.now() + FINISH_WITHIN_MS;
    for (const { hash } of this.#shops) await this.#system.simulator.control('PUT', `faults?store=${hash}`, []);
    const left = () => Math.max(1_000, deadline - Date.now());
    const late = (error: unknown) => [`late: ${(error as Error).message}`];
    const open = async () => {
      const { rows } = await sql<{ open: number }>`
        select count(*)::int as open from fulfillment_requests
        where processing not in ('acknowledged', 'failed', 'canceled')`.execute(db);
      return rows[0]!.open === 0;
    };
    const unsent = await waitFor('every request to be sent', open, left()).then(() => [], late);
    await packOrders(this.#system, this.#shops);
    const unpaused = await this.#pauseSchedules(deadline);
    const quiet = async () => {
      const { rows } = await sql<{ busy: number }>`
        select (select count(*) from job_runs where finished_at is null)::int
          + (select count(*) from notification_outbox where delivered_at is null and given_up_at is null)::int as busy
        `.execute(db);
      return rows[0]!.busy === 0;
    };
    const unquiet = await waitFor('every run and notice to end', quiet, left()).then(() => [], late);
    const lastRuns = this.#shops.map(async ({ name }) => [
      ...(await this.#run(['inventory', 'import', name, '--wait'], deadline)),
      ...(await this.#run(['shipments', 'sync', name, '--wait'], deadline)),
    ]);
    const last = (await Promise.all(lastRuns)).flat();
    const untold = await waitFor('the last notices to be delivered', quiet, left()).then(() => [], late);
    say(`everything was finished ${FINISH_WITHIN_MS / 1000 - Math.round(left() / 1000)} s after the fire`);
    return [...unsent, ...unpaused, ...unquiet, ...last, ...untold];
  }

  /** Of every job: whoever looks at a full minute would find runs that have just begun. */
  async #pauseSchedules(deadline: number): Promise<string[]> {
    const listed = await this.#system.cli(['schedule', 'list', '--json']);
    const ids = listed.json<{ id: string }[]>().map(({ id }) => id);
    const told: string[] = [];
    for (const id of ids) told.push(...(await this.#run(['schedule', 'pause', id], deadline)));
    return told;
  }

  /** Until the deadline a command that meets a run of the schedule, which began before it was paused, is given again. */
  async #run(args: string[], deadline = 0): Promise<string[]> {
    const result = await this.#system.cli([...args, '--json']);
    if (result.exitCode === TEMPORARY && Date.now() < deadline) return this.#run(args, deadline);
    return result.exitCode === 0 ? [] : [`${args.join(' ')}: ${result.exitCode} ${result.stdout}${result.stderr}`];
  }
}
