import type { IncomingHttpHeaders } from 'node:http';
import type { QuotaSnapshot } from './quota.ts';

/** BigCommerce's window, where an answer does not tell it. */
const WINDOW_MS = 30_000;
const SHORTEST_WINDOW_MS = 60_000;
const LONGEST_WAIT_MS = 10 * 60_000;

function numberOf(headers: IncomingHttpHeaders, name: string): number | undefined {
  const value = headers[name];
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The quota that an answer tells (X-Rate-Limit-*), or undefined where the store tells none. */
export function quotaOf(headers: IncomingHttpHeaders): QuotaSnapshot | undefined {
  const limit = numberOf(headers, 'x-rate-limit-requests-quota');
  const left = numberOf(headers, 'x-rate-limit-requests-left');
  const windowMs = numberOf(headers, 'x-rate-limit-time-window-ms');
  const resetMs = resetOf(headers);
  if (limit === undefined || left === undefined || resetMs === undefined) return undefined;
  // Who has no quota at all is told so by a 429; to wait for one in silence would be to wait for ever.
  if (limit < 1 || (windowMs ?? WINDOW_MS) <= 0) return undefined;
  return { limit, left, windowMs: windowMs ?? WINDOW_MS, resetMs };
}

/** Milliseconds until the quota starts anew: no more than its window, as it would be were an instant sent in its place. */
function resetOf(headers: IncomingHttpHeaders): number | undefined {
  const resetMs = numberOf(headers, 'x-rate-limit-time-reset-ms');
  const windowMs = numberOf(headers, 'x-rate-limit-time-window-ms') ?? WINDOW_MS;
  return resetMs === undefined ? undefined : Math.min(Math.max(0, resetMs), Math.max(windowMs, SHORTEST_WINDOW_MS));
}

/**
 * How long a 429 asks us to wait: the longer of reset (ms) and X-Retry-After or Retry-After (seconds). At most ten minutes:
 * a store that asks for more is asked again before, rather than left alone for a day.
 */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const reset = resetOf(headers);
  const seconds = numberOf(headers, 'x-retry-after') ?? numberOf(headers, 'retry-after');
  if (reset === undefined && seconds === undefined) return undefined;
  return Math.min(LONGEST_WAIT_MS, Math.max(reset ?? 0, (seconds ?? 0) * 1000));
}
