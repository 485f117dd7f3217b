import { describe, expect, it } from '@jest/globals';
import { sendAt } from '../../activities/fr-preview.ts';
import { nextStepOf } from '../../activities/fr-waits.ts';
import type { FulfillmentSettings } from '../../domain/source/fulfillment.ts';

const accepted = new Date('2026-11-24T15:51:39.469Z');
const request = {
  ...{ number: 'PO-1', source: 'acme', processing: 'processing', explanation: '', checks: [], isReady: false },
  ...{
    createdAt: accepted,
    releasedAt: accepted,
    holdUntil: null,
    nextStepAt: null,
    skipsWaits: false,
    sendRunId: null,
    hasOpenAttempt: false,
    productsRead: false,
  },
} as unknown as Parameters<typeof nextStepOf>[0];
const everyHalfHour = { schedule: { cron: '*/30 * * * *', timezone: 'UTC' } };
const newYork = { timezone: 'America/New_York', weekly: { 'mon-fri': ['09:00-17:00'] }, holidays: ['2026-11-26'] };
const rulesOf = (rules: object) =>
  ({ holdHours: 2, businessHoursHold: false, ...rules }) as unknown as FulfillmentSettings;

describe('a request of a source that sends by schedule', () => {
  it.each([
    [
      'its hold',
      rulesOf(everyHalfHour),
      'On hold until 2026-11-24T17:51:39.469Z: goes out with the run of 2026-11-24T18:00Z.',
      '2026-11-24T18:00:00.000Z',
    ],
    [
      'the opening hours',
      rulesOf({ ...everyHalfHour, holdHours: 40, businessHours: newYork }),
      'On hold until 2026-11-26T07:51:39.469Z, then waits for business hours, which open Fri 09:00 America/New_York: goes out with the run of 2026-11-27T14:00Z.',
      '2026-11-27T14:00:00.000Z',
    ],
  ])('names the run that takes it after %s', (_what, rules, explanation, nextStepAt) => {
    const { step } = nextStepOf(request, rules, new Date('2026-11-24T15:52:00Z'));
    expect(step.view).toMatchObject({ explanation, nextStepAt });
    // It wakes at the end of its waits, so that a run by hand finds it ready before the next scheduled one.
    expect(step.waitMs).toBe(Date.parse(explanation.slice(14, 38)) - Date.parse('2026-11-24T15:52:00Z'));
  });
});

it('an unprocessed request says until when somebody holds it, and no longer than that', () => {
  const holdUntil = new Date('2026-11-25T08:00:00Z');
  const stepAt = (now: string) =>
    nextStepOf({ ...request, processing: 'unprocessed', holdUntil }, rulesOf({}), new Date(now)).step;
  const unprocessed = 'Unprocessed: waits until somebody processes it with `bcsource fr process PO-1`.';
  expect(stepAt('2026-11-25T07:00:00Z')).toMatchObject({
    view: { explanation: `${unprocessed} On hold until 2026-11-25T08:00Z even then.`, nextStepAt: null },
    waitMs: 3_600_000,
  });
  expect(stepAt('2026-11-25T08:00:00Z')).toMatchObject({ view: { explanation: unprocessed }, waitMs: null });
});

it.each([
  ['processing', '2026-11-24T17:51:39.469Z'],
  ['failed', undefined],
  ['sending', undefined],
  ['canceled', undefined],
] as const)('a request that is %s goes out by itself at %s', (processing, at) => {
  const fr = { ...request, processing, acknowledgedAt: null };
  expect(sendAt(fr, rulesOf({}), new Date('2026-11-24T15:52:00Z'))?.toISOString()).toBe(at);
});
