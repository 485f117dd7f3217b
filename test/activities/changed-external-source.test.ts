import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { loadRequest } from '../../database/fulfillment-requests.ts';
import { startSenders } from '../helpers/senders.ts';
import type { Senders } from '../helpers/senders.ts';
import { ordersMade } from '../helpers/sending.ts';

describe('a change of externalSource while nobody knows what became of a POST', () => {
  let senders: Senders;

  beforeAll(async () => {
    senders = await startSenders();
  });
  afterAll(() => senders.stop());
  afterEach(() => senders.apply());

  const loseAnswer = () =>
    senders.simulator.control('PUT', 'faults', [{ kind: 'lose-answer', method: 'POST', path: '/v2/orders', times: 1 }]);

  /** Posts a request whose answer is lost: the store has the order, and nobody knows. */
  async function sendAndLose(number: string): Promise<number> {
    const { accept, simulator, worker } = senders;
    const id = await accept(number);
    await loseAnswer();
    expect((await worker(simulator.url).send(id)).view).toMatchObject({ openAttempt: true, processing: 'sending' });
    return id;
  }

  async function expectOneOrder(id: number, number: string): Promise<void> {
    const orders = await ordersMade(senders.simulator, number);
    expect(orders).toHaveLength(1);
    expect(await loadRequest(senders.database.db, id)).toMatchObject({
      ...{ processing: 'acknowledged', bigcommerceOrderId: orders[0]![1], reasonCode: null, flags: [] },
    });
  }

  it('keeps no look from taking the order', async () => {
    const id = await sendAndLose('LOOK-1');
    await senders.apply({ externalSource: 'renamed' });
    await senders.worker(senders.simulator.url).look(id);
    await expectOneOrder(id, 'LOOK-1');
  });

  it('keeps the next sending from posting a second one, or from calling it a conflict', async () => {
    const { accept, apply, gate, simulator, worker } = senders;
    const id = await accept('SEND-1');
    const held = gate.hold({ method: 'POST', text: 'SEND-1', when: 'before' });
    const sleeper = worker(gate.url).send(id);
    await held.arrived();
    const other = worker(simulator.url);
    // Long after its time limit the POST counts as not made; then the store performs it all the same, and nobody is told.
    await other.look(id, 40_000);
    expect((await other.look(id, 45_000)).view.processing).toBe('processing');
    await loseAnswer();
    held.release();
    expect((await sleeper).view.processing).toBe('processing');
    await apply({ externalSource: 'renamed' });
    await other.send(id);
    await expectOneOrder(id, 'SEND-1');
  });

  it('is followed by attempts that do not say theirs, as those of the version before', async () => {
    const id = await sendAndLose('OLD-1');
    await sql`update send_attempts set external_source = null where fr_id = ${id}`.execute(senders.database.db);
    await senders.worker(senders.simulator.url).look(id);
    await expectOneOrder(id, 'OLD-1');
  });

  it('makes no order ours that another application made', async () => {
    const id = await sendAndLose('ELSE-1');
    await sql`update send_attempts set external_source = 'else' where fr_id = ${id}`.execute(senders.database.db);
    await senders.worker(senders.simulator.url).look(id);
    expect(await loadRequest(senders.database.db, id)).toMatchObject({
      ...{ processing: 'failed', reasonCode: 'order_conflict', bigcommerceOrderId: null },
    });
  });
});
