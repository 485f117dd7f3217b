import { describe, expect, it } from '@jest/globals';
import { findAlarms } from '../../../domain/alarms/find.ts';
import type { AlarmFacts } from '../../../domain/alarms/find.ts';
import { alarmsSchema } from '../../../domain/source/alarms.ts';
import type { ScheduleSettings } from '../../../domain/source/schedule.ts';

const at = (day: number, hour: number, minute = 0) => new Date(Date.UTC(2026, 10, day, hour, minute));
const appliedAt = at(1, 0);

const sound: AlarmFacts = {
  ...{ name: 'acme', appliedAt, inventory: null, missed: [], unsent: [] },
  ...{ failed: { count: 0, codes: [], numbers: [] }, unshipped: { count: 0, numbers: [] } },
  ...{ lost: { count: 0, numbers: [] }, doubled: { count: 0, numbers: [] } },
  ...{ leaving: { count: 0, numbers: [] }, refusal: null, quiet: [], starvingSince: null },
};

function causes(facts: Partial<AlarmFacts>, settings: Record<string, unknown>, now: Date) {
  return findAlarms({ ...sound, ...facts }, alarmsSchema.parse(settings), now).map(({ cause }) => cause);
}

describe('the stock is old', () => {
  const every4h: ScheduleSettings = { every: '4h' };
  const nightly: ScheduleSettings = { cron: '0 2 * * *', timezone: 'America/New_York' };
  /** Completed a minute after the turn of midnight. */
  const done = at(20, 0, 1);
  // A run may be a quarter of an hour late: so much later the turn before counts.
  it.each<[string, ScheduleSettings | undefined, Date | null, Date, boolean]>([
    ['not when one import by schedule failed', every4h, done, at(20, 8, 14), false],
    ['when two by schedule failed', every4h, done, at(20, 8, 15), true],
    ['not when the second last of a cron completed', nightly, at(20, 7, 1), at(22, 7, 14), false],
    ['when none since the second last of a cron completed', nightly, at(20, 7, 1), at(22, 7, 15), true],
    ['not for a day where there is no schedule', undefined, done, at(21, 0, 1), false],
    ['after a day where there is no schedule', undefined, done, at(21, 0, 2), true],
    ['not for a day after a source was applied', undefined, null, at(2, 0), false],
    ['where nothing was imported a day after a source was applied', undefined, null, at(2, 0, 1), true],
  ])('%s', (_when, schedule, lastCompletedAt, now, isOld) => {
    const found = causes({ inventory: { schedule, lastCompletedAt } }, {}, now);
    expect(found).toEqual(isOld ? ['inventory_stale'] : []);
  });

  it('by the hours that are set, whatever the schedule is', () => {
    const inventory = { schedule: every4h, lastCompletedAt: done };
    expect(causes({ inventory }, { inventoryMaxAgeHours: 30 }, at(21, 6, 1))).toEqual([]);
    expect(causes({ inventory }, { inventoryMaxAgeHours: 30 }, at(21, 6, 2))).toEqual(['inventory_stale']);
  });

  it('never where the job is not set up', () => {
    expect(causes({ inventory: null }, {}, at(28, 0))).toEqual([]);
  });
});

describe('webhooks are quiet', () => {
  const quiet = [{ kind: 'stock' as const, since: at(20, 0) }];
  it.each([
    [{}, at(20, 23, 59), []],
    [{}, at(21, 0), ['webhooks_quiet']],
    [{ webhooksQuietHours: 5 }, at(20, 4, 59), []],
    [{ webhooksQuietHours: 5 }, at(20, 5), ['webhooks_quiet']],
  ])('after the hours that are set, not before: %j at %p', (settings, now, found) => {
    expect(causes({ quiet }, settings, now)).toEqual(found);
  });
});

