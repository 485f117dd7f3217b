import { describe, expect, it } from '@jest/globals';
import { runNotice } from '../../../domain/notices/run-notice.ts';
import type { ToldRun } from '../../../domain/notices/run-notice.ts';

const AT = new Date('2026-11-24T08:00:00Z');

/** A run of Get Shipments that went well, with these counts. */
function toldOf(counts: Record<string, number>, fields: Partial<ToldRun> = {}) {
  return runNotice(
    {
      ...{ id: 'run-1', source: 'acme', job: 'shipments', workflowId: 'shipments:acme', status: 'completed', counts },
      ...{ reasonCode: null, reason: null, hint: null, startedAt: AT, finishedAt: AT, rejectedBefore: null },
      ...{ problems: 0, newProblems: 0, isUninstalled: false, ...fields },
    },
    AT,
  );
}

describe('the notice of a run of Get Shipments', () => {
  it('is no problem where all went well', () => {
    const { notice, isProblem } = toldOf({ asked: 3, shipments: 2, expired: 0, unmatched: 0 });
    expect(isProblem).toBe(false);
    expect(notice.lines).toEqual(['Counts: 3 asked, 2 shipments.']);
    expect(notice.commands).toEqual(['bcsource runs show run-1']);
  });

  it.each([
    ['expired', '2 requests left the lookback period unshipped.', 'bcsource fr list --source acme --flag expired'],
    ['unmatched', '2 shipped items match no line.', 'bcsource shipments list --source acme'],
    [
      'lateOrders',
      '2 orders turned up in the store whose requests are canceled or have another order.',
      'bcsource fr list --source acme --flag second_order',
    ],
  ])('says what is to be looked at, and how: %s', (count, line, command) => {
    const { notice, isProblem } = toldOf({ [count]: 2 });
    expect(isProblem).toBe(true);
    expect(notice.lines).toContain(line);
    expect(notice.commands).toEqual([command, 'bcsource runs show run-1']);
    // The same count of another job means something else.
    expect(toldOf({ [count]: 2 }, { job: 'inventory' }).isProblem).toBe(false);
  });
});
