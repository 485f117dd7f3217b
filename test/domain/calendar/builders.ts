import type { BusinessHours } from '../../../domain/source/fulfillment.ts';

export type Weekly = Record<string, string[]>;

export function hoursOf(
  weekly: Weekly,
  { timezone = 'America/New_York', holidays = [] }: { timezone?: string; holidays?: string[] } = {},
): BusinessHours {
  return { timezone, weekly, holidays };
}

export const newYork = hoursOf({ 'mon-fri': ['09:00-17:00'] });
