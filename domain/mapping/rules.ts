import { Big } from 'big.js';
import { compileCondition } from './conditions.ts';
import type { CompiledCondition } from './conditions.ts';
import { toDecimal } from './decimal.ts';
import { within } from './language.ts';
import type { Report, Target, TargetKind, TemplateLanguage } from './language.ts';
import { compileNumberRule } from './number-rules.ts';
import { compileQuantityRule } from './quantity-rules.ts';
import { NotApplied, Refusal } from './refusal.ts';
import type { Rule, RuleName } from './rule-schema.ts';
import { compileTextRule } from './text-rules.ts';

export interface CompiledRule<R> {
  name: RuleName;
  when: CompiledCondition<R> | null;
  /** Whether the rule has something to do on an item that has no value yet. */
  startsFromNothing: boolean;
  /** The target whose mapped value the rule compares with. */
  refersTo: string | null;
  change: (value: unknown, reference: Big | null) => unknown;
}

type Family = 'text' | 'number' | 'money' | 'quantity' | 'any';

const FAMILIES: Record<RuleName, Family> = {
  trim: 'text',
  case: 'text',
  stripHtml: 'text',
  replace: 'text',
  prefix: 'text',
  suffix: 'text',
  truncate: 'text',
  markup: 'number',
  addition: 'number',
  tieredMarkup: 'number',
  round: 'number',
  discountOnMsrp: 'money',
  roundTo99: 'money',
  notBelowCost: 'money',
  notAboveMsrp: 'money',
  neverZero: 'money',
  buffer: 'quantity',
  percentOf: 'quantity',
  cap: 'quantity',
  zeroBelow: 'quantity',
  set: 'any',
};

const SUITS: Record<TargetKind, readonly Family[]> = {
  text: ['text', 'any'],
  list: ['text', 'any'],
  money: ['number', 'money', 'any'],
  measure: ['number', 'any'],
  quantity: ['quantity', 'any'],
  any: ['text', 'number', 'money', 'quantity', 'any'],
};

const REFERENCES: Partial<Record<RuleName, string>> = {
  discountOnMsrp: 'msrp',
  notAboveMsrp: 'msrp',
  notBelowCost: 'cost',
};

const NO_VALUE = new NotApplied('there is no value');
const CONDITION_FALSE = new NotApplied('its condition does not hold');

/** Compiles the rules of a field; reports rules that do not suit the target and settings that cannot work. */
export function compileRules<R>(
  rules: readonly Rule[],
  target: Target,
  language: TemplateLanguage<R>,
  needs: Set<string>,
  report: Report,
): CompiledRule<R>[] {
  return rules.map((rule, index) => {
    const at = within(report, index);
    if (!SUITS[target.kind].includes(FAMILIES[rule.rule])) at([], `the rule ${rule.rule} does not suit this field`);
    // A guard that later rules could undo would promise something that does not hold.
    if (rule.rule === 'neverZero' && index < rules.length - 1) at([], 'neverZero must be the last rule of its field');
    const refersTo = REFERENCES[rule.rule] ?? null;
    if (refersTo !== null && !language.targets.has(refersTo)) at([], `the rule ${rule.rule} needs a field ${refersTo}`);
    return {
      name: rule.rule,
      when: rule.when ? compileCondition(rule.when, language, needs, within(at, 'when')) : null,
      startsFromNothing: rule.rule === 'set' || rule.rule === 'discountOnMsrp',
      refersTo,
      change: compileChange(rule, target, at),
    };
  });
}

/** The value after a rule, why the rule was not applied, or why the item is refused. */
export function applyRule<R>(
  rule: CompiledRule<R>,
  value: unknown,
  record: R,
  referenceOf: (target: string) => Big | null,
): unknown {
  if (rule.when !== null && !rule.when(record, value)) return CONDITION_FALSE;
  if (value === null && !rule.startsFromNothing) return NO_VALUE;
  return rule.change(value, rule.refersTo === null ? null : referenceOf(rule.refersTo));
}

function compileChange(rule: Rule, target: Target, report: Report): CompiledRule<unknown>['change'] {
  switch (rule.rule) {
    case 'set':
      return () => rule.value;
    case 'trim':
    case 'case':
    case 'stripHtml':
    case 'replace':
    case 'prefix':
    case 'suffix':
    case 'truncate':
      return onTexts(compileTextRule(rule, report));
    case 'buffer':
    case 'percentOf':
    case 'cap':
    case 'zeroBelow': {
      const change = compileQuantityRule(rule, report);
      return onNumbers((value) => change(value.round(0, Big.roundDown)));
    }
    case 'neverZero': {
      const change = compileNumberRule(rule, report);
      // Where zero means unknown it is never saved anyway: the value becomes null and the item stays.
      return target.zeroIsNull ? onNumbers((value) => (value.gt(0) ? value : null)) : onNumbers(change);
    }
    default:
      return onNumbers(compileNumberRule(rule, report));
  }
}

function onTexts(change: (text: string) => string): (value: unknown) => unknown {
  const one = (value: unknown) => {
    if (typeof value === 'string') return change(value);
    const text = typeof value === 'boolean' ? String(value) : toDecimal(value)?.toFixed();
    return text === undefined
      ? new Refusal('value_invalid', 'is no text, and a rule on text was to change it')
      : change(text);
  };
  return (value) => {
    if (!Array.isArray(value)) return one(value);
    const changed = value.map(one);
    return changed.find((each) => each instanceof Refusal) ?? changed;
  };
}

function onNumbers(
  change: (value: Big, reference: Big | null) => unknown,
): (value: unknown, reference: Big | null) => unknown {
  return (value, reference) => {
    const decimal = toDecimal(value ?? 0);
    if (decimal === null) return new Refusal('value_invalid', 'is no number, and a rule on numbers was to change it');
    return change(decimal, reference);
  };
}
