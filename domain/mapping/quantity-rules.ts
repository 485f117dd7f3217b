import { Big } from 'big.js';
import { toDecimal } from './decimal.ts';
import type { Report } from './language.ts';
import type { RuleOf } from './rule-schema.ts';

export type QuantityRule = RuleOf<'buffer' | 'percentOf' | 'cap' | 'zeroBelow'>;

const ZERO = new Big(0);

/** The change that a quantity rule makes: whole units, never below 0. Reports a share that is not from 0 to 100 %. */
export function compileQuantityRule(rule: QuantityRule, report: Report): (quantity: Big) => Big {
  switch (rule.rule) {
    case 'buffer':
      return (quantity) => (quantity.gt(rule.units) ? quantity.minus(rule.units) : ZERO);
    case 'percentOf': {
      const percent = toDecimal(rule.percent);
      if (percent === null || percent.lt(0) || percent.gt(100)) report(['percent'], 'must be a number from 0 to 100');
      const share = (percent ?? ZERO).div(100);
      return (quantity) => quantity.times(share).round(0, Big.roundDown);
    }
    case 'cap':
      return (quantity) => (quantity.gt(rule.max) ? new Big(rule.max) : quantity);
    case 'zeroBelow':
      return (quantity) => (quantity.lt(rule.min) ? ZERO : quantity);
  }
}
