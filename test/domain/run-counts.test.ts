import { expect, it } from '@jest/globals';
import { runNotice } from '../../domain/notices/run-notice.ts';
import { correctionsLine } from '../../domain/run-counts.ts';

const told = {
  ...{ id: '7', source: 'acme', workflowId: 'inventory:acme', status: 'completed' },
  ...{ reasonCode: null, reason: null, hint: null, startedAt: new Date(0), finishedAt: new Date(1) },
  ...{ rejectedBefore: null, problems: 0, newProblems: 0, isUninstalled: false },
};
const sentence = 'Corrected 3 of 12,400 items: what webhooks and the quick rhythm had missed.';

it('a full import that had hints before it says how many items they had missed', () => {
  expect(correctionsLine('inventory', { items: 12_400, corrected: 3 })).toBe(sentence);
  expect(correctionsLine('inventory', { items: 12_400, corrected: 0 })).toContain('Corrected 0 of 12,400');
  const counts = { items: 12_400, updated: 3, corrected: 3 };
  expect(runNotice({ ...told, job: 'inventory', counts }, new Date(2)).notice.lines).toContain(sentence);
});

it('a run that nobody had told of changes, and one of another job, says nothing of it', () => {
  expect(correctionsLine('inventory', { items: 12_400, updated: 3 })).toBeUndefined();
  expect(correctionsLine('shipments', { corrected: 3 })).toBeUndefined();
  const { notice } = runNotice({ ...told, job: 'shipments', counts: { corrected: 3 } }, new Date(2));
  expect(notice.lines.join()).not.toContain('quick rhythm');
});
