import { NoOpening, computeWaits } from '../calendar/waits.ts';
import type { FulfillmentSettings } from '../source/fulfillment.ts';
import { nextRunAt } from '../source/schedule.ts';

/** A request that is under way, as the alarm needs it. */
export interface WaitingRequest {
  number: string;
  /** When it came into processing, or when a person last did something with it. */
  since: Date;
  holdUntil: Date | null;
  skipsWaits: boolean;
  /** A run of the job has let it go. */
  wasLetGo: boolean;
}

/** When a request should have gone out by its settings: after hold, business hours and the next run of the job. */
export function dueToGoAt(fr: WaitingRequest, settings: FulfillmentSettings): Date | null {
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
