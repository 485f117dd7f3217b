import { Big } from 'big.js';
import { canonicalText, decimalText } from './decimal.ts';
import type { Target } from './language.ts';
import { Refusal } from './refusal.ts';

/** Postgres `integer`, and BigCommerce's own limit. */
const LARGEST_QUANTITY = 2_147_483_647;
const MEASURE_DIGITS = 6;
/**
 * The value in the form that its target is stored in, or why it cannot be: text as it is, money and measures as canonical
 * decimal text, quantities as whole numbers from 0, lists as lists of texts. Nothing known is null.
 */
export function finishValue(target: Target, value: unknown): unknown {
  const finished = value === null || value === undefined ? null : finishers[target.kind](value, target);
  return finished === null && target.missing ? new Refusal(target.missing.code, target.missing.reason) : finished;
}

/** The value before its rules: zero that means unknown is no number to be marked up, and a blank text is no number. */
export function startValue(target: Target, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (target.zeroIsNull && isZero(value)) return null;
  const isNumeric = target.kind === 'money' || target.kind === 'measure' || target.kind === 'quantity';
  return isNumeric && typeof value === 'string' && value.trim() === '' ? null : value;
}

function isZero(value: unknown): boolean {
  if (typeof value === 'number') return value === 0;
  // A text that begins with another digit is none, and most do.
  const first = typeof value === 'string' ? value.charCodeAt(0) : Number.NaN;
  return !(first >= ONE && first <= NINE) && decimalText(value) === '0';
}

const ONE = '1'.charCodeAt(0);
const NINE = '9'.charCodeAt(0);

const finishers: Record<Target['kind'], (value: unknown, target: Target) => unknown> = {
  text: finishText,
  money: finishMoney,
  measure: finishMeasure,
  quantity: finishQuantity,
  list: finishList,
  any: plain,
};

function finishText(value: unknown, target: Target): unknown {
  const text = Array.isArray(value) ? joined(value) : scalarText(value);
  if (text instanceof Refusal) return text;
  if (target.blankIsNull && text.trim() === '') return null;
  return isUnstorable(text) ? unstorable() : text;
}

function finishMoney(value: unknown, target: Target): unknown {
  const text = decimalText(value);
  if (text === null) return invalid(`is not an amount: ${shown(value)}`);
  if (text.startsWith('-')) return invalid(`is below zero: ${text}`);
  return text === '0' && target.zeroIsNull ? null : text;
}

function finishMeasure(value: unknown, target: Target): unknown {
  const exact = decimalText(value);
  if (exact === null) return invalid(`is not a number: ${shown(value)}`);
  if (exact.startsWith('-')) return invalid(`is below zero: ${exact}`);
  const point = exact.indexOf('.');
  const isShort = point < 0 || exact.length - point - 1 <= MEASURE_DIGITS;
  const text = isShort ? exact : canonicalText(new Big(exact).round(MEASURE_DIGITS, Big.roundHalfUp));
  return text === '0' && target.zeroIsNull ? null : text;
}

function finishQuantity(value: unknown): unknown {
  const quantity = typeof value === 'number' ? value : Number(decimalText(value) ?? Number.NaN);
  if (Number.isNaN(quantity)) return invalid(`is not a quantity: ${shown(value)}`);
  if (quantity > LARGEST_QUANTITY) return invalid(`is more than ${LARGEST_QUANTITY}: ${shown(value)}`);
  return quantity <= 0 ? 0 : Math.floor(quantity);
}

function finishList(value: unknown): unknown {
  const texts: string[] = [];
  for (const element of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const text = element === null || element === undefined ? '' : scalarText(element);
    if (text instanceof Refusal) return text;
    if (isUnstorable(text)) return unstorable();
    if (text.trim() !== '') texts.push(text);
  }
  return texts;
}

/** A copy of plain JSON, decimals as text: expressions can answer with functions and with lists that carry extras. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return isUnstorable(value) ? unstorable() : value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  if (value instanceof Big) return canonicalText(value);
  if (typeof value !== 'object') return invalid('is a function, not a value');
  if (Array.isArray(value)) {
    const copy = Array.from(value, plain);
    return copy.find((each) => each instanceof Refusal) ?? copy;
  }
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, isUnstorable(key) ? unstorable() : plain(inner)] as const,
  );
  return entries.find(([, inner]) => inner instanceof Refusal)?.[1] ?? Object.fromEntries(entries);
}

function joined(list: unknown[]): string | Refusal {
  const texts = list.filter((each) => each !== null && each !== undefined).map(scalarText);
  return texts.find((text) => text instanceof Refusal) ?? texts.join(', ');
}

function scalarText(value: unknown): string | Refusal {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return decimalText(value) ?? invalid('is not a text');
}

/** Text that Postgres cannot hold (NUL, half of a surrogate pair) and that would fail the whole page it is written in. */
function isUnstorable(text: string): boolean {
  return text.includes('\0') || !(text as WellFormedString).isWellFormed();
}

/** In Node since 20, in TypeScript's library only since es2024. */
type WellFormedString = string & { isWellFormed(): boolean };

function invalid(reason: string): Refusal {
  return new Refusal('value_invalid', reason);
}

function unstorable(): Refusal {
  return new Refusal('text_unstorable', 'holds a character that no database text can hold (NUL or half a character)');
}

function shown(value: unknown): string {
  const text = value instanceof Big ? canonicalText(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
