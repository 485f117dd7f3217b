import { createHash } from 'node:crypto';
import type { ReconciledShipment } from './reconcile.ts';

/**
 * SHA-256 of what is stored of a shipment: its fields, items, flags and problems. Equal digests mean that there is nothing
 * to write; the order of keys does not count, and no problem adds nothing.
 */
export function shipmentFingerprint({ fields, items, flags, problems }: ReconciledShipment): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical({ fields, items, flags, ...(problems.length > 0 ? { problems } : {}) })))
    .digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  // Pairs, not an object: `__proto__` as a key would be lost in one.
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)]);
}
