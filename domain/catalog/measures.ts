import { Big } from 'big.js';
import { canonicalText, toDecimal } from '../mapping/decimal.ts';
import type { ItemContext } from './record.ts';

const DIGITS = 6;

/** A measure in the store's unit as kilograms or centimeters, decimal text rounded to 6 digits; what is no number stays as it is. */
export function toMetric(value: unknown, measures: 'weight' | 'length', context: ItemContext): unknown {
  const known = context.metrics.get(measures)?.get(value);
  if (known !== undefined) return known;
  const metric = convert(value, measures, context);
  remember(context, measures, value, metric);
  return metric;
}

function convert(value: unknown, measures: 'weight' | 'length', context: ItemContext): unknown {
  const factor = measures === 'weight' ? context.weightFactorKg : context.dimensionFactorCm;
  const decimal = toDecimal(value);
  if (decimal === null || factor === '1') return value;
  return canonicalText(decimal.times(factor).round(DIGITS, Big.roundHalfUp));
}

/** Shops have few different weights and sizes, and decimal arithmetic was a tenth of mapping an item. */
const MOST_REMEMBERED = 5000;

function remember(context: ItemContext, measures: 'weight' | 'length', value: unknown, metric: unknown): void {
  const known = context.metrics.get(measures) ?? new Map<unknown, unknown>();
  if (known.size < MOST_REMEMBERED) known.set(value, metric);
  context.metrics.set(measures, known);
}
