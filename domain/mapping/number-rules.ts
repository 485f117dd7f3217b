import { Big } from 'big.js';
import { toDecimal } from './decimal.ts';
import { within } from './language.ts';
import type { Report } from './language.ts';
import { NotApplied, Refusal } from './refusal.ts';
import type { RuleOf } from './rule-schema.ts';

export type NumberRule = RuleOf<
  | 'markup'
  | 'addition'
  | 'tieredMarkup'
  | 'round'
  | 'discountOnMsrp'
  | 'roundTo99'
  | 'notBelowCost'
  | 'notAboveMsrp'
  | 'neverZero'
>;

/** A change of a decimal; `reference` is the item's mapped cost or msrp for the rules that need one. */
export type NumberChange = (value: Big, reference: Big | null) => Big | NotApplied | Refusal;

const ROUNDING = { nearest: Big.roundHalfUp, up: Big.roundUp, down: Big.roundDown } as const;
const NO_MSRP = new NotApplied('this item has no msrp');
const NO_COST = new NotApplied('this item has no cost');
const NOT_BELOW = new NotApplied('it is not below cost');
const NOT_ABOVE = new NotApplied('it is not above msrp');
const NO_TIER = new NotApplied('no tier reaches this value');
const STAYS_ZERO = new NotApplied('zero stays zero');
const NOT_ZERO = new NotApplied('it is not zero');
const ZERO_REFUSED = new Refusal('zero', 'is zero or less after its rules, and its template forbids that');

/** The change that a rule on numbers or money makes. Reports settings that are no numbers or make no sense. */
export function compileNumberRule(rule: NumberRule, report: Report): NumberChange {
  switch (rule.rule) {
    case 'markup': {
      const factor = factorOf(rule.percent, 1, within(report, 'percent'));
      return (value) => value.times(factor);
    }
    case 'addition': {
      const amount = setting(rule.amount, within(report, 'amount'));
      return (value) => value.plus(amount);
    }
    case 'tieredMarkup':
      return compileTiers(rule, report);
    case 'round': {
      const mode = ROUNDING[rule.mode ?? 'nearest'];
      return (value) => value.round(rule.digits, mode);
    }
    case 'discountOnMsrp': {
      const factor = factorOf(rule.percent, -1, within(report, 'percent'));
      return (_value, msrp) => (msrp === null ? NO_MSRP : msrp.times(factor));
    }
    case 'roundTo99':
      return compileEnding(rule, report);
    case 'notBelowCost':
      return (value, cost) => (cost === null ? NO_COST : value.lt(cost) ? cost : NOT_BELOW);
    case 'notAboveMsrp':
      return (value, msrp) => (msrp === null ? NO_MSRP : value.gt(msrp) ? msrp : NOT_ABOVE);
    case 'neverZero':
      return (value) => (value.gt(0) ? NOT_ZERO : ZERO_REFUSED);
  }
}

/** 1 plus or minus a share given in percent; a discount beyond 100 % would turn the sign. */
function factorOf(percent: number | string, sign: 1 | -1, report: Report): Big {
  const factor = setting(percent, report).div(100).times(sign).plus(1);
  if (factor.lt(0)) report([], 'takes away more than 100 %');
  return factor;
}

function setting(raw: number | string, report: Report): Big {
  const value = toDecimal(raw);
  if (value === null) report([], `is not a number: ${String(raw)}`);
  return value ?? new Big(0);
}

interface Tier {
  upTo: Big | null;
  apply: (value: Big) => Big;
}

/** The first tier that reaches up to the value decides, and it alone changes the value. */
function compileTiers(rule: RuleOf<'tieredMarkup'>, report: Report): NumberChange {
  const tiers = rule.tiers.map((tier, index): Tier => {
    const at = within(report, 'tiers', index);
    if ((tier.percent === undefined) === (tier.amount === undefined)) at([], 'needs exactly one of percent and amount');
    if (tier.upTo === undefined && index < rule.tiers.length - 1) at([], 'needs upTo: only the last tier may be open');
    const factor = factorOf(tier.percent ?? 0, 1, within(at, 'percent'));
    const amount = setting(tier.amount ?? 0, within(at, 'amount'));
    const upTo = tier.upTo === undefined ? null : setting(tier.upTo, within(at, 'upTo'));
    return { upTo, apply: tier.percent === undefined ? (value) => value.plus(amount) : (value) => value.times(factor) };
  });
  tiers.forEach((tier, index) => {
    const before = tiers[index - 1]?.upTo;
    if (tier.upTo && before && tier.upTo.lte(before)) {
      within(report, 'tiers', index, 'upTo')([], 'is not above the tier before it');
    }
  });
  return (value) => {
    const tier = tiers.find(({ upTo }) => upTo === null || value.lte(upTo));
    return tier ? tier.apply(value) : NO_TIER;
  };
}

/**
 * Rounds up to the next amount that ends so (12.30 is 12.99, 12.99 stays, 13.00 is 13.99): up, because rounding down could
 * undercut cost. Zero stays zero: what is free does not become 0.99.
 */
function compileEnding(rule: RuleOf<'roundTo99'>, report: Report): NumberChange {
  const ending = setting(rule.ending ?? '0.99', within(report, 'ending'));
  if (ending.lt(0) || ending.gte(1)) report(['ending'], 'must be from 0 to below 1, such as 0.99');
  return (value) => {
    if (value.lte(0)) return STAYS_ZERO;
    const above = value.minus(ending);
    return above.lte(0) ? ending : above.round(0, Big.roundUp).plus(ending);
  };
}
