import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { frWorkflowId } from '../../workflows/ids.ts';
import { sessionOf, stopSystem } from '../e2e/support.ts';
import { startGate } from '../helpers/gate.ts';
import type { Gate } from '../helpers/gate.ts';
import type { RunningProcess } from '../helpers/processes.ts';
import {
  acknowledged,
  byNumber,
  orderByHand,
  ordersMade,
  ordersNamed,
  plentifulSkus,
  requestFor,
  sendingSource,
  storedRequests,
  submit,
} from '../helpers/sending.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { apply, seeds } from './runs.ts';

/** A sleeper's polls run out a minute after it fell asleep; until then the server hands work to it. */
const TAKEN_OVER_WITHIN_MS = 240_000;
const TIME_LIMIT_MS = TAKEN_OVER_WITHIN_MS + 60_000;

describe('a worker that is lost at a step of sending', () => {
  let system: TestSystem;
  let gate: Gate;
  let sku = '';
  const sleepers: RunningProcess[] = [];
  beforeAll(async () => {
    system = await startSystem(['--preset', 'bulk', '--products', '3']);
    gate = await startGate(system.simulator.url);
    [sku = ''] = await plentifulSkus(system.simulator, 1);
    await apply(system.cli, sendingSource('acme'));
    await system.worker.stop();
  });
  afterAll(async () => {
    for (const process of [...sleepers, system.worker]) await process.stop('SIGKILL');
    await gate.stop();
    await stopSystem(system);
  });

  async function startWorker(behindGate: boolean) {
    system.environment['BIGCOMMERCE_API_URL'] = behindGate ? gate.url : system.simulator.url;
    await system.startWorker();
  }

  /** Locks the row of a request; the answer lets go of it. */
  async function lockRow(number: string): Promise<() => Promise<void>> {
    const { db } = system.database;
    const trx = await db.startTransaction().execute();
    await sql`select from fulfillment_requests where number = ${number} for update`.execute(trx);
    return async () => {
      await trx.rollback().execute();
    };
  }

  async function waitingForLocks(): Promise<number> {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(system.database.db);
    return rows[0]!.waiting;
  }

  async function expectOneOrderEach(prefix: string, count: number) {
    const requests = await acknowledged(system.database.db, prefix, TAKEN_OVER_WITHIN_MS);
    expect(requests).toHaveLength(count);
    expect((await ordersMade(system.simulator, prefix)).sort(byNumber)).toEqual(ordersNamed(requests));
    expect(requests.flatMap(({ flags }) => flags)).toEqual([]);
  }

  /** Until it has closed a workflow counts as there, and its request is not looked after again for a quarter of an hour. */
  async function workflowClosed(number: string) {
    const client = await (await sessionOf(system)).temporal();
    const handle = client.workflow.getHandle(frWorkflowId('acme', number));
    await waitFor(`${number} to close`, async () => (await handle.describe()).status.name !== 'RUNNING');
  }

  it(
    'leaves a request alone that was accepted while Temporal was down, until maintenance starts it',
    async () => {
      const result = await system.cli(
        ['fr', 'submit', '-', '--json'],
        JSON.stringify(requestFor('acme', 'DOWN-1', sku)),
        {
          TEMPORAL_ADDRESS: '127.0.0.1:1',
        },
      );
      expect(result).toMatchObject({ exitCode: 0 });
      expect(result.json()).toMatchObject({ outcome: 'accepted', temporal: 'unreachable' });
      await startWorker(false);
      await expectOneOrderEach('DOWN-', 1);
    },
    TIME_LIMIT_MS,
  );

  it(
    'adopts the order of a request whose acknowledgement an older backup does not know',
    async () => {
      const [[, orderId] = []] = await ordersMade(system.simulator, 'DOWN-1');
      await workflowClosed('DOWN-1');
      const { db } = system.database;
      await sql`delete from send_attempts`.execute(db);
      await sql`
      update fulfillment_requests set processing = 'processing', bigcommerce_order_id = null, acknowledged_at = null,
        looked_after_at = 'epoch' where number = 'DOWN-1'`.execute(db);
      await system.worker.stop();
      await startWorker(false);
      await expectOneOrderEach('DOWN-', 1);
      expect((await acknowledged(db, 'DOWN-'))[0]).toMatchObject({ orderId });
    },
    TIME_LIMIT_MS,
  );

  it('leaves two orders of one number to a person, names both, and takes the one that is said', async () => {
    const { simulator, database, cli } = system;
    await simulator.control('PUT', 'settings', { filtersByExternalOrderId: false });
    const orders = [await madeByHand('TWICE-1'), await madeByHand('TWICE-1')];
    await submit(cli, [requestFor('acme', 'TWICE-1', sku)]);
    const failed = await waitFor('the request to fail', async () => {
      const [fr] = await storedRequests(database.db, 'TWICE-1');
      return fr?.processing === 'failed' && fr;
    });
    expect(failed.reason).toBe('order_conflict');
    for (const id of orders) expect(failed.message).toContain(`order ${id} `);
    expect((await cli(['fr', 'adopt', 'TWICE-1', '--order', '999999', '--json'])).exitCode).not.toBe(0);
    expect(await cli(['fr', 'adopt', 'TWICE-1', '--order', `${orders[0]}`, '--json'])).toMatchObject({ exitCode: 0 });
    expect((await acknowledged(database.db, 'TWICE-1'))[0]).toMatchObject({ orderId: orders[0] });
    expect(await ordersMade(simulator, 'TWICE-1')).toHaveLength(2);
    await simulator.control('PUT', 'settings', { filtersByExternalOrderId: true });
    await system.worker.stop();
  });

  const madeByHand = (number: string) =>
    orderByHand(system.simulator, {
      ...{ external_order_id: number, external_source: 'bigcommerce-source' },
      products: [{ name: 'By hand', quantity: 1, price_inc_tax: 1, price_ex_tax: 1 }],
    });

  const kills = seeds(0, 5);
  // Half a minute each, nearly all of it waiting for heartbeats that do not come.
  for (const round of kills)
    it(
      `by a kill -9 before and after the intent, during and after the POST, and before saving leaves one order each (round ${round})`,
      async () => {
        const name = (step: string) => `K${round}-${step}`;
        const steps = ['INTENT', 'LOOK', 'POST', 'ANSWER', 'SAVE'].map(name);
        await submit(
          system.cli,
          steps.map((number) => requestFor('acme', number, sku)),
        );
        const letIntent = await lockRow(name('INTENT'));
        const held = {
          look: gate.hold({ method: 'GET', text: `external_order_id=${name('LOOK')}`, when: 'before' }),
          post: gate.hold({ method: 'POST', text: name('POST'), when: 'before' }),
          answer: gate.hold({ method: 'POST', text: name('ANSWER'), when: 'after' }),
          save: gate.hold({ method: 'GET', text: `external_order_id=${name('SAVE')}`, when: 'after' }),
        };
        await startWorker(true);
        await held.save.arrived();
        const letSave = await lockRow(name('SAVE'));
        held.save.release();
        for (const each of [held.look, held.post, held.answer]) await each.arrived();
        await waitFor('both to wait for their rows', async () => (await waitingForLocks()) === 2);
        expect((await ordersMade(system.simulator, name(''))).map(([number]) => number).sort()).toEqual(
          [name('ANSWER'), name('SAVE')].sort(),
        );

        await system.worker.stop('SIGKILL');
        await letIntent();
        await letSave();
        held.look.drop();
        held.answer.drop();
        // The store makes the order after the death of whoever asked for it, or never gets to see it.
        if (round % 2 === 1) held.post.release();
        else held.post.drop();
        await startWorker(false);
        await expectOneOrderEach(name(''), steps.length);
        await system.worker.stop();
      },
      TIME_LIMIT_MS,
    );

  // A minute and a half each: in short form test/activities/two-senders.test.ts shows the same without processes.
  for (const round of seeds(0, 3))
    it(
      `by a freeze between look-up and POST, or in a POST, sends nothing when it wakes up after another one has sent (round ${round})`,
      async () => {
        const name = (step: string) => `F${round}-${step}`;
        const steps = ['LOOK', 'POST', 'ANSWER'].map(name);
        const held = {
          look: gate.hold({ method: 'GET', text: name('LOOK'), when: 'after' }),
          post: gate.hold({ method: 'POST', text: name('POST'), when: 'before' }),
          answer: gate.hold({ method: 'POST', text: name('ANSWER'), when: 'after' }),
        };
        await startWorker(true);
        const sleeper = system.worker;
        sleepers.push(sleeper);
        await submit(
          system.cli,
          steps.map((number) => requestFor('acme', number, sku)),
        );
        for (const each of Object.values(held)) await each.arrived();
        process.kill(sleeper.pid, 'SIGSTOP');
        await startWorker(false);
        await expectOneOrderEach(name(''), steps.length);
        held.look.release();
        // It never arrives, while the answer of the other one comes when its sender wakes.
        held.post.drop();
        held.answer.release();
        process.kill(sleeper.pid, 'SIGCONT');
        // It finishes what it has under way before it ends.
        await sleeper.stop('SIGTERM');
        await expectOneOrderEach(name(''), steps.length);
        await system.worker.stop();
      },
      TIME_LIMIT_MS,
    );
});
