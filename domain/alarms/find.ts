import { counted } from '../counted.ts';
import { CONNECTION_CODES } from '../failures.ts';
import { UNINSTALLED, quietWebhooks, refusedConnection, starvingQuota } from './find-stores.ts';
import type { StoreFacts } from './find-stores.ts';
import type { AlarmCause, AlarmSettings } from '../source/alarms.ts';
import { previousRunAt } from '../source/schedule.ts';
import type { ScheduleSettings } from '../source/schedule.ts';

/** A source as its alarms are found from. Counts are of what is too late already. */
export interface AlarmFacts extends StoreFacts {
  appliedAt: Date;
  /** Null where the job is not set up. */
  inventory: { schedule: ScheduleSettings | undefined; lastCompletedAt: Date | null } | null;
  /** Jobs whose schedule should have started a run and did not, with the instant. */
  missed: { job: string; at: Date }[];
  unsent: string[];
  failed: { count: number; codes: string[]; numbers: string[] };
  unshipped: { count: number; numbers: string[] };
  lost: { count: number; numbers: string[] };
  doubled: { count: number; numbers: string[] };
  leaving: { count: number; numbers: string[] };
}

export interface FoundAlarm {
  cause: AlarmCause;
  /** Without personal data: it goes out by mail and chat. */
  message: string;
  hint: string;
  details: Record<string, unknown>;
}

const HOUR_MS = 3_600_000;
const DEFAULT_AGE_HOURS = 24;
const SHOWN = 5;

/** What is wrong with a source at `now`: at most one alarm a cause. */
export function findAlarms(facts: AlarmFacts, settings: AlarmSettings, now: Date): FoundAlarm[] {
  const found = [
    staleInventory(facts, settings, now),
    missedSchedule(facts),
    ...requestAlarms(facts, settings),
    refusedConnection(facts),
    quietWebhooks(facts, settings, now),
    starvingQuota(facts, settings, now),
  ];
  const heard = found.filter((alarm) => alarm !== null).filter(({ cause }) => !settings.off.includes(cause));
  return heard.some(({ cause }) => cause === 'connection_refused') ? heard.filter(isOfItsOwn(facts)) : heard;
}

/** What stands still because the app was uninstalled; one alarm says so. */
const STANDS_STILL = new Set<AlarmCause>(['inventory_stale', 'schedule_missed', 'requests_unsent', 'webhooks_quiet']);

/** Whether an alarm says something that the refused connection does not say already. */
function isOfItsOwn({ refusal, failed }: AlarmFacts) {
  return ({ cause }: FoundAlarm): boolean => {
    if (cause === 'requests_failed') return failed.codes.some((code) => !CONNECTION_CODES.has(code));
    return !STANDS_STILL.has(cause) || refusal?.code !== UNINSTALLED;
  };
}

function staleInventory({ name, appliedAt, inventory }: AlarmFacts, settings: AlarmSettings, now: Date) {
  if (!inventory) return null;
  const from = inventory.lastCompletedAt ?? appliedAt;
  const oldest = oldestAllowed(inventory.schedule, settings, now);
  if (from >= oldest) return null;
  const hours = Math.floor((now.getTime() - from.getTime()) / HOUR_MS);
  const message = inventory.lastCompletedAt
    ? `The stock is ${hours} h old: no import has completed since ${from.toISOString()}.`
    : `No import has completed since the source was applied ${hours} h ago.`;
  const hint = `bcsource runs list --source ${name}; bcsource inventory import ${name} --wait`;
  const details = { lastCompletedAt: inventory.lastCompletedAt, ageHours: hours };
  return { cause: 'inventory_stale', message, hint, details } as const;
}

/** Without a setting: as old as the second last run of the schedule, so that one that failed is not yet an alarm. */
function oldestAllowed(schedule: ScheduleSettings | undefined, settings: AlarmSettings, now: Date): Date {
  const { inventoryMaxAgeHours, scheduleLateMinutes } = settings;
  const last =
    inventoryMaxAgeHours === undefined && schedule
      ? previousRunAt(schedule, new Date(now.getTime() - scheduleLateMinutes * 60_000))
      : null;
  const before = last && schedule ? previousRunAt(schedule, new Date(last.getTime() - 1)) : null;
  return before ?? new Date(now.getTime() - (inventoryMaxAgeHours ?? DEFAULT_AGE_HOURS) * HOUR_MS);
}

function missedSchedule({ name, missed }: AlarmFacts) {
  if (missed.length === 0) return null;
  const jobs = missed.map(({ job, at }) => `${job} (due ${at.toISOString()})`).join(', ');
  return {
    ...({ cause: 'schedule_missed', message: `The schedule has not started a run of ${jobs}.` } as const),
    hint: `bcsource schedule list shows whether it is paused; bcsource doctor; bcsource schedule resume ${name}`,
    details: { missed },
  };
}

function requestAlarms(facts: AlarmFacts, settings: AlarmSettings) {
  const { name, unsent, failed, unshipped, lost, doubled, leaving } = facts;
  const list = `bcsource fr list --source ${name}`;
  const codes = failed.codes.join(', ');
  const { unsentMinutes, unshippedBusinessDays, lookbackWarningDays } = settings;
  const make = (cause: AlarmCause, numbers: string[], count: number, message: string, hint: string, more = {}) =>
    count === 0
      ? null
      : { cause, hint, message: `${message}: ${shown(numbers, count)}.`, details: { count, numbers, ...more } };
  return [
    make(
      'requests_unsent',
      unsent,
      unsent.length,
      counted(unsent.length, 'request is', 'requests are') + ` not sent ${unsentMinutes} min after all waits were over`,
      `bcsource fr explain ${unsent[0] ?? 'NUMBER'}; bcsource doctor`,
    ),
    make(
      'requests_failed',
      failed.numbers,
      failed.count,
      counted(failed.count, `request failed (${codes}) and needs`, `requests failed (${codes}) and need`) + ' a person',
      `${list} --state failed`,
      { codes: failed.codes },
    ),
    make(
      'orders_unshipped',
      unshipped.numbers,
      unshipped.count,
      counted(unshipped.count, 'request was', 'requests were') +
        ` sent more than ${unshippedBusinessDays} business days ago and not shipped`,
      `bcsource shipments sync ${name} --wait; then ask the supplier`,
    ),
    make(
      'orders_lost',
      lost.numbers,
      lost.count,
      counted(lost.count, 'request has', 'requests have') +
        " lost the order that was not shipped yet: archived in the store, gone from it, or somebody else's by its number",
      `bcsource fr explain ${lost.numbers[0] ?? 'NUMBER'}; then ask the supplier`,
    ),
    make(
      'orders_doubled',
      doubled.numbers,
      doubled.count,
      counted(doubled.count, 'request has', 'requests have') +
        ' an order in the store that turned up late, beside their own or though they are canceled',
      `bcsource fr show ${doubled.numbers[0] ?? 'NUMBER'} has its id; cancel that one in BigCommerce, not the order that the request has`,
    ),
    make(
      'lookback_ending',
      leaving.numbers,
      leaving.count,
      counted(leaving.count, 'request leaves', 'requests leave') +
        ` the lookback period within ${lookbackWarningDays} days unshipped`,
      `Ask the supplier, or raise shipments.lookbackDays; ${list} --state acknowledged --shipping open`,
    ),
  ];
}

function shown(numbers: string[], count: number): string {
  const first = numbers.slice(0, SHOWN).join(', ');
  return count > SHOWN ? `${first} and ${count - SHOWN} more` : first;
}
