import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { recover } from '../../client/recover.ts';
import { scheduleMatches } from '../../client/schedules.ts';
import { applySource } from '../../client/sources.ts';
import { listSources } from '../../database/sources.ts';
import { jobKinds } from '../../domain/jobs.ts';
import { jobSchedules } from '../../domain/source/job-schedules.ts';
import { frWorkflowId, jobWorkflowId } from '../../workflows/ids.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { openSupplier } from './supplier.ts';
import type { Supplier } from './supplier.ts';
import { sessionOf, stopSystem } from './support.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem(['--products', '0']);
});
afterAll(() => stopSystem(system));

const file = `name: lost
connection: { type: api_token, storeHash: demo, accessToken: demo-token }
inventory: { schedule: { cron: "0 4 1 1 *", refresh: { every: 12h } } }
fulfillment: { schedule: { cron: "0 5 1 1 *" } }
shipments: { schedule: { cron: "0 6 1 1 *" } }
`;

it('recover makes the schedule of every job that a source has', async () => {
  const session = await sessionOf(system);
  const temporal = await session.temporal();
  await applySource(session, file, 'the test');
  for (const job of jobKinds) await temporal.schedule.getHandle(jobWorkflowId(job, 'lost')).delete();
  await recover(session, () => undefined);
  const [source] = await listSources(system.database.db);
  const right = await Promise.all(
    jobSchedules(source!.settings).map(
      async ({ job, schedule }) => schedule && (await scheduleMatches(temporal, job, 'lost', schedule)) && job,
    ),
  );
  expect(right).toEqual(jobKinds);
});

describe('an order that was not read back', () => {
  let supplier: Supplier;
  beforeAll(async () => {
    supplier = await openSupplier(system, 'unread');
    await supplier.apply();
  });

  /**
   * Sends a request; then it is as in a backup that was made right behind its acknowledgement, of a store that made another
   * order.
   */
  async function sendUnread(number: string): Promise<void> {
    await supplier.send({ [number]: [2] });
    await waitFor(
      `the workflow of ${number} to end`,
      async () => (await workflowOf(number)).status.name === 'COMPLETED',
    );
    const { db } = system.database;
    const { id } = await supplier.request(number);
    await sql`update fulfillment_requests set products_read = false where id = ${id}`.execute(db);
    await sql`delete from order_products where fr_id = ${id}`.execute(db);
    await sql`update fr_lines set quantity = 3, order_product_id = null where fr_id = ${id}`.execute(db);
    await db.insertInto('unread_orders').values({ fr_id: id }).execute();
  }

  const workflowOf = async (number: string) =>
    (await (await sessionOf(system)).temporal()).workflow.getHandle(frWorkflowId('unread', number)).describe();
  const flagsOf = async (number: string) => (await supplier.request(number)).flags;
  const notedAt = (number: string, hoursAgo: number) =>
    sql`
    update unread_orders u set noted_at = now() - ${hoursAgo} * interval '1 hour', looked_after_at = '-infinity'
    from fulfillment_requests f where f.id = u.fr_id and f.number = ${number}`.execute(system.database.db);

  async function maintain(): Promise<void> {
    const client = await (await sessionOf(system)).temporal();
    await client.workflow.execute('maintenance', { workflowId: `maintain-${randomUUID()}`, taskQueue: 'bcsource' });
  }

  it('is read back after recover, and a difference is shown', async () => {
    await sendUnread('R-1');
    await recover(await sessionOf(system), () => undefined);
    await waitFor('the difference to be shown', async () => (await flagsOf('R-1')).includes('lines_differ'));
    await waitFor('its workflow to end', async () => (await workflowOf('R-1')).status.name === 'COMPLETED');
    expect(await system.database.db.selectFrom('unread_orders').selectAll().execute()).toEqual([]);
  });

  it('is read back by the sweep, once, also when Get Shipments has asked for its lines; unless it is old', async () => {
    for (const number of ['S-1', 'S-2', 'S-3']) await sendUnread(number);
    await sql`update fulfillment_requests set products_read = true where number = 'S-1'`.execute(system.database.db);
    const [untouched, recent] = [(await workflowOf('S-2')).runId, (await workflowOf('S-3')).runId];
    await notedAt('S-1', 1);
    await notedAt('S-2', 72);
    await maintain();
    await waitFor('the difference to be shown', async () => (await flagsOf('S-1')).includes('lines_differ'));
    const { runId } = await workflowOf('S-1');
    await maintain();
    const after = [(await workflowOf('S-1')).runId, (await workflowOf('S-2')).runId, (await workflowOf('S-3')).runId];
    expect(after).toEqual([runId, untouched, recent]);
    expect([await flagsOf('S-2'), await flagsOf('S-3')]).toEqual([[], []]);
  });
});

it('a request that is taken in after recover has a row number that none had before', async () => {
  const supplier = await openSupplier(system, 'numbers');
  await supplier.apply();
  await supplier.send({ 'N-1': [1] });
  const before = (await supplier.request('N-1')).id;
  // What was taken in after the backup was made: its rows are lost, and its workflows may live.
  const lost = before + 500;
  await recover(await sessionOf(system), () => undefined);
  await supplier.send({ 'N-2': [1] });
  expect((await supplier.request('N-2')).id).toBeGreaterThan(lost);
  // Numbers that long are cursors too.
  const list = ['fr', 'list', '--source', 'numbers', '--limit', '1'];
  const [, cursor] = /--after (\d+)/.exec((await system.cli(list)).stdout)!;
  expect((await system.cli([...list, '--after', cursor!])).stdout).toContain('N-1');
});
