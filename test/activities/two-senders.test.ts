import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { loadRequest } from '../../database/fulfillment-requests.ts';
import type { TestDatabase } from '../helpers/database.ts';
import type { Gate } from '../helpers/gate.ts';
import { startSenders } from '../helpers/senders.ts';
import type { Senders } from '../helpers/senders.ts';
import { ordersMade } from '../helpers/sending.ts';
import type { TestSimulator } from '../helpers/simulator.ts';

/** Two workers at the same request: one stands still at a step, as if it was frozen, until the other has finished. */
describe('a sender that wakes up late', () => {
  let senders: Senders;
  let database: TestDatabase;
  let simulator: TestSimulator;
  let gate: Gate;
  let worker: Senders['worker'];
  let accept: Senders['accept'];

  beforeAll(async () => {
    senders = await startSenders();
    ({ database, simulator, gate, worker, accept } = senders);
  });
  afterAll(() => senders.stop());

  async function expectOneOrder(id: number, number: string) {
    const orders = await ordersMade(simulator, number);
    expect(orders).toHaveLength(1);
    const fr = await loadRequest(database.db, id);
    expect(fr).toMatchObject({ processing: 'acknowledged', bigcommerceOrderId: orders[0]![1], flags: [] });
    expect(fr.reasonCode).toBeNull();
  }

  it.each([
    ['before looking', 'before', 'GET'],
    ['between looking and posting', 'after', 'GET'],
  ] as const)('finds its right to post gone %s', async (name, when, method) => {
    const number = `LATE-${when}`;
    const id = await accept(number);
    const held = gate.hold({ method, text: number, when });
    const sleeper = worker(gate.url).send(id);
    await held.arrived();
    const other = worker(simulator.url);
    expect((await other.look(id)).view).toMatchObject({ openAttempt: false, processing: 'processing' });
    expect((await other.send(id)).view.processing).toBe('acknowledged');
    held.release();
    expect((await sleeper).view.processing).toBe('acknowledged');
    await expectOneOrder(id, number);
  });

  it('posts nothing when the other one is between looking and posting itself', async () => {
    const id = await accept('BOTH-1');
    const held = [0, 1].map(() => gate.hold({ method: 'GET', text: 'BOTH-1', when: 'after' }));
    const sleeper = worker(gate.url).send(id);
    await held[0]!.arrived();
    const other = worker(gate.url);
    // The look of the one that takes over goes past the gate.
    await worker(simulator.url).look(id);
    const sending = other.send(id);
    await held[1]!.arrived();
    for (const each of held) each.release();
    await Promise.all([sleeper, sending]);
    await expectOneOrder(id, 'BOTH-1');
  });

  it.each([
    ['reset', undefined],
    ['status', 503],
    ['status', 400],
  ] as const)('changes nothing of what another has settled when its POST ends with %s (%s)', async (kind, status) => {
    const number = `POST-${status ?? 0}`;
    const id = await accept(number);
    const held = gate.hold({ method: 'POST', text: number, when: 'before' });
    const sleeper = worker(gate.url).send(id);
    await held.arrived();
    const other = worker(simulator.url);
    // Long after its time limit the POST of the sleeper counts as not made, and the other one sends.
    await other.look(id, 40_000);
    expect((await other.look(id, 45_000)).view.processing).toBe('processing');
    expect((await other.send(id)).view.processing).toBe('acknowledged');
    await simulator.control('PUT', 'faults', {
      kind,
      method: 'POST',
      status,
      times: 1,
    });
    held.release();
    expect((await sleeper).view.processing).toBe('acknowledged');
    await simulator.control('PUT', 'faults', []);
    await expectOneOrder(id, number);
  });

  it('shows it when a POST is performed after all that counted as not made', async () => {
    const id = await accept('TWO-1');
    const held = gate.hold({ method: 'POST', text: 'TWO-1', when: 'before' });
    const sleeper = worker(gate.url).send(id);
    await held.arrived();
    const other = worker(simulator.url);
    await other.look(id, 40_000);
    await other.look(id, 45_000);
    await other.send(id);
    const [[, first] = []] = await ordersMade(simulator, 'TWO-1');
    held.release();
    await sleeper;
    const fr = await loadRequest(database.db, id);
    expect(fr).toMatchObject({ processing: 'acknowledged', bigcommerceOrderId: first, flags: ['second_order'] });
  });

  it('does not fail a request for stock that its own order has taken', async () => {
    const id = await accept('STOCK-1');
    const { ids } = await simulator.control<{ ids: number[] }>('GET', 'products');
    const stock = (level: number) =>
      simulator.control('PATCH', `products/${ids[0]}`, { availability: level > 0 ? 'available' : 'disabled' });
    const held = gate.hold({ method: 'GET', text: '/v3/catalog/products', when: 'before' });
    const sleeper = worker(gate.url).send(id);
    await held.arrived();
    expect((await worker(simulator.url).send(id)).view.processing).toBe('acknowledged');
    await stock(0);
    held.release();
    expect((await sleeper).view.processing).toBe('acknowledged');
    await stock(1);
    await expectOneOrder(id, 'STOCK-1');
  });

  it('adopts the order that an older backup does not know of, though the product is not sold any more', async () => {
    const id = await accept('BACKUP-1');
    expect((await worker(simulator.url).send(id)).view.processing).toBe('acknowledged');
    await sql`delete from send_attempts where fr_id = ${id}`.execute(database.db);
    await sql`
      update fulfillment_requests set processing = 'processing', bigcommerce_order_id = null, acknowledged_at = null
      where id = ${id}`.execute(database.db);
    const { ids } = await simulator.control<{ ids: number[] }>('GET', 'products');
    await simulator.control('PATCH', `products/${ids[0]}`, { availability: 'disabled' });
    expect((await worker(simulator.url).send(id)).view.processing).toBe('acknowledged');
    await simulator.control('PATCH', `products/${ids[0]}`, { availability: 'available' });
    await expectOneOrder(id, 'BACKUP-1');
  });

  it('dates the POST by when it was made, not by when its step was asked for', async () => {
    const id = await accept('DATED-1');
    const asked = new Date(Date.now() - 3_600_000);
    await worker(simulator.url).send(id, asked.toISOString());
    const { rows } = await sql<{ late: boolean }>`
      select posting_at > ${asked}::timestamptz + interval '59 minutes' as late from send_attempts where fr_id = ${id}`.execute(
      database.db,
    );
    expect(rows).toEqual([{ late: true }]);
  });
});
