/** An id as it came: a whole number above 0, as a number or as digits; undefined where it is none. */
export function readId(value: unknown): number | undefined {
  const id = readNumber(value);
  return id !== null && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** A number as it came, also where BigCommerce writes it as text (V2 does so with decimals); null where it is none. */
export function readNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value.trim())) return null;
  return Number(value);
}

/** Postgres `integer`, and BigCommerce's own limit. */
const LARGEST_COUNT = 2_147_483_647;

/** A whole number from 0 that Postgres can hold as an integer, as a number or as digits; null where it is none. */
export function readCount(value: unknown): number | null {
  const count = readNumber(value);
  return count !== null && Number.isInteger(count) && count >= 0 && count <= LARGEST_COUNT ? count : null;
}

/** A text, byte for byte; a number counts as its digits; null where it is neither. */
export function readText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** A date in ISO 8601 or RFC 2822 (V2); null where it is blank or no date. */
export function readDate(value: unknown): Date | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** A flag, also as 1 or "true". */
export function readFlag(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true';
}

/** The fields of an object; none where it is no object. */
export function readFields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The entries of a list; none where it is no list. */
export function readList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
