import { describe, expect, it } from '@jest/globals';
import { isLate, unsentMs } from '../../../domain/alarms/unsent.ts';
import type { WaitingRequest } from '../../../domain/alarms/unsent.ts';
import { fulfillmentSchema } from '../../../domain/source/fulfillment.ts';

const at = (time: string) => new Date(`2026-11-${time}Z`);
const MINUTE_MS = 60_000;

const OPENS = at('25T09:00:00');
/** Released ten seconds before the hours of Tuesday end. */
const cutOff: WaitingRequest = {
  ...{ number: 'PO-1', since: at('24T16:59:50'), holdUntil: null, nextStepAt: OPENS },
  ...{ skipsWaits: false, wasLetGo: false, isSending: false },
};
const businessHours = { timezone: 'UTC', weekly: { 'mon-fri': ['09:00-17:00'] }, holidays: [] };
const settings = fulfillmentSchema.parse({ businessHours });
const late = (fr: Partial<WaitingRequest>, now: string, minutes = 30, of = settings) =>
  isLate({ ...cutOff, ...fr }, of, { allowedMs: minutes * MINUTE_MS, now: at(now) });

describe('a request that the end of the business hours has cut off', () => {
  it.each([
    ['24T17:31:00', false],
    ['25T08:51:00', false],
    ['25T09:00:00', false],
    ['25T09:29:49', false],
    ['25T09:29:51', true],
  ])('at %s is late: %p, though the store keeps it waiting for its next attempt', (now, expected) => {
    const nextAttempt = new Date(Math.max(OPENS.getTime(), at(now).getTime() + 30_000));
    expect(late({ nextStepAt: nextAttempt }, now)).toBe(expected);
    expect(late({ nextStepAt: nextAttempt, wasLetGo: true }, now)).toBe(expected);
  });

  it('is late after so much open time, however many days that takes', () => {
    const since = at('24T09:00:00');
    const nextStepAt = at('26T12:00:30');
    expect(late({ since, nextStepAt }, '25T16:59:00', 16 * 60)).toBe(false);
    expect(late({ since, nextStepAt }, '26T09:09:00', 16 * 60)).toBe(false);
    expect(late({ since, nextStepAt }, '26T09:11:00', 16 * 60)).toBe(true);
  });

  it('and was late before is late again when it has had time to go after the opening, and not before', () => {
    const since = at('24T10:00:00');
    const isLateAt = (now: string, nextStepAt: Date) => late({ since, nextStepAt }, now);
    expect(isLateAt('24T16:00:00', at('24T16:00:30'))).toBe(true);
    expect(isLateAt('25T08:55:00', at('25T09:00:00'))).toBe(false);
    expect(isLateAt('25T09:00:00', at('25T09:00:00'))).toBe(false);
    expect(isLateAt('25T09:09:00', at('25T09:09:30'))).toBe(false);
    expect(isLateAt('25T09:10:00', at('25T09:10:30'))).toBe(true);
  });
});

it('a request that nobody looks after is late also while it is closed', () => {
  const since = at('24T10:00:00');
  expect(late({ since, nextStepAt: null }, '24T20:00:00')).toBe(true);
  expect(late({ since, nextStepAt: at('24T10:00:01') }, '24T20:00:00')).toBe(true);
});

it.each([{ skipsWaits: true }, { isSending: true }])('a request with %p does not wait for hours', (more) => {
  expect(late(more, '24T17:29:00')).toBe(false);
  expect(late(more, '24T17:31:00')).toBe(true);
});

it('without business hours all time counts', () => {
  expect(late({}, '24T17:29:50', 30, fulfillmentSchema.parse({}))).toBe(false);
  expect(late({}, '24T17:29:51', 30, fulfillmentSchema.parse({}))).toBe(true);
});

it.each([
  ['24T17:30:00', 0, 'it waits for the opening'],
  ['25T09:09:00', 0, 'it has time to go after the opening'],
  ['25T11:00:00', 60 * 3 + 1, 'open time counts, of both days'],
])('at %s a request that was released an hour before the hours end is unsent for %p min: %s', (now, minutes) => {
  const nextStepAt = new Date(Math.max(OPENS.getTime(), at(now).getTime() + 30_000));
  const fr = { ...cutOff, since: at('24T15:59:00'), nextStepAt };
  expect(unsentMs(fr, settings, at(now))).toBe(minutes * MINUTE_MS);
});
