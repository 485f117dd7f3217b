import { Big } from 'big.js';
import type { CompiledField, CompiledTemplate } from './compile.ts';
import { canonicalText } from './decimal.ts';
import { NotApplied, Refusal } from './refusal.ts';
import { applyRule } from './rules.ts';
import { finishValue, startValue } from './values.ts';

/** One step between the raw value and the result, for previews. */
export interface TraceStep {
  rule: string;
  applied: boolean;
  /** Why it was not applied, or why the item is refused. */
  note: string | null;
  /** The value after the step. */
  value: unknown;
}

export interface FieldTrace {
  field: string;
  /** The path, the expression, or `constant`. */
  from: string;
  raw: unknown;
  steps: TraceStep[];
  /** The value as it is stored; null when the field is refused. */
  result: unknown;
  refusal: { code: string; reason: string } | null;
}

export interface FieldRefusal {
  field: string;
  refusal: Refusal;
}

/** The results of the asynchronous expressions of a template, by field. */
export type ExpressionValues = ReadonlyMap<string, unknown>;

const NONE: ExpressionValues = new Map();

/** Evaluates the expressions of a template for a record. Only needed where the template `hasExpressions`; never rejects. */
export async function evaluateExpressions<R>(template: CompiledTemplate<R>, record: R): Promise<ExpressionValues> {
  const values = new Map<string, unknown>();
  for (const { name, source } of template.fields) {
    if (source.expression) values.set(name, await source.expression.evaluate(record));
  }
  return values;
}

/**
 * Maps a record from its raw values into `results`, by field name. Answers with the first refusal, or null when every
 * field has its value; given `traces`, it goes on after a refusal and notes each step of each field. Given the results of
 * another record of its group, `sibling`, what they share is taken from there.
 */
export function runTemplate<R>(
  template: CompiledTemplate<R>,
  record: R,
  results: Record<string, unknown>,
  expressions: ExpressionValues = NONE,
  traces: FieldTrace[] | null = null,
  sibling: Readonly<Record<string, unknown>> | null = null,
): FieldRefusal | null {
  let refused: FieldRefusal | null = null;
  for (const field of template.fields) {
    const { source } = field;
    if (sibling && field.isShared && !traces) {
      results[field.name] = sibling[field.name];
      continue;
    }
    const raw = source.expression ? expressions.get(field.name) : source.read(record);
    const trace = traces && startTrace(field, raw);
    const result = runField(field, raw, record, results, trace);
    if (result instanceof Refusal) {
      refused ??= { field: field.name, refusal: result };
      if (!traces) return refused;
    } else results[field.name] = result;
    if (trace) traces?.push(endTrace(trace, result));
  }
  return refused;
}

function runField<R>(
  field: CompiledField<R>,
  raw: unknown,
  record: R,
  results: Record<string, unknown>,
  trace: FieldTrace | null,
): unknown {
  if (raw instanceof Refusal) return raw;
  const { source, target, rules } = field;
  let value = startValue(target, source.convert ? source.convert.apply(raw ?? null, record) : raw);
  if (trace && source.convert) noteStep(trace, source.convert.name, value, raw);
  if (rules.length > 0 && !(value instanceof Refusal)) {
    const referenceOf = (name: string) => referenceIn(results, name);
    for (const rule of rules) {
      const outcome = applyRule(rule, value, record, referenceOf);
      if (trace) noteStep(trace, rule.name, outcome, value);
      if (outcome instanceof Refusal) return outcome;
      if (!(outcome instanceof NotApplied)) value = outcome;
    }
  }
  return value instanceof Refusal ? value : finishValue(target, value);
}

/** The mapped value of another field of the same item, as a decimal; a preview of a refused one has none. */
function referenceIn(results: Record<string, unknown>, name: string): Big | null {
  const value = results[name];
  return typeof value === 'string' ? new Big(value) : null;
}

function startTrace<R>(field: CompiledField<R>, raw: unknown): FieldTrace {
  const shown = raw instanceof Refusal ? null : (raw ?? null);
  return { field: field.name, from: field.source.description, raw: shown, steps: [], result: null, refusal: null };
}

function endTrace(trace: FieldTrace, result: unknown): FieldTrace {
  if (result instanceof Refusal) trace.refusal = { code: result.code, reason: result.reason };
  else trace.result = result;
  return trace;
}

function noteStep(trace: FieldTrace, rule: string, outcome: unknown, before: unknown): void {
  const isReason = outcome instanceof NotApplied || outcome instanceof Refusal;
  const value = isReason ? before : outcome;
  trace.steps.push({
    rule,
    applied: !isReason,
    note: isReason ? outcome.reason : null,
    value: value instanceof Big ? canonicalText(value) : value instanceof Refusal ? null : value,
  });
}
