import { Big } from 'big.js';
import { canonicalText, toDecimal } from '../mapping/decimal.ts';
import type { ItemContext } from './record.ts';

const DIGITS = 6;

/** A measure in the store's unit as kilograms or centimeters, decimal text rounded to 6 digits; what is no number stays as it is. */
export function toMetric(value: unknown, measures: 'weight' | 'length', context: ItemContext): unknown {
  const factor = measures === 'weight' ? context.weightFactorKg : context.dimensionFactorCm;
  const decimal = toDecimal(value);
  if (decimal === null || factor === '1') return value;
  return canonicalText(decimal.times(factor).round(DIGITS, Big.roundHalfUp));
}
