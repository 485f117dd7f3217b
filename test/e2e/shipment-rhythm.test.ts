import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { openSupplier } from './supplier.ts';
import { stopSystem } from './support.ts';
import type { ErrorDocument } from './support.ts';

const TRACKED = { tracking_number: '1Z' };

describe('asking for shipments', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
  });
  afterAll(() => stopSystem(system));

  const json = async <T>(...args: string[]) => (await system.cli([...args, '--json'])).json<T>();

  it('ends for a request behind the lookback period, which is told once and can be undone', async () => {
    const late = await openSupplier(system, 'late');
    await late.apply('{ lookbackDays: 0.5 }');
    const orders = await late.send({ young: [1], old: [1] });
    const age = (number: string, hours: number) =>
      sql`
      update fulfillment_requests set created_at = now() - make_interval(hours => ${hours})
      where number = ${number}`.execute(system.database.db);
    await age('young', 11);
    await age('old', 13);
    // Long enough ago that no second look at their second is due.
    const modifiedAt = new Date(Date.now() - 3_600_000).toISOString();
    for (const id of Object.values(orders)) await late.control('PATCH', `orders/${id}`, { modifiedAt });
    expect(await late.sync({ all: true })).toMatchObject({ counts: { expired: 1 } });
    expect(await late.sync({ all: true })).toMatchObject({ counts: { asked: 1, expired: 0 } });
    const flagged = await json<{ number: string; explanation: string }[]>('fr', 'list', '--flag', 'expired');
    expect(flagged.map(({ number }) => number)).toEqual(['old']);
    const explained = async () => (await json<{ explanation: string }>('fr', 'explain', 'old')).explanation;
    const remedy = expect.stringMatching(/^Sent: BigCommerce order \d+\. .* `bcsource fr watch old`\.$/);
    expect([await explained(), flagged[0]!.explanation]).toEqual([remedy, remedy]);
    const unknown = await system.cli(['fr', 'list', '--flag', 'expird', '--json']);
    expect([unknown.exitCode, unknown.json<ErrorDocument>().error.code]).toEqual([2, 'invalid_input']);

    await late.control('PUT', 'settings', { shipmentTouchesOrder: false });
    await late.ship(orders['old']!, TRACKED);
    await late.sync({ all: true });
    expect(await late.request('old')).toMatchObject({ shipping: 'open' });
    expect((await system.cli(['fr', 'watch', 'old', '--days', '2', '--json'])).exitCode).toBe(0);
    expect(await late.request('old')).toMatchObject({ flags: [] });
    expect(await explained()).toMatch(/^Sent: BigCommerce order \d+\.$/);
    expect(await late.sync()).toMatchObject({ counts: { shipments: 1, expired: 0 } });
    expect(await late.request('old')).toMatchObject({ shipping: 'shipped' });
  });

  it('goes by the schedule of the source file, one run at a time', async () => {
    const timed = await openSupplier(system, 'timed');
    await timed.apply('{ schedule: { every: 15m } }');
    const { 'PO-1': orderId } = await timed.send({ 'PO-1': [1] });
    await timed.ship(orderId!, TRACKED);
    await timed.control('PUT', 'faults', { kind: 'hang', path: '/v2/orders', pattern: 'min_date_modified' });
    const triggered = await system.cli(['schedule', 'trigger', 'shipments:timed', '--json']);
    expect(triggered.exitCode).toBe(0);
    await waitFor('the list of changed orders to hang', async () => {
      return (await timed.control<{ inFlight: number }>('GET', 'ledger/requests')).inFlight > 0;
    });
    const second = await system.cli(['shipments', 'sync', 'timed', '--wait', '--json']);
    expect([second.exitCode, second.json<ErrorDocument>().error.code]).toEqual([5, 'already_running']);
    const { db } = system.database;
    const { id } = await db
      .selectFrom('job_runs')
      .select('id')
      .where('trigger', '=', 'schedule')
      .where('finished_at', 'is', null)
      .executeTakeFirstOrThrow();
    const asked = await system.cli(['runs', 'cancel', id]);
    expect([asked.exitCode, asked.stdout]).toEqual([
      0,
      expect.stringContaining('is asked to end. What it has read is written.'),
    ]);
    const ended = await waitFor('the scheduled run to end', () =>
      db.selectFrom('job_runs').selectAll().where('id', '=', id).where('status', '=', 'canceled').executeTakeFirst(),
    );
    expect(ended).toMatchObject({ reason_code: 'canceled', job: 'shipments' });
    await timed.control('DELETE', 'faults');
    expect(await timed.sync()).toMatchObject({ status: 'completed', counts: { shipments: 1 } });
  });
});
