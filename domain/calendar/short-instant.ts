/** An instant as people read it: ISO 8601 in UTC, without milliseconds and seconds where they are 0. */
export function shortInstant(at: Date): string {
  return at.toISOString().replace(/(:00)?\.000Z$/, 'Z');
}