it('what is switched off is no alarm; everything else is', () => {
  const wrong: Partial<AlarmFacts> = {
    ...{ missed: [{ job: 'send', at: appliedAt }], unsent: ['A'], starvingSince: appliedAt },
    failed: { count: 1, codes: ['sku_not_found'], numbers: ['B'] },
  };
  const all = ['schedule_missed', 'requests_unsent', 'requests_failed', 'quota_starving'];
  expect(causes(wrong, {}, at(20, 0))).toEqual(all);
  const off = ['requests_unsent', 'quota_starving'];
  expect(causes(wrong, { off }, at(20, 0))).toEqual(['schedule_missed', 'requests_failed']);
});

describe('a connection that does not work', () => {
  const keys = 'bcsource doctor says which worker lacks a key of BCSOURCE_ENCRYPTION_KEY; start it with that, or ';
  it.each<[string, NonNullable<AlarmFacts['connectionType']>, string, string]>([
    ['credential_refused', 'oauth', 'The store refuses the token', 'bcsource source connect acme'],
    ['credential_refused', 'api_token', 'The store refuses the token', 'bcsource source test acme; then apply the'],
    ['scope_missing', 'oauth', 'The store does not let the token do all', 'bcsource source test acme; then apply the'],
    ['secret_unreadable', 'api_token', 'The token cannot be read by a worker', `${keys}apply the source again`],
    ['secret_unreadable', 'oauth', 'The token cannot be read by a worker', `${keys}bcsource source connect acme`],
    ['store_not_found', 'api_token', 'BigCommerce knows no store under the hash', 'Correct connection.storeHash'],
    ['app_uninstalled', 'oauth', 'The app is uninstalled', 'bcsource source connect acme'],
  ])('says of %s by %s what is wrong and what helps', (code, connectionType, message, hint) => {
    const facts = { ...sound, connectionType, refusal: { code, since: appliedAt } };
    const found = findAlarms(facts, alarmsSchema.parse({}), at(2, 0));
    expect(found).toMatchObject([{ cause: 'connection_refused', details: { code, since: appliedAt } }]);
    expect([found[0]!.message.startsWith(message), found[0]!.hint.startsWith(hint)]).toEqual([true, true]);
    expect(found[0]!.message).toContain(` since ${appliedAt.toISOString()}`);
  });
});

describe('requests that somebody should look at', () => {
  const [one, two] = [
    { count: 1, numbers: ['PO-1'] },
    { count: 2, numbers: ['PO-1', 'PO-2'] },
  ];
  it.each<[Partial<AlarmFacts>, string]>([
    [{ unsent: one.numbers }, '1 request is not sent 30 min after all waits were over: PO-1.'],
    [{ unsent: two.numbers }, '2 requests are not sent 30 min after all waits were over: PO-1, PO-2.'],
    [{ failed: { ...one, codes: ['out_of_stock'] } }, '1 request failed (out_of_stock) and needs a person: PO-1.'],
    [{ failed: { ...two, codes: ['a', 'b'] } }, '2 requests failed (a, b) and need a person: PO-1, PO-2.'],
    [{ unshipped: one }, '1 request was sent more than 5 business days ago and not shipped: PO-1.'],
    [{ unshipped: two }, '2 requests were sent more than 5 business days ago and not shipped: PO-1, PO-2.'],
    [
      { lost: one },
      "1 request has lost the order that was not shipped yet: archived in the store, gone from it, or somebody else's by its number: PO-1.",
    ],
    [
      { doubled: two },
      '2 requests have an order in the store that turned up late, beside their own or though they are canceled: PO-1, PO-2.',
    ],
    [{ leaving: one }, '1 request leaves the lookback period within 3 days unshipped: PO-1.'],
    [{ leaving: two }, '2 requests leave the lookback period within 3 days unshipped: PO-1, PO-2.'],
  ])('are told by their numbers: %j', (facts, message) => {
    const found = findAlarms({ ...sound, ...facts }, alarmsSchema.parse({}), at(20, 0));
    expect(found.map((alarm) => alarm.message)).toEqual([message]);
  });
});
