import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import type { Priority } from '../../bigcommerce/quota.ts';

const START = Date.UTC(2026, 0, 1);

describe('a governor of a store', () => {
  let governor: QuotaGovernor;
  let windowEnds: number;
  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    governor = new QuotaGovernor(() => Date.now());
    windowEnds = START + 30_000;
  });
  afterEach(() => void jest.useRealTimers());

  const answer = (left: number, limit = 150) => ({ limit, left, windowMs: 30_000, resetMs: windowEnds - Date.now() });

  /** Asks to go; tells whether it may by now. */
  function ask(priority: Priority, signal?: AbortSignal) {
    const state = { gone: false, refused: undefined as unknown };
    governor.acquire(priority, signal).then(
      () => (state.gone = true),
      (error: unknown) => (state.refused = error),
    );
    return state;
  }
  const settle = () => jest.advanceTimersByTimeAsync(0);

  /** The first request of all, which tells the quota. */
  async function begin(left: number, limit = 150) {
    await governor.acquire('import');
    governor.release('import', { quota: answer(left, limit) });
  }

  async function goneOf(count: number, priority: Priority) {
    const asked = Array.from({ length: count }, () => ask(priority));
    await settle();
    return asked.filter((request) => request.gone).length;
  }

  it('asks with one request until an answer tells the quota', async () => {
    const [first, second] = [ask('import'), ask('import')];
    await settle();
    expect([first.gone, second.gone]).toEqual([true, false]);
    governor.release('import', { quota: answer(149) });
    await settle();
    expect(second.gone).toBe(true);
  });

  it('bursts up to the reserve and no further', async () => {
    await begin(149);
    expect(await goneOf(200, 'import')).toBe(149 - 8);
  });

  it('leaves more room while something is to be sent, and lets others go evenly', async () => {
    await begin(149);
    governor.expectSends();
    const asked = Array.from({ length: 200 }, () => ask('import'));
    const gone = () => asked.filter((request) => request.gone).length;
    await settle();
    expect(gone()).toBeLessThan(6);
    await jest.advanceTimersByTimeAsync(8_000);
    // An answer without headers: the store is there.
    governor.release('import', { isAnswered: true });
    await jest.advanceTimersByTimeAsync(7_000);
    expect(gone()).toBeGreaterThan(40);
    expect(gone()).toBeLessThan(70);
    governor.release('import', { isAnswered: true });
    await jest.advanceTimersByTimeAsync(8_000);
    governor.release('import', { isAnswered: true });
    await jest.advanceTimersByTimeAsync(6_900);
    expect(gone()).toBe(149 - 45);
    expect(await goneOf(45, 'send')).toBe(45);
  });

  it('waits for the reset and then goes on', async () => {
    await begin(8);
    const request = ask('import');
    await jest.advanceTimersByTimeAsync(29_000);
    expect(request.gone).toBe(false);
    await jest.advanceTimersByTimeAsync(1_100);
    expect(request.gone).toBe(true);
  });

  it('lets a send pass imports that have waited longer, out of the reserve', async () => {
    await begin(8);
    const [early, send] = [ask('import'), ask('send')];
    await settle();
    expect([early.gone, send.gone]).toEqual([false, true]);
  });

  it('gives the first place after a pause to a send', async () => {
    await begin(149);
    governor.refused(5_000);
    const order: string[] = [];
    for (const priority of ['import', 'shipments', 'send'] as const) {
      void governor.acquire(priority).then(() => order.push(priority));
    }
    await jest.advanceTimersByTimeAsync(5_100 + 30_000);
    expect(order).toEqual(['send', 'shipments', 'import']);
  });

  it('leaves free what other apps took in the window before', async () => {
    await begin(89);
    const before = await goneOf(20, 'import');
    for (let answered = 0; answered < before; answered++) governor.release('import', { quota: answer(89 - before) });
    windowEnds += 30_000;
    await jest.advanceTimersByTimeAsync(30_100);
    await governor.acquire('import');
    governor.release('import', { quota: answer(149) });
    // The others took 60 of the window before and nothing of this one yet: 8 are the reserve, 1 is gone.
    expect(await goneOf(200, 'import')).toBe(149 - 8 - 60);
  });

  it('never lets what others took starve an import altogether', async () => {
    await begin(0);
    windowEnds += 30_000;
    await jest.advanceTimersByTimeAsync(30_100);
    expect(await goneOf(50, 'import')).toBeGreaterThan(0);
  });

  it.each([
    [0, 999, 1_100],
    [7_000, 6_900, 7_100],
  ])('pauses after a 429 of %i ms for at least a second', async (named, still, over) => {
    await begin(149);
    governor.refused(named);
    const send = ask('send');
    await jest.advanceTimersByTimeAsync(still);
    expect(send.gone).toBe(false);
    await jest.advanceTimersByTimeAsync(over - still + 30_000);
    expect(send.gone).toBe(true);
  });

  it('goes on right after a pause when quota is left, not with the next window', async () => {
    await begin(149);
    governor.refused(5_000);
    const asked = [ask('import'), ask('send')];
    await jest.advanceTimersByTimeAsync(4_990);
    expect(asked.map(({ gone }) => gone)).toEqual([false, false]);
    await jest.advanceTimersByTimeAsync(20);
    expect(asked.map(({ gone }) => gone)).toEqual([true, true]);
  });

  it('waits for the window after a pause when no quota is left', async () => {
    await begin(0);
    governor.refused(5_000);
    const request = ask('send');
    await jest.advanceTimersByTimeAsync(29_990);
    expect(request.gone).toBe(false);
    await jest.advanceTimersByTimeAsync(100);
    expect(request.gone).toBe(true);
  });

  it('tells what room there is, and when there will be more', async () => {
    expect(governor.room()).toBeNull();
    await begin(89);
    // Of the 150, others have taken 60.
    expect(governor.room()).toEqual({ left: 89, perWindow: 150, windowMs: 30_000, opensAt: windowEnds + 60 });
    governor.refused(20_000);
    expect(governor.room()).toMatchObject({ left: 0, opensAt: START + 20_000 });
    windowEnds += 30_000;
    await jest.advanceTimersByTimeAsync(30_100);
    expect(governor.room()).toMatchObject({ left: 150, opensAt: START + 60_100 });
    await governor.acquire('send');
    governor.release('send', { quota: answer(149) });
    expect(governor.room()).toMatchObject({ left: 149, perWindow: 90 });
  });

  it('knows no limit where the store tells none', async () => {
    await governor.acquire('import');
    governor.release('import', { isAnswered: true });
    expect(await goneOf(1_000, 'import')).toBe(1_000);
  });

  it('counts requests under way against what the answers say is left', async () => {
    await begin(20);
    expect(await goneOf(5, 'import')).toBe(5);
    governor.release('import', { quota: answer(19) });
    // 19 are left for the store, 4 of them are on their way: 15, of which 8 stay in reserve.
    expect(await goneOf(50, 'import')).toBe(7);
  });

  it('is not fooled by an answer that comes late and speaks of more', async () => {
    await begin(20);
    expect(await goneOf(2, 'import')).toBe(2);
    governor.release('import', { quota: answer(9) });
    governor.release('import', { quota: answer(18) });
    expect(await goneOf(5, 'import')).toBe(0);
  });

  it('goes by a new quota at once, and not by what late answers say of the one before', async () => {
    await begin(8);
    await governor.acquire('send');
    const sentAt = Date.now();
    await jest.advanceTimersByTimeAsync(100);
    await governor.acquire('send');
    governor.release('send', { quota: { limit: 450, left: 440, windowMs: 10_000, resetMs: 10_000 } });
    governor.release('send', { quota: answer(6), sentAt });
    expect(governor.snapshot()).toMatchObject({ limit: 450, left: 439 });
  });

  describe('whose machine has its clock set back', () => {
    const BACK = START - 3_600_000;

    it('does not stand still for as long', async () => {
      await begin(3);
      governor.expectSends();
      governor.refused(600_000);
      jest.setSystemTime(BACK);
      expect(governor.room()).toMatchObject({ left: 150 });
      expect(await goneOf(5, 'send')).toBe(5);
    });

    it('goes by the first answer after that', async () => {
      await begin(3);
      await governor.acquire('send');
      jest.setSystemTime(BACK);
      governor.release('send', { quota: { limit: 150, left: 120, windowMs: 30_000, resetMs: 20_000 } });
      expect(governor.room()).toMatchObject({ left: 120, opensAt: BACK + 20_060 });
    });
  });

  it('gives up at once, and leaves no place taken, when whoever waits is aborted', async () => {
    await begin(8);
    const abort = new AbortController();
    const [aborted, next] = [ask('import', abort.signal), ask('import')];
    await settle();
    abort.abort(new Error('enough'));
    await settle();
    expect(aborted.refused).toEqual(new Error('enough'));
    await jest.advanceTimersByTimeAsync(30_100);
    expect([aborted.gone, next.gone]).toEqual([false, true]);
  });

  it('tells since when others wait, and that they do not once they have given up and stay away', async () => {
    await begin(0);
    const abort = new AbortController();
    ask('import', abort.signal);
    const since = new Date(Date.now());
    governor.refused(3_600_000);
    await jest.advanceTimersByTimeAsync(20 * 60_000);
    expect(governor.snapshot().waitingSince).toEqual(since);
    abort.abort(new Error('timed out'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(governor.snapshot().waitingSince).toEqual(since);
    ask('import');
    await jest.advanceTimersByTimeAsync(10 * 60_000);
    expect(governor.snapshot().waitingSince).toEqual(since);
  });

  it('does not say that anybody waits whose run was canceled while it waited', async () => {
    await begin(0);
    const abort = new AbortController();
    ask('import', abort.signal);
    governor.refused(3_600_000);
    await jest.advanceTimersByTimeAsync(1_000);
    abort.abort(new Error('canceled'));
    await jest.advanceTimersByTimeAsync(6 * 60_000);
    expect(governor.snapshot().waitingSince).toBeNull();
    const again = new Date(Date.now());
    ask('import');
    expect(governor.snapshot().waitingSince).toEqual(again);
  });

  it('does not start for a signal that has been aborted before', async () => {
    await expect(governor.acquire('import', AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
    const next = ask('import');
    await settle();
    expect(next.gone).toBe(true);
  });
});
