/** A span of time in milliseconds since 1970. */
export interface Span {
  from: number;
  until: number;
}

export const NEVER: Span = { from: 0, until: 0 };

/** Whether it is that time. A span that begins in the time to come, by a clock that was set back, is over. */
export function isWithin(now: number, { from, until }: Span): boolean {
  return now >= from && now < until;
}
