type Details = Record<string, unknown>;

/**
 * Whether an alarm is about more than it was: a count that rose, or a request, reason, job or kind of event that it did
 * not name before. What it is about may change in other ways, and become less, without anybody being told.
 */
export function hasGrown(before: Details, now: Details): boolean {
  if (countOf(now) > countOf(before)) return true;
  if (isWhole(before) && hasNew(before['numbers'], now['numbers'])) return true;
  if (before['code'] !== undefined && now['code'] !== before['code']) return true;
  return ['codes', 'kinds'].some((key) => hasNew(before[key], now[key])) || hasNew(jobsOf(before), jobsOf(now));
}

/** Of many only the first are named, and when one of them is settled the next one moves up, which is not new. */
function isWhole(details: Details): boolean {
  return listOf(details['numbers']).length === countOf(details);
}

function countOf({ count }: Details): number {
  return typeof count === 'number' ? count : 0;
}

function jobsOf({ missed }: Details): unknown[] {
  return listOf(missed).map((each) => (each as { job?: unknown } | null)?.job);
}

function hasNew(before: unknown, now: unknown): boolean {
  const known = new Set(listOf(before));
  return listOf(now).some((each) => !known.has(each));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
