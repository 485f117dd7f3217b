import { DateTime } from 'luxon';
import type { BusinessHours } from '../source/fulfillment.ts';
import { NoOpening, isOpen, nextOpening, openStretches } from './openings.ts';
import { shortInstant } from './short-instant.ts';

export { NoOpening, isOpen, nextOpening };

const HOUR_MS = 3_600_000;
/** A hold that counts open time only must end some day; looking further costs time and helps nobody. */
const LONGEST_HOLD_YEARS = 10;

/** What the settings of a source say about waiting. */
export interface WaitingRules {
  /** Fractions allowed; 0 is no hold. */
  holdHours: number;
  /** Whether the hold counts open time only; without business hours it counts calendar time all the same. */
  businessHoursHold: boolean;
  businessHours?: BusinessHours | undefined;
}

/** What the waits of a fulfillment request begin with. */
export interface WaitsFrom {
  releasedAt: Date;
  /** What a person has set: it replaces the hold of the settings, shorter or longer. */
  holdUntil: Date | null;
  /**
   * Pass the present instant when deciding whether to send: without it the answer may be an opening that is past, and
   * the hours closed again since (a worker that was down, a retry at night).
   */
  notBefore?: Date | undefined;
}

export interface Waits {
  /** End of the hold, never before `releasedAt`. */
  holdEndsAt: Date;
  /** First open instant at or after it, and not before `notBefore`. */
  goesOutAt: Date;
}

/**
 * When a fulfillment request may go out: at the first open instant at or after the end of its hold. Exact to the
 * millisecond. A hold in open time ends at the very instant at which that much open time has passed; when this is the
 * end of a window, the request goes out at the next opening.
 * Throws {@link NoOpening} when nothing opens within 366 days, or when a hold in open time lasts more than 10 years.
 */
export function computeWaits(rules: WaitingRules, { releasedAt, holdUntil, notBefore }: WaitsFrom): Waits {
  const holdEndsAt = holdUntil ? laterOf(releasedAt, holdUntil) : holdEnd(rules, releasedAt);
  const readyAt = notBefore ? laterOf(holdEndsAt, notBefore) : holdEndsAt;
  return { holdEndsAt, goesOutAt: rules.businessHours ? nextOpening(rules.businessHours, readyAt) : readyAt };
}

/**
 * The waits in one sentence for people, as of `now`, without personal data; days and times of openings are those of
 * the hours' own zone. `runAt` is the run of the job that takes it then, where it does not go by itself.
 */
export function describeWaits(waits: Waits, { businessHours }: WaitingRules, now: Date, runAt?: Date | null): string {
  const { holdEndsAt, goesOutAt } = waits;
  if (goesOutAt <= now) return 'Its waits are over: goes out now.';
  const goesOut = runAt ? `goes out with the run of ${shortInstant(runAt)}` : `goes out ${shortInstant(goesOutAt)}`;
  const opens = businessHours ? `business hours, which open ${openingOf(businessHours, goesOutAt)}` : undefined;
  if (holdEndsAt > now) {
    const hold = `On hold until ${shortInstant(holdEndsAt)}`;
    if (goesOutAt <= holdEndsAt) return runAt ? `${hold}: ${goesOut}.` : `${hold}: goes out then.`;
    return opens ? `${hold}, then waits for ${opens}: ${goesOut}.` : `${hold}: ${goesOut}.`;
  }
  return opens ? `Waits for ${opens}: ${goesOut}.` : `Its hold is over: ${goesOut}.`;
}

function openingOf({ timezone }: BusinessHours, at: Date): string {
  const local = DateTime.fromJSDate(at, { zone: timezone }).setLocale('en-US');
  return `${local.toFormat('ccc HH:mm')} ${timezone}`;
}

function holdEnd({ holdHours, businessHoursHold, businessHours }: WaitingRules, releasedAt: Date): Date {
  const holdMs = Math.round(holdHours * HOUR_MS);
  if (!businessHoursHold || !businessHours || holdMs === 0) return new Date(releasedAt.getTime() + holdMs);
  const latest = releasedAt.getTime() + LONGEST_HOLD_YEARS * 366 * 24 * HOUR_MS;
  let left = holdMs;
  for (const { from, to } of openStretches(businessHours, releasedAt)) {
    if (left <= to - from) return new Date(from + left);
    left -= to - from;
    if (to > latest) break;
  }
  throw new NoOpening(
    `A hold of ${holdHours} open hours from ${shortInstant(releasedAt)} on lasts more than ${LONGEST_HOLD_YEARS} years: shorten it, or count it in calendar time.`,
  );
}

function laterOf(a: Date, b: Date): Date {
  return new Date(Math.max(a.getTime(), b.getTime()));
}
