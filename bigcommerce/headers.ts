import type { IncomingHttpHeaders } from 'node:http';
import type { QuotaSnapshot } from './quota.ts';

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
  const resetMs = numberOf(headers, 'x-rate-limit-time-reset-ms');
  if (limit === undefined || left === undefined || resetMs === undefined) return undefined;
  return { limit, left, windowMs: windowMs ?? 30_000, resetMs };
}

/** How long a 429 asks us to wait: the longer of reset (ms) and X-Retry-After or Retry-After (seconds). */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const reset = numberOf(headers, 'x-rate-limit-time-reset-ms');
  const seconds = numberOf(headers, 'x-retry-after') ?? numberOf(headers, 'retry-after');
  if (reset === undefined && seconds === undefined) return undefined;
  return Math.max(reset ?? 0, (seconds ?? 0) * 1000);
}
