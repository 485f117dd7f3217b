import type { Shipping } from '../fulfillment/states.ts';
import { nextRunAt, previousRunAt } from '../source/schedule.ts';
import type { ScheduleSettings } from '../source/schedule.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Most goods leave within hours; after that the store's own list of changes tells sooner than asking does. */
const INTERVALS_MS = [
  ...[2, 5, 10, 20, 40, 80].map((minutes) => minutes * MINUTE_MS),
  ...[3, 6, 11].map((hours) => hours * HOUR_MS),
];
const LONGEST_MS = 11 * HOUR_MS;
/** Each open request is asked for within twelve hours; a run takes its time until it comes to it. */
const WITHIN_MS = 11.5 * HOUR_MS;

/**
 * The last run of the schedule by which whatever is asked for at `now` has to be asked for again; where none comes within
 * twelve hours, the next. Null where nothing says when runs are.
 */
export function lastRunFor(schedule: ScheduleSettings | undefined, now: Date): Date | null {
  if (!schedule) return null;
  const last = previousRunAt(schedule, new Date(now.getTime() + WITHIN_MS));
  return last && last > now ? last : nextRunAt(schedule, now);
}

/** A month shows what hours and days of the week leave out; what days of the month and months do, only a year. */
function lookedThroughMs(schedule: ScheduleSettings): number {
  if ('every' in schedule) return 32 * DAY_MS;
  const [, , dayOfMonth, month] = schedule.cron.trim().split(/\s+/);
  return (dayOfMonth === '*' && month === '*' ? 32 : 366) * DAY_MS;
}

/** Whether there are times at which no run comes early enough for each open request to be asked for within twelve hours. */
export function isTooRare(schedule: ScheduleSettings, now: Date): boolean {
  const until = now.getTime() + lookedThroughMs(schedule);
  // From now on, and not from the next run: that may be years away.
  for (let at = now; at.getTime() < until;) {
    const last = previousRunAt(schedule, new Date(at.getTime() + WITHIN_MS));
    if (!last || last <= at) return true;
    at = last;
  }
  return false;
}

export interface NextCheckInput {
  /** How many intervals have passed in vain; 0 right after the acknowledgement and after a change. */
  step: number;
  now: Date;
  shipping: Shipping;
  /** When everything was found to be shipped; null counts as now. */
  shippedAt: Date | null;
  /** For how many days it is asked again after that: tracking numbers are typed in later. */
  recheckDays: number;
  /** The run by which it has to be due again, see `lastRunFor`; null where nobody knows when runs are. */
  lastRunAt: Date | null;
}

/** The clocks of Temporal, which starts the runs, and of the database are not quite the same. */
const EARLY_MS = MINUTE_MS;

/**
 * When a request's shipments are asked for again: at widening intervals while it is open, at most 11 hours; every 11
 * hours after it has shipped, the last time when `recheckDays` are over, and then never (null). Sooner where it would
 * miss the last run that may ask for it; never at once, as the run that is under way would find it again and again.
 */
export function nextCheck(input: NextCheckInput): { at: Date | null; step: number } {
  const { now, shipping, recheckDays } = input;
  const step = Math.min(Math.max(0, input.step), INTERVALS_MS.length - 1);
  if (shipping !== 'shipped') {
    return {
      at: new Date(now.getTime() + waitMs(input, INTERVALS_MS[step]!)),
      step: Math.min(step + 1, INTERVALS_MS.length - 1),
    };
  }
  const endsAt = (input.shippedAt ?? now).getTime() + recheckDays * DAY_MS;
  if (now.getTime() >= endsAt) return { at: null, step };
  return { at: new Date(Math.min(now.getTime() + waitMs(input, LONGEST_MS), endsAt)), step };
}

function waitMs({ now, lastRunAt }: NextCheckInput, intervalMs: number): number {
  if (!lastRunAt) return intervalMs;
  return Math.max(INTERVALS_MS[0]!, Math.min(intervalMs, lastRunAt.getTime() - EARLY_MS - now.getTime()));
}
