import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loadRequest } from '../../database/fulfillment-requests.ts';
import { startSenders } from '../helpers/senders.ts';
import type { Senders } from '../helpers/senders.ts';
import { ordersMade } from '../helpers/sending.ts';
import { waitFor } from '../helpers/wait.ts';

/** Longer than any test: whoever waits for the next window waits in vain. */
const WINDOW_MS = 600_000;

describe('a request for which the quota of its store has no room', () => {
  let senders: Senders;
  let worker: ReturnType<Senders['worker']>;
  /** What a new worker asks a store before it looks for the order of its first request. */
  let firstAsks: number;
  beforeAll(async () => {
    senders = await startSenders();
    worker = senders.worker(senders.gate.url);
    const before = await requestsSoFar();
    const finish = await holdOther('COUNTED');
    firstAsks = (await requestsSoFar()) - before;
    await finish();
  });
  afterAll(() => senders.stop());
  beforeEach(async () => {
    await senders.simulator.control('PUT', 'quota', { limit: firstAsks + 4, windowMs: WINDOW_MS });
    worker = senders.worker(senders.gate.url);
  });

  /** Another one is being sent: what it still asks for is promised to it. */
  async function holdOther(number: string) {
    const held = senders.gate.hold({ method: 'GET', text: number, when: 'before' });
    const sending = worker.send(await senders.accept(number));
    await held.arrived();
    return async () => {
      held.release();
      expect((await sending).view.processing).toBe('acknowledged');
    };
  }

  const requestsSoFar = async () =>
    (await senders.simulator.control<{ total: number }>('GET', 'ledger/requests?limit=1')).total;

  it('is put in line, says so, asks nothing of the store, and is sent when it comes back in its turn', async () => {
    const finishOther = await holdOther('FIRST-1');
    const id = await senders.accept('LINE-1');
    const before = await requestsSoFar();
    const began = Date.now();
    const { isInLine, waitMs, view } = await worker.send(id);
    expect({ isInLine, asked: (await requestsSoFar()) - before }).toEqual({ isInLine: true, asked: 0 });
    expect(waitMs).toBeGreaterThan(WINDOW_MS / 2);
    expect(view).toMatchObject({ processing: 'processing', openAttempt: false });
    expect(view.explanation).toMatch(/quota of the store is used up/);
    expect(new Date(view.nextStepAt!).getTime()).toBeGreaterThan(began + WINDOW_MS / 2);
    // It comes back too early: its place is not at the end of a line, and the timeline says it once.
    expect((await worker.send(id)).isInLine).toBe(true);
    expect((await eventsOf(id)).filter((event) => event === 'put off')).toHaveLength(1);
    await finishOther();
    await senders.simulator.control('PUT', 'quota', { preset: 'none' });
    expect((await worker.send(id)).view.processing).toBe('acknowledged');
    expect(await ordersMade(senders.simulator, 'LINE-1')).toHaveLength(1);
  });

  it('is not checked either, until Temporal tries again at its turn', async () => {
    const finishOther = await holdOther('FIRST-2');
    const id = await senders.accept('CHECK-1');
    await expect(worker.check(id)).rejects.toMatchObject({
      ...{ type: 'rate_limited', nonRetryable: false },
      nextRetryDelay: expect.any(Number),
    });
    await finishOther();
    expect((await loadRequest(senders.database.db, id)).processing).toBe('processing');
    expect((await worker.check(id)).needsCheck).toBe(false);
    expect((await worker.check(await senders.accept('CHECK-2'))).needsCheck).toBe(false);
  });

  it('says so, too, while it waits to be looked for', async () => {
    await senders.simulator.control('PUT', 'quota', { preset: 'none' });
    await senders.simulator.control('PUT', 'faults', [
      { kind: 'lose-answer', method: 'POST', path: '/v2/orders', times: 1 },
    ]);
    const id = await senders.accept('LOOK-1');
    expect((await worker.send(id)).view.openAttempt).toBe(true);
    await worker.governor.acquire('send');
    worker.governor.release('send', { quota: { limit: 9, left: 0, windowMs: 1500, resetMs: 1500 } });
    const { opensAt } = worker.governor.room()!;
    const looking = worker.look(id);
    const told = async () => {
      const { explanation, nextStepAt } = await loadRequest(senders.database.db, id);
      return /looked for when the quota of the store/.test(explanation) && nextStepAt?.getTime() === opensAt;
    };
    await waitFor('it to say that it waits for quota', told);
    expect((await looking).view.processing).toBe('acknowledged');
  });

  async function eventsOf(id: number): Promise<string[]> {
    const rows = await senders.database.db.selectFrom('fr_events').select('event').where('fr_id', '=', id).execute();
    return rows.map(({ event }) => event);
  }
});
