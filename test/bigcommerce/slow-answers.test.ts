import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import type { Priority, QuotaSnapshot } from '../../bigcommerce/quota.ts';

const START = Date.UTC(2026, 0, 1);
const WINDOW_MS = 30_000;
const LIMIT = 40;

/**
 * A store that counts a request when it comes in, and whose answer takes its time. Its windows follow each other, or
 * each begins with the first request after the one before.
 */
class ModelStore {
  readonly refusedAt: number[] = [];
  private counted = 0;
  private windowEnds: number;

  constructor(
    private readonly windows: 'one after the other' | 'with a request',
    offsetMs: number,
  ) {
    this.windowEnds = START + offsetMs;
  }

  count(): QuotaSnapshot {
    if (Date.now() >= this.windowEnds) this.beginWindow();
    this.counted++;
    if (this.counted > LIMIT) this.refusedAt.push(Date.now() - START);
    const resetMs = this.windowEnds - Date.now();
    return { limit: LIMIT, left: Math.max(0, LIMIT - this.counted), windowMs: WINDOW_MS, resetMs };
  }

  private beginWindow(): void {
    this.counted = 0;
    const late = this.windows === 'with a request' ? 0 : (Date.now() - this.windowEnds) % WINDOW_MS;
    this.windowEnds = Date.now() - late + WINDOW_MS;
  }
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function request(governor: QuotaGovernor, store: ModelStore, asked: Asked): Promise<void> {
  await later(asked.atMs);
  await governor.acquire(asked.priority);
  const sentAt = Date.now();
  await later(asked.wayMs);
  const quota = store.count();
  await later(asked.answerMs);
  governor.release(asked.priority, { quota, sentAt });
}

interface Asked {
  atMs: number;
  priority: Priority;
  wayMs: number;
  answerMs: number;
}

const askedFor = fc.record<Asked>({
  atMs: fc.integer({ min: 0, max: 100_000 }),
  priority: fc.constantFrom('send', 'import', 'shipments'),
  wayMs: fc.integer({ min: 1, max: 400 }),
  answerMs: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 9_000 })),
});

describe('a governor of a store whose answers are slow', () => {
  beforeEach(() => void jest.useFakeTimers({ now: START }));
  afterEach(() => void jest.useRealTimers());

  it('is never refused, and lets everybody go', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(askedFor, { minLength: 60, maxLength: 200 }),
        fc.constantFrom<'one after the other' | 'with a request'>('one after the other', 'with a request'),
        fc.nat(WINDOW_MS),
        async (all, windows, offsetMs) => {
          jest.setSystemTime(START);
          const governor = new QuotaGovernor(() => Date.now());
          const store = new ModelStore(windows, offsetMs);
          const done = Promise.all(all.map((asked) => request(governor, store, asked)));
          await jest.advanceTimersByTimeAsync(600_000);
          await done;
          expect(store.refusedAt).toEqual([]);
        },
      ),
      { numRuns: 400, endOnFailure: true },
    );
  });
});
