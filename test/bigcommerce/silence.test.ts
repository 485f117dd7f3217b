import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import type { Priority } from '../../bigcommerce/quota.ts';
import { StoreSilent } from '../../bigcommerce/silence.ts';

const LOST = { isAnswered: false };
const ANSWERED = { isAnswered: true };

describe('a store that hangs', () => {
  let governor: QuotaGovernor;
  beforeEach(async () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
    governor = new QuotaGovernor(() => Date.now());
    // It has answered before.
    await governor.acquire('send');
    governor.release('send', ANSWERED);
  });
  afterEach(() => void jest.useRealTimers());

  /** Asks to go, and tells what came of it by now. */
  function ask(priority: Priority) {
    const state: { came: 'waits' | 'goes' | 'turned away' } = { came: 'waits' };
    governor.acquire(priority).then(
      () => (state.came = 'goes'),
      (error: unknown) => (state.came = error instanceof StoreSilent ? 'turned away' : 'waits'),
    );
    return state;
  }
  async function askedNow(...priorities: Priority[]) {
    const asked = priorities.map(ask);
    await jest.advanceTimersByTimeAsync(0);
    return asked.map(({ came }) => came);
  }

  it('is asked by all until it has been silent for a while, then by two sends and two others', async () => {
    expect(await askedNow('send', 'send', 'import', 'shipments')).toEqual(['goes', 'goes', 'goes', 'goes']);
    await jest.advanceTimersByTimeAsync(9_900);
    expect(await askedNow('send', 'import')).toEqual(['goes', 'goes']);
    await jest.advanceTimersByTimeAsync(200);
    expect(await askedNow('send', 'import', 'shipments')).toEqual(['turned away', 'turned away', 'turned away']);
    // Three sends give up; two may find out whether it is back.
    for (let count = 0; count < 3; count++) governor.release('send', LOST);
    expect(await askedNow('send', 'send', 'send', 'import')).toEqual(['goes', 'goes', 'turned away', 'turned away']);
  });

  it('is asked by all again as soon as it has answered one', async () => {
    await askedNow('send', 'send', 'import', 'import');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await askedNow('send', 'import')).toEqual(['turned away', 'turned away']);
    governor.release('import', ANSWERED);
    expect(await askedNow('send', 'import')).toEqual(['goes', 'goes']);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await askedNow('send')).toEqual(['turned away']);
  });

  it('does not keep a send from a store whose pages take long, as long as it answers sends', async () => {
    await askedNow('import', 'import', 'import');
    await jest.advanceTimersByTimeAsync(20_000);
    expect(await askedNow('import', 'send')).toEqual(['turned away', 'goes']);
    governor.release('send', ANSWERED);
    expect(await askedNow('import', 'send')).toEqual(['goes', 'goes']);
  });

  it('turns away those that wait for quota, too, and says for how long it has been silent', async () => {
    const quota = { limit: 150, left: 3, windowMs: 30_000, resetMs: 30_000 };
    await governor.acquire('send');
    governor.release('send', { quota });
    const [first, second, waits] = [ask('send'), ask('send'), ask('import')];
    const last = [ask('send'), ask('send')];
    await jest.advanceTimersByTimeAsync(9_900);
    expect([first, second, waits, ...last].map(({ came }) => came)).toEqual([
      ...['goes', 'goes', 'waits'],
      ...['goes', 'waits'],
    ]);
    await jest.advanceTimersByTimeAsync(200);
    // The import has nobody of its kind under way: it may ask when the quota allows.
    expect([waits.came, last[1]!.came]).toEqual(['waits', 'turned away']);
    await expect(governor.acquire('send')).rejects.toThrow(/answered for 10 s/);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(waits.came).toBe('goes');
  });

  it('turns away those that wait when nothing else would wake them', async () => {
    await jest.advanceTimersByTimeAsync(61_000);
    await governor.acquire('import');
    governor.release('import', { quota: { limit: 150, left: 10, windowMs: 30_000, resetMs: 30_000 } });
    const asked = [ask('import'), ask('import'), ask('import')];
    await jest.advanceTimersByTimeAsync(10_000);
    expect(asked.map(({ came }) => came)).toEqual(['goes', 'goes', 'turned away']);
  });

  it('is not one that nobody has asked for a while', async () => {
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await askedNow('send', 'send', 'send', 'import', 'import', 'import')).toEqual(Array(6).fill('goes'));
  });

  it('is not one whose only request was given up', async () => {
    await askedNow('import');
    await jest.advanceTimersByTimeAsync(1_000);
    governor.release('import', { isGivenUp: true });
    await jest.advanceTimersByTimeAsync(20_000);
    expect(await askedNow('send', 'send', 'send')).toEqual(['goes', 'goes', 'goes']);
  });

  it('stays one when those who waited for it in vain give up', async () => {
    await askedNow('send');
    await jest.advanceTimersByTimeAsync(12_000);
    governor.release('send', { isGivenUp: true });
    expect(await askedNow('send', 'send', 'send')).toEqual(['goes', 'goes', 'turned away']);
  });

  it('lets no crowd in behind the very first request when that was lost', async () => {
    governor = new QuotaGovernor(() => Date.now());
    const asked = Array.from({ length: 5 }, () => ask('send'));
    await jest.advanceTimersByTimeAsync(15_000);
    governor.release('send', LOST);
    await jest.advanceTimersByTimeAsync(0);
    expect(asked.map(({ came }) => came)).toEqual(['goes', 'goes', 'goes', 'turned away', 'turned away']);
  });
});
