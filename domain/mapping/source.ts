import { compileExpression } from './expression.ts';
import type { CompiledExpression } from './expression.ts';
import { decimalText } from './decimal.ts';
import { within } from './language.ts';
import type { Report, Target, TemplateLanguage } from './language.ts';
import { parsePath } from './path.ts';
import type { FieldTemplate, MappingSet, MappingSets } from './template.ts';

/** Where a field's value comes from. */
export interface CompiledSource<R> {
  /** For previews, e.g. `variants.price` or `constant`. */
  description: string;
  /** The value as the record holds it. */
  read: (record: R) => unknown;
  /** Asynchronous and then read in place of `read`; only real expressions have it, plain paths do not. */
  expression: CompiledExpression<R> | null;
  /** Turns the stored value into what the rules start from: a unit conversion or a look-up. */
  convert: { name: string; apply: (value: unknown, record: R) => unknown } | null;
  /** Whether the value is the same for all records of a group. */
  isShared: boolean;
}

interface SourceOptions<R> {
  language: TemplateLanguage<R>;
  sets: MappingSets;
  target: Target;
  needs: Set<string>;
  /** Called when a source can need anything that the record has. */
  needEverything: () => void;
}

/** Compiles where a field's value comes from; reports unknown paths and sets and anything but exactly one kind of value. */
export function compileSource<R>(
  field: FieldTemplate,
  options: SourceOptions<R>,
  report: Report,
): CompiledSource<R> | null {
  const kinds = (['value', 'set', 'lookup', 'expression'] as const).filter((kind) => field[kind] !== undefined);
  const fromAlone = field.from !== undefined && field.lookup === undefined;
  if (kinds.length + (fromAlone ? 1 : 0) !== 1) {
    report([], 'needs exactly one of from, value, set, lookup (with from) and expression');
    return null;
  }
  if (field.value !== undefined) {
    const { value } = field;
    return { description: 'constant', read: () => value, expression: null, convert: null, isShared: true };
  }
  if (field.expression !== undefined) return fromExpression(field.expression, options, within(report, 'expression'));
  if (field.set) return fromSet(field.set, field.set.from, options, within(report, 'set', 'from'));
  if (field.lookup !== undefined) return fromLookup(field.lookup, field.from, options, report);
  return fromPath(field.from!, options.target, options, within(report, 'from'));
}

function fromPath<R>(
  path: string,
  target: Target | null,
  options: SourceOptions<R>,
  report: Report,
): CompiledSource<R> | null {
  const resolved = options.language.resolvePath(path, target);
  if ('problem' in resolved) {
    report([], resolved.problem);
    return null;
  }
  for (const need of resolved.needs) options.needs.add(need);
  const { read, convert = null, isShared = false } = resolved;
  return { description: path, read, expression: null, convert, isShared };
}

/** A plain path that is spelled as an expression is read as a path: a thousand times faster, and the same value. */
function fromExpression<R>(text: string, options: SourceOptions<R>, report: Report): CompiledSource<R> | null {
  const isPath = parsePath(text.trim()) !== null && !('problem' in options.language.resolvePath(text.trim(), null));
  // Expressions give metric values already, so a path among them is not converted either.
  if (isPath) return fromPath(text.trim(), null, options, report);
  const expression = compileExpression(text, options.language.expressions, report);
  if (!expression) return null;
  if (expression.needs === null) options.needEverything();
  else for (const need of expression.needs) options.needs.add(need);
  return { description: text, read: () => null, expression, convert: null, isShared: false };
}

function fromLookup<R>(
  name: string,
  from: string | undefined,
  options: SourceOptions<R>,
  report: Report,
): CompiledSource<R> | null {
  const set = Object.hasOwn(options.sets, name) ? options.sets[name] : undefined;
  if (!set) {
    const known = Object.keys(options.sets);
    const list = known.length > 0 ? `the sets are ${known.join(', ')}` : 'there are no mappingSets';
    report(['lookup'], `there is no mapping set ${name}: ${list}`);
  }
  if (from === undefined) report([], 'needs from: the path whose value is looked up');
  if (!set || from === undefined) return null;
  return fromSet(set, from, options, within(report, 'from'));
}

function fromSet<R>(
  set: MappingSet,
  from: string,
  options: SourceOptions<R>,
  report: Report,
): CompiledSource<R> | null {
  const source = fromPath(from, null, options, report);
  if (!source) return null;
  const map = new Map(Object.entries(set.map));
  const { noMatch = 'passThrough' } = set;
  // Keys are what the store says, in its unit; the values of a table are in the target's already.
  const inTargetUnit = conversionOf(from, options);
  const lookUp = (value: unknown, record: R): unknown => {
    const key = typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : decimalText(value);
    const found = key === null ? undefined : map.get(key);
    if (found !== undefined) return found;
    return noMatch === 'passThrough' ? inTargetUnit(value, record) : noMatch.value;
  };
  const apply = (value: unknown, record: R) =>
    Array.isArray(value) ? value.flatMap((each) => lookUp(each, record)) : lookUp(value, record);
  return { ...source, convert: { name: 'lookup', apply } };
}

/** Turns what stands under a path into the target's unit, where it is such a measure at all. */
function conversionOf<R>(path: string, { language, target }: SourceOptions<R>): (value: unknown, record: R) => unknown {
  const resolved = language.resolvePath(path, target);
  return ('problem' in resolved ? undefined : resolved.convert?.apply) ?? ((value) => value);
}
