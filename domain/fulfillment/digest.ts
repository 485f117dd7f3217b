import { createHash } from 'node:crypto';
import { decimalText } from '../mapping/decimal.ts';
import { pathText } from './document-problems.ts';

/** The fields whose text is an amount: "12.50" and 12.5 are the same there. */
const decimalFields = new Set([
  'unitPrice',
  'estimatedShippingCost',
  'estimatedDropshipFee',
  'totalCost',
  'totalWeightLbs',
]);

/**
 * SHA-256 of a parsed document. Equal digests mean equal content: the order of keys, the way an amount is written and
 * fields that are null do not count, so that a field that a later version adds changes no digest.
 */
export function digest(document: object): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(document, '')))
    .digest('hex');
}

export interface Difference {
  /** Where in the document, e.g. `lines[1].quantity`. */
  path: string;
  /** null where that side has nothing. */
  stored: unknown;
  given: unknown;
}

/** Every place where two parsed documents differ; none exactly when their digests are equal. */
export function differences(stored: object, given: object): Difference[] {
  return compare(canonical(stored, ''), canonical(given, ''), []);
}

function compare(stored: unknown, given: unknown, path: PropertyKey[]): Difference[] {
  if (isParent(stored) && isParent(given)) {
    const keys = new Set([...Object.keys(stored), ...Object.keys(given)]);
    return [...keys].flatMap((key) =>
      compare(stored[key], given[key], [...path, Array.isArray(stored) ? Number(key) : key]),
    );
  }
  if (JSON.stringify(stored) === JSON.stringify(given)) return [];
  return [{ path: pathText(path), stored: stored ?? null, given: given ?? null }];
}

const ADDRESS = /^(billing|shipping)Address\b/;

/** Differences for whoever was refused: addresses are named, and what they say is left out. */
export function withoutAddresses(found: readonly Difference[]): Difference[] {
  const hidden = (value: unknown) => (value === null ? null : '[hidden]');
  return found.map((each) =>
    ADDRESS.test(each.path) ? { ...each, stored: hidden(each.stored), given: hidden(each.given) } : each,
  );
}

function isParent(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function canonical(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((each) => canonical(each, ''));
  if (isParent(value)) {
    const entries = Object.keys(value)
      .sort()
      .map((name) => [name, canonical(value[name], name)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== null && inner !== undefined && !isEmpty(inner)));
  }
  return decimalFields.has(key) ? (decimalText(value) ?? value) : value;
}

/** An address of which nothing is known says as much as none. */
function isEmpty(value: unknown): boolean {
  return isParent(value) && Object.keys(value).length === 0;
}
