import jsonata from 'jsonata';
import { calculateInDecimals } from './expression-decimals.ts';
import { namesIn } from './expression-names.ts';
import type { ExpressionNames, ExpressionNode } from './expression-names.ts';
import type { ExpressionLanguage, Report } from './language.ts';
import { suggestion } from './path.ts';
import { Refusal } from './refusal.ts';
import { unsafePattern } from './safe-regex.ts';

/**
 * Generous, because the clock also runs while other expressions of the page have their turn; what these stop is an
 * expression that never ends, not a slow one.
 */
const LIMITS = { timeout: 2000, stack: 500, sequence: 100_000 };
const CHANGEABLE = new Set(['now', 'millis', 'random', 'shuffle']);
/** JSONata's own functions; it does not list them itself, and finds an unknown one only when it is called. */
const BUILT_IN = new Set(
  (
    'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent ' +
    'distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase formatInteger formatNumber ' +
    'fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power ' +
    'random reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter ' +
    'substringBefore sum toMillis trim type uppercase zip'
  ).split(' '),
);
const LONGEST_EXPRESSION = 2000;

export interface CompiledExpression<R> {
  /** The value for a record, or why there is none; never throws. */
  evaluate: (record: R) => Promise<unknown>;
  /** What must be fetched for it; null when only everything will do. */
  needs: string[] | null;
}

/** Compiles a JSONata expression. Reports what it cannot mean: bad syntax, unknown fields, functions that change by themselves. */
export function compileExpression<R>(
  text: string,
  language: ExpressionLanguage<R>,
  report: Report,
): CompiledExpression<R> | null {
  const expression = parse(text, report);
  if (!expression) return null;
  const names = namesIn(expression.ast() as unknown as ExpressionNode);
  checkNames(names, language, report);
  calculateInDecimals(expression);
  const needs = names.seesEverything ? null : [...names.all].flatMap(language.needsOf);
  return { evaluate: (record) => evaluate(expression, record, language), needs };
}

function parse(text: string, report: Report): jsonata.Expression | null {
  if (text.length > LONGEST_EXPRESSION) {
    report([], `is longer than ${LONGEST_EXPRESSION} characters`);
    return null;
  }
  try {
    return jsonata(text, LIMITS);
  } catch (error) {
    report([], `is not a JSONata expression: ${messageOf(error)}`);
    return null;
  }
}

function checkNames<R>(names: ExpressionNames, language: ExpressionLanguage<R>, report: Report): void {
  for (const root of names.roots) {
    if (!language.roots.has(root)) report([], `knows no field ${root}${suggestion(root, language.roots)}`);
  }
  for (const name of names.variables) {
    const isKnown = BUILT_IN.has(name) || names.bound.has(name) || language.functionNames.has(name);
    if (!isKnown) report([], `knows no $${name}${suggestion(name, [...BUILT_IN, ...language.functionNames])}`);
    if (CHANGEABLE.has(name))
      report([], `uses $${name}, whose result changes by itself; the same item must map the same twice`);
    // Text that is only known at run time could name any field, and could not be checked here.
    if (name === 'eval') report([], 'uses $eval, which cannot be checked');
  }
  for (const pattern of names.patterns) {
    const unsafe = unsafePattern(pattern.source, pattern.flags);
    if (unsafe !== null) report([], `has a pattern that ${unsafe}`);
  }
}

async function evaluate<R>(
  expression: jsonata.Expression,
  record: R,
  language: ExpressionLanguage<R>,
): Promise<unknown> {
  try {
    const value: unknown = await expression.evaluate(language.input(record), language.functions(record));
    return value ?? null;
  } catch (error) {
    return new Refusal('expression_failed', `has an expression that failed: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  const { message, position } = error as { message?: unknown; position?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  return typeof position === 'number' ? `${text} (at character ${position})` : text;
}
