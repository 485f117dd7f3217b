import { describe, expect, it } from '@jest/globals';
import { plainText } from '../../../domain/notices/notice.ts';
import { runNotice } from '../../../domain/notices/run-notice.ts';
import type { ToldRun } from '../../../domain/notices/run-notice.ts';
import { jobTitles } from '../../../domain/jobs.ts';

const at = new Date('2026-11-29T08:00:00Z');

function runOf(fields: Partial<ToldRun>): ToldRun {
  return {
    ...{ id: 'r1', source: 'acme', job: 'inventory', workflowId: 'inventory/acme', status: 'completed' },
    ...{ reasonCode: null, reason: null, hint: null, counts: {}, startedAt: at, finishedAt: at },
    ...{ rejectedBefore: null, problems: 0, newProblems: 0, isUninstalled: false },
    ...fields,
  };
}
const told = (fields: Partial<ToldRun>) => runNotice(runOf(fields), at);

describe('the text of a run', () => {
  it('begins with the title and what was counted, but for what was not there', () => {
    const { notice, isProblem } = told({ counts: { items: 12_400, updated: 3, archived: 0 } });
    expect(notice.title).toBe(`acme: ${jobTitles.inventory} completed`);
    expect(notice.lines).toEqual(['Counts: 12400 items, 3 updated.']);
    expect(notice.commands).toEqual(['bcsource runs show r1']);
    expect(isProblem).toBe(false);
    expect(told({ counts: { items: 0 } }).notice.lines).toEqual(['Nothing to do.']);
  });

  it('says why, what to do by the name of the source, each command on a line of its own, and the link', () => {
    const why = { reasonCode: 'store_unavailable', reason: 'The store is away.', hint: 'Run NAME again.' };
    const { notice, isProblem } = told({ ...why, job: 'send', status: 'failed', counts: { due: 2, failed: 1 } });
    expect(isProblem).toBe(true);
    expect(plainText(notice, 'http://ui/r1').split('\n')).toEqual([
      `acme: ${jobTitles.send} failed`,
      ...['Counts: 2 due, 1 failed.', 'Why: The store is away.', 'What to do: Run acme again.'],
      ...['1 request failed and needs a person.', '', 'What to do:'],
      ...['  bcsource fr list --source acme --state failed', '  bcsource runs show r1', '', 'The run: http://ui/r1'],
    ]);
    expect(plainText(notice, null)).not.toContain('The run');
    expect(notice.data).toMatchObject({ reason: { hint: 'Run acme again.' } });
  });
});

describe('what needs a person', () => {
  const list = 'bcsource fr list --source acme';
  it.each<[string, Partial<ToldRun>, string, string]>([
    [
      'an import that waits',
      { status: 'waiting_for_approval' },
      'It waits for a person.',
      'bcsource inventory approve acme --show',
    ],
    [
      'products that are refused',
      { counts: { rejected: 2 } },
      '2 products or variants were refused, 0 the time before.',
      'bcsource runs show r1 --rejected',
    ],
    [
      'more refused products than before',
      { counts: { rejected: 5 }, rejectedBefore: 4 },
      '5 products or variants were refused, 4 the time before.',
      'bcsource runs show r1 --rejected',
    ],
    [
      'failed requests',
      { job: 'send', counts: { failed: 3 } },
      '3 requests failed and need a person.',
      `${list} --state failed`,
    ],
    [
      'requests that wait and cannot be sent',
      { job: 'send', problems: 2, newProblems: 1 },
      '2 waiting requests cannot be sent as they stand.',
      `${list} --problems`,
    ],
    [
      'shipments of no line',
      { job: 'shipments', counts: { unmatched: 4 } },
      '4 shipped items match no line.',
      'bcsource shipments list --source acme',
    ],
    [
      'orders that came late',
      { job: 'shipments', counts: { lateOrders: 2 } },
      '2 orders turned up in the store whose requests are canceled or have another order.',
      `${list} --flag second_order`,
    ],
    [
      'orders that are gone',
      { job: 'shipments', counts: { deletedOrders: 2 } },
      '2 orders were deleted in the store before everything had shipped.',
      `${list} --flag order_deleted`,
    ],
    [
      "numbers that are somebody else's",
      { job: 'shipments', counts: { foreignOrders: 1 } },
      "1 order number is somebody else's in the store now.",
      `${list} --flag order_foreign`,
    ],
    [
      'requests that nobody asks about any more',
      { job: 'shipments', counts: { expired: 6 } },
      '6 requests left the lookback period unshipped.',
      `${list} --flag expired`,
    ],
  ])('is told with the command that mends it: %s', (_what, fields, line, command) => {
    const { notice, isProblem } = told(fields);
    expect(notice.lines.slice(1)).toEqual([line]);
    expect(notice.commands).toEqual([command, 'bcsource runs show r1']);
    expect(isProblem).toBe(true);
  });

  it.each<[string, Partial<ToldRun>]>([
    ['the same refused products as before', { counts: { rejected: 4 }, rejectedBefore: 4 }],
    ['requests whose problems were told before', { job: 'send', problems: 2, newProblems: 0 }],
    [
      'what only another job counts so',
      { counts: { failed: 1, unmatched: 1, lateOrders: 1, deletedOrders: 1, foreignOrders: 1, expired: 1 } },
    ],
    ['a run that a person canceled', { status: 'canceled', reasonCode: 'canceled' }],
  ])('is not %s', (_what, fields) => {
    const { notice, isProblem } = told(fields);
    expect(notice.commands).toEqual(['bcsource runs show r1']);
    expect(isProblem).toBe(false);
  });

  it.each<[ToldRun['job'], string, string]>([
    ['inventory', 'rejected', '1 product or variant was refused, 0 the time before.'],
    ['send', 'failed', '1 request failed and needs a person.'],
    ['shipments', 'unmatched', '1 shipped item matches no line.'],
    ['shipments', 'expired', '1 request left the lookback period unshipped.'],
  ])('is told of one as of one: %s, %s', (job, count, line) => {
    expect(told({ job, counts: { [count]: 1 } }).notice.lines.slice(1)).toEqual([line]);
  });

  it('is a run that was lost, though it counts as canceled', () => {
    expect(told({ status: 'canceled', reasonCode: 'run_lost' }).isProblem).toBe(true);
  });
});
