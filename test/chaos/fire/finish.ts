import { sql } from 'kysely';
import type { ClusterSystem } from '../../cluster/system.ts';
import { packOrders } from './business.ts';
import type { Shop } from './business.ts';
import type { Deadline } from './deadline.ts';
import type { Events } from './events.ts';

const TEMPORARY = 5;

/** Waits until all is done, with every job once more; answers what was not within the time or went wrong. */
export async function finish(
  system: ClusterSystem,
  shops: readonly Shop[],
  events: Events,
  deadline: Deadline,
): Promise<string[]> {
  const { db, simulator } = system;
  const count = async (query: ReturnType<typeof sql<{ count: number }>>) => (await query.execute(db)).rows[0]!.count;
  const allSent = async () =>
    (await count(sql`
      select count(*)::int as count from fulfillment_requests
      where processing not in ('acknowledged', 'failed', 'canceled')`)) === 0;
  const allTold = async () =>
    (await count(sql`
      select (select count(*) from job_runs where finished_at is null)::int
        + (select count(*) from notification_outbox where delivered_at is null and given_up_at is null)::int as count`)) ===
    0;
  /** Until the deadline a command that meets a run of the schedule, which began before it was paused, is given again. */
  const command = async (args: string[]): Promise<string[]> => {
    const result = await system.cli([...args, '--json']);
    if (result.exitCode === TEMPORARY && !deadline.isOver()) return command(args);
    return result.exitCode === 0 ? [] : [`${args.join(' ')}: ${result.exitCode} ${result.stdout}${result.stderr}`];
  };
  const run = (...args: string[]) => deadline.endOf(args.join(' '), command(args));

  const found: string[] = [];
  const note = async (lines: Promise<string[]>) => void found.push(...(await lines));
  for (const { hash } of shops)
    await note(
      deadline.until(`the store of ${hash} to be sound`, () =>
        succeeds(simulator.control('PUT', `faults?store=${hash}`, [])),
      ),
    );
  await note(deadline.until('serve to be ready', () => isReady(system)));
  await note(deadline.until('serve to take an event of each shop', () => events.tell()));
  await note(deadline.until('every request to be sent', allSent));
  await packOrders(system, shops);
  // Whoever looks at a full minute would find runs that have just begun.
  for (const id of await scheduleIds(system)) await note(run('schedule', 'pause', id));
  await note(deadline.until('every run and notice to end', allTold));
  const last = shops.map(async ({ name }) => [
    ...(await run('inventory', 'import', name, '--wait')),
    ...(await run('shipments', 'sync', name, '--wait')),
  ]);
  found.push(...(await Promise.all(last)).flat());
  await note(deadline.until('the last notices to be delivered', allTold));
  return found;
}

async function isReady({ serveUrl }: ClusterSystem): Promise<boolean> {
  const answer = await fetch(`${serveUrl}/readyz`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

async function scheduleIds({ cli }: ClusterSystem): Promise<string[]> {
  const listed = await cli(['schedule', 'list', '--json']);
  return listed.json<{ id: string }[]>().map(({ id }) => id);
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
