import { isOpen, openStretches } from '../calendar/openings.ts';
import { NoOpening, computeWaits } from '../calendar/waits.ts';
import type { BusinessHours, FulfillmentSettings } from '../source/fulfillment.ts';
import { nextRunAt } from '../source/schedule.ts';

/** A request that is under way, as the alarm needs it. */
export interface WaitingRequest {
  number: string;
  /** When it came into processing, or when a person last did something with it. */
  since: Date;
  holdUntil: Date | null;
  skipsWaits: boolean;
  /** It was tried, and nobody knows yet what came of it: the store is asked whatever the hours. */
  isSending: boolean;
  /** What it was last seen to wait for: an opening, a run of the job, or the next attempt. */
  nextStepAt: Date | null;
  /** A run of the job has let it go. */
  wasLetGo: boolean;
}

/** Hours that have only just opened leave it time to go. */
const GOES_WITHIN_MS = 10 * 60_000;

/**
 * Whether a request is unsent for longer than is allowed after its waits. Only open time counts: what the end of the
 * business hours has cut off waits again, until they open.
 */
export function isLate(
  fr: WaitingRequest,
  settings: FulfillmentSettings,
  { allowedMs, now }: { allowedMs: number; now: Date },
): boolean {
  const within = { now, goesWithinMs: Math.min(allowedMs, GOES_WITHIN_MS), upToMs: allowedMs };
  return unsentWithin(fr, settings, within) > allowedMs;
}

/** For how long a request has been unsent after its waits, as `isLate` counts, up to about 30 days; 0 while it waits. */
export function unsentMs(fr: WaitingRequest, settings: FulfillmentSettings, now: Date): number {
  return unsentWithin(fr, settings, { now, goesWithinMs: GOES_WITHIN_MS, upToMs: MOST_COUNTED_MS });
}

/** Business hours are gone through day by day. */
const MOST_COUNTED_MS = 30 * 86_400_000;

interface Within {
  now: Date;
  goesWithinMs: number;
  /** Beyond this nothing more is counted. */
  upToMs: number;
}

function unsentWithin(
  fr: WaitingRequest,
  settings: FulfillmentSettings,
  { now, goesWithinMs, upToMs }: Within,
): number {
  const dueAt = dueToGoAt(fr, settings);
  const ms = dueAt ? now.getTime() - dueAt.getTime() : 0;
  if (!dueAt || ms <= 0) return 0;
  const { businessHours } = settings;
  if (!businessHours || fr.skipsWaits || fr.isSending) return ms;
  const before = new Date(now.getTime() - goesWithinMs);
  const waitsForOpening = fr.nextStepAt !== null && fr.nextStepAt > before && !isOpen(businessHours, before);
  return waitsForOpening ? 0 : openMs(businessHours, { from: dueAt, to: now }, upToMs);
}

/** How much open time a span holds; no more is looked for than a little above `upToMs`. */
function openMs(hours: BusinessHours, { from, to }: { from: Date; to: Date }, upToMs: number): number {
  let open = 0;
  for (const stretch of openStretches(hours, from)) {
    open += Math.max(0, Math.min(stretch.to, to.getTime()) - stretch.from);
    if (open > upToMs || stretch.to >= to.getTime()) break;
  }
  return open;
}

/** When a request should have gone out by its settings: after hold, business hours and the next run of the job. */
function dueToGoAt(fr: WaitingRequest, settings: FulfillmentSettings): Date | null {
  if (fr.skipsWaits || fr.wasLetGo) return fr.since;
  try {
    const rules = { ...settings, businessHours: settings.businessHours };
    const { goesOutAt } = computeWaits(rules, { releasedAt: fr.since, holdUntil: fr.holdUntil });
    return settings.schedule ? (nextRunAt(settings.schedule, goesOutAt) ?? goesOutAt) : goesOutAt;
  } catch (error) {
    if (error instanceof NoOpening) return null;
    throw error;
  }
}
