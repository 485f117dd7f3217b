import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { QuotaRoom } from '../../bigcommerce/quota.ts';
import { SendTurns } from '../../bigcommerce/send-turns.ts';
import type { Turn, TurnKind } from '../../bigcommerce/send-turns.ts';

const WINDOW_MS = 30_000;

describe('the turns of sends at a store', () => {
  let now: number;
  let room: QuotaRoom | null;
  let turns: SendTurns;
  beforeEach(() => {
    now = 0;
    room = { left: 150, perWindow: 150, windowMs: WINDOW_MS, opensAt: WINDOW_MS };
    turns = new SendTurns(
      () => room,
      () => now,
    );
  });

  const take = (kind: TurnKind = 'send', isBack = false) => turns.take(kind, { requests: 0 }, isBack);
  const waitOf = (turn: Turn) => (turn.isNow ? 0 : turn.waitMs);

  it('are as many as the quota has room for, whole', () => {
    const given = Array.from({ length: 40 }, () => take());
    expect(given.filter(({ isNow }) => isNow)).toHaveLength(37);
  });

  it('count what a send has asked for already only once', () => {
    const asker = { requests: 0 };
    turns.take('send', asker, false);
    room = { ...room!, left: 7 };
    expect(take().isNow).toBe(false);
    asker.requests = 3;
    room = { ...room, left: 5 };
    expect(take().isNow).toBe(true);
  });

  it('are free again when a send has ended', () => {
    const first = take();
    room = { ...room!, left: 5 };
    expect(take().isNow).toBe(false);
    if (first.isNow) first.end();
    expect(take().isNow).toBe(true);
  });

  it('are given to one whatever the quota, so that somebody hears how it stands', () => {
    room = { ...room!, left: 0 };
    expect([take().isNow, take().isNow]).toEqual([true, false]);
  });

  it('know no limit where the store tells none', () => {
    room = null;
    expect(Array.from({ length: 1000 }, () => take()).every(({ isNow }) => isNow)).toBe(true);
  });

  it('leave room for sends when they are checks', () => {
    take();
    room = { ...room!, left: 4 + 45 + 1 };
    expect([take('check').isNow, take('send').isNow]).toEqual([false, true]);
  });

  it('of those that come too late begin with the next window, as many in each as it has room for', () => {
    take();
    room = { ...room!, left: 3 };
    const waits = Array.from({ length: 100 }, () => waitOf(take()));
    const perWindow = [0, 1, 2].map(
      (index) => waits.filter((ms) => ms >= WINDOW_MS * (index + 1) && ms < WINDOW_MS * (index + 2)).length,
    );
    expect(perWindow).toEqual([37, 37, 26]);
    expect(waits[0]).toBe(WINDOW_MS);
    expect(new Set(waits).size).toBe(100);
  });

  it('of one window lie in its first half, however many they are', () => {
    room = { left: 0, perWindow: 4000, windowMs: WINDOW_MS, opensAt: WINDOW_MS };
    take();
    const waits = Array.from({ length: 1001 }, () => waitOf(take()));
    expect(waits[999]).toBeLessThan(WINDOW_MS * 1.5);
    expect(waits[1000]).toBe(WINDOW_MS * 2);
  });

  it('go on where they were when the end of the window is told a little differently', () => {
    take();
    room = { ...room!, left: 0 };
    const first = waitOf(take());
    room = { ...room, opensAt: WINDOW_MS + 40 };
    expect(waitOf(take())).toBeGreaterThan(first + 40);
  });

  it('of those that come back in vain do not begin at the end of the line', () => {
    take();
    room = { ...room!, left: 0 };
    for (let count = 0; count < 1000; count++) take();
    expect(waitOf(take())).toBeGreaterThan(25 * WINDOW_MS);
    expect(waitOf(take('send', true))).toBe(WINDOW_MS);
  });

  it('never lie in the past and never promise more than is left, whatever happens', () => {
    const step = fc.record({
      ...{ left: fc.nat(200), perWindow: fc.integer({ min: 1, max: 200 }), passMs: fc.nat(40_000) },
      ...{ kind: fc.constantFrom<TurnKind>('send', 'check'), isBack: fc.boolean(), ends: fc.boolean() },
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const all = new SendTurns(
          () => room,
          () => now,
        );
        const open: { end: () => void; needs: number }[] = [];
        for (const { left, perWindow, passMs, kind, isBack, ends } of steps) {
          now += passMs;
          room = { left, perWindow, windowMs: WINDOW_MS, opensAt: now + 1 + (passMs % WINDOW_MS) };
          const needs = kind === 'send' ? 4 : 2;
          const promised = open.reduce((sum, each) => sum + each.needs, 0);
          const turn = all.take(kind, { requests: 0 }, isBack);
          if (!turn.isNow) expect(turn.waitMs).toBeGreaterThanOrEqual(1);
          else {
            if (open.length > 0) expect(promised + needs).toBeLessThanOrEqual(left);
            open.push({ end: turn.end, needs });
          }
          if (ends) open.pop()?.end();
        }
      }),
    );
  });
});
