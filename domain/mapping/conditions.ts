import { toDecimal } from './decimal.ts';
import type { Condition } from './condition-schema.ts';
import { within } from './language.ts';
import type { Report, TemplateLanguage } from './language.ts';
import { unsafePattern } from './safe-regex.ts';

/** Whether a rule's condition holds for a record and the value as it stands before the rule. */
export type CompiledCondition<R> = (record: R, value: unknown) => boolean;

type Test = (value: unknown) => boolean;

const TESTS = ['equals', 'in', 'contains', 'matches', 'greater', 'less', 'empty'] as const;

/** Compiles a condition; reports unknown fields, bad patterns and conditions that are not exactly one of the four forms. */
export function compileCondition<R>(
  condition: Condition,
  language: TemplateLanguage<R>,
  needs: Set<string>,
  report: Report,
): CompiledCondition<R> {
  const forms = (['field', 'all', 'any', 'not'] as const).filter((form) => condition[form] !== undefined);
  if (forms.length !== 1) report([], 'needs exactly one of field, all, any and not');
  const tests = TESTS.filter((test) => condition[test] !== undefined);
  if (condition.field === undefined && tests.length > 0) report([tests[0]!], 'needs a field to test');
  const several = (list: Condition[], form: 'all' | 'any') =>
    list.map((part, index) => compileCondition(part, language, needs, within(report, form, index)));

  if (condition.all) {
    const parts = several(condition.all, 'all');
    return (record, value) => parts.every((part) => part(record, value));
  }
  if (condition.any) {
    const parts = several(condition.any, 'any');
    return (record, value) => parts.some((part) => part(record, value));
  }
  if (condition.not) {
    const part = compileCondition(condition.not, language, needs, within(report, 'not'));
    return (record, value) => !part(record, value);
  }
  if (condition.field !== undefined && tests.length === 0) report([], `needs a test: one of ${TESTS.join(', ')}`);
  return compileTests(condition, language, needs, report);
}

function compileTests<R>(
  condition: Condition,
  language: TemplateLanguage<R>,
  needs: Set<string>,
  report: Report,
): CompiledCondition<R> {
  const tests = testsOf(condition, report);
  const passes = (value: unknown) => tests.every((test) => test(value));
  if (condition.field === undefined || condition.field === 'value') return (_record, value) => passes(value);
  const resolved = language.resolvePath(condition.field, null);
  if ('problem' in resolved) {
    report(['field'], resolved.problem);
    return () => false;
  }
  for (const need of resolved.needs) needs.add(need);
  return (record) => passes(resolved.read(record));
}

function testsOf(condition: Condition, report: Report): Test[] {
  const { equals, contains, matches, greater, less, empty, ignoreCase = false } = condition;
  const tests: Test[] = [];
  if (equals !== undefined) tests.push((value) => anyOf(value, (each) => sameScalar(each, equals, ignoreCase)));
  if (condition.in) {
    const wanted = condition.in;
    tests.push((value) => anyOf(value, (each) => wanted.some((one) => sameScalar(each, one, ignoreCase))));
  }
  if (contains !== undefined) tests.push((value) => holds(value, contains, ignoreCase));
  if (matches !== undefined) tests.push(matchTest(matches, ignoreCase, report));
  if (greater !== undefined) tests.push(compareTest(greater, 1));
  if (less !== undefined) tests.push(compareTest(less, -1));
  if (empty !== undefined) tests.push((value) => isEmpty(value) === empty);
  return tests;
}

function matchTest(pattern: string, ignoreCase: boolean, report: Report): Test {
  const unsafe = unsafePattern(pattern);
  if (unsafe !== null) {
    report(['matches'], unsafe);
    return () => false;
  }
  const regex = new RegExp(pattern, ignoreCase ? 'iu' : 'u');
  return (value) => anyOf(value, (each) => !isEmpty(each) && regex.test(textOf(each)));
}

function compareTest(limit: number | string, sign: 1 | -1): Test {
  const bound = toDecimal(limit);
  return (value) => {
    const decimal = bound === null ? null : toDecimal(value);
    return decimal !== null && bound !== null && decimal.cmp(bound) === sign;
  };
}

/** A list passes when one of its elements does. */
function anyOf(value: unknown, test: Test): boolean {
  return Array.isArray(value) ? value.some(test) : test(value);
}

/** A text contains a part of itself; a list contains its elements. */
function holds(value: unknown, part: string | number | boolean, ignoreCase: boolean): boolean {
  if (Array.isArray(value)) return value.some((each) => sameScalar(each, part, ignoreCase));
  if (value === null || value === undefined) return false;
  const [whole, wanted] = [textOf(value), String(part)];
  return ignoreCase ? whole.toLowerCase().includes(wanted.toLowerCase()) : whole.includes(wanted);
}

/** 12.5, "12.5" and "12.50" are the same number; a number in quotes in the template is no reason to differ. */
function sameScalar(left: unknown, right: string | number | boolean, ignoreCase: boolean): boolean {
  if (left === right) return true;
  if (left === null || left === undefined) return false;
  const [leftNumber, rightNumber] = [toDecimal(left), toDecimal(right)];
  if (leftNumber && rightNumber && (typeof left !== 'string' || typeof right !== 'string'))
    return leftNumber.eq(rightNumber);
  const [leftText, rightText] = [textOf(left), String(right)];
  return ignoreCase ? leftText.toLowerCase() === rightText.toLowerCase() : leftText === rightText;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? (toDecimal(value)?.toFixed() ?? '') : String(value);
}
