import type { Shipping } from '../fulfillment/states.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Most goods leave within hours; after that the store's own list of changes tells sooner than asking does. */
const INTERVALS_MS = [
  ...[2, 5, 10, 20, 40, 80].map((minutes) => minutes * MINUTE_MS),
  ...[3, 6, 11].map((hours) => hours * HOUR_MS),
];
/** It is asked by the first run after that: with runs at least hourly, within twelve hours. */
const LONGEST_MS = 11 * HOUR_MS;

export interface NextCheckInput {
  /** How many intervals have passed in vain; 0 right after the acknowledgement and after a change. */
  step: number;
  now: Date;
  shipping: Shipping;
  /** When everything was found to be shipped; null counts as now. */
  shippedAt: Date | null;
  /** For how many days it is asked again after that: tracking numbers are typed in later. */
  recheckDays: number;
}

/**
 * When a request's shipments are asked for again: at widening intervals while it is open, at most 11 hours; every 11
 * hours after it has shipped, the last time when `recheckDays` are over, and then never (null).
 */
export function nextCheck(input: NextCheckInput): { at: Date | null; step: number } {
  const { now, shipping, recheckDays } = input;
  const step = Math.min(Math.max(0, input.step), INTERVALS_MS.length - 1);
  if (shipping !== 'shipped') {
    return { at: new Date(now.getTime() + INTERVALS_MS[step]!), step: Math.min(step + 1, INTERVALS_MS.length - 1) };
  }
  const endsAt = (input.shippedAt ?? now).getTime() + recheckDays * DAY_MS;
  if (now.getTime() >= endsAt) return { at: null, step };
  return { at: new Date(Math.min(now.getTime() + LONGEST_MS, endsAt)), step };
}
