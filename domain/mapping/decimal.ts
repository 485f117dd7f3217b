import { Big } from 'big.js';

const CANONICAL = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$/;
const NUMERIC = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?$/i;
/** Longer texts are no amount that a shop holds, and would only cost memory when an exponent is written out. */
const LONGEST_NUMBER = 40;
/** From here on a double no longer holds every integer and cent, so its text is not what the store meant. */
const LARGEST_DOUBLE = 1e15;

/** Reads a JSON number, a numeric text or a Big as a decimal; null when it is none of these or beyond 15 exact digits. */
export function toDecimal(raw: unknown): Big | null {
  if (raw instanceof Big) return raw;
  const text = decimalText(raw);
  return text === null ? null : new Big(text);
}

/**
 * The canonical text of a decimal (plain digits, no exponent, no trailing zeros: 12.50 is "12.5"); null when it is none.
 *
 * A JSON number has passed through a double. `String` gives the shortest text that reads back as that double, and every
 * decimal of up to 15 significant digits survives that trip unchanged, so no Big is needed to get the store's digits back.
 */
export function decimalText(raw: unknown): string | null {
  if (typeof raw === 'number') {
    if (!(Math.abs(raw) < LARGEST_DOUBLE)) return null;
    const text = String(raw);
    return text.includes('e') ? canonicalText(new Big(raw)) : text;
  }
  if (typeof raw === 'string') {
    const text = raw.trim();
    if (text.length > LONGEST_NUMBER) return null;
    if (CANONICAL.test(text)) return text;
    return NUMERIC.test(text)
      ? canonicalText(new Big(text.replace(/^\+/, '').replace(/\.$/, '').replace(/\.e/i, 'e')))
      : null;
  }
  return raw instanceof Big ? canonicalText(raw) : null;
}

/** The text of a Big in the same canonical form as {@link decimalText}. */
export function canonicalText(value: Big): string {
  return value.eq(0) ? '0' : value.toFixed();
}
