import type { CompiledSource } from './source.ts';
import { compileSource } from './source.ts';
import { within } from './language.ts';
import type { Problem, Report, Target, TemplateLanguage } from './language.ts';
import { orderFields } from './order.ts';
import { suggestion } from './path.ts';
import { Refusal } from './refusal.ts';
import { compileRules } from './rules.ts';
import type { CompiledRule } from './rules.ts';
import type { FieldTemplate, MappingSets, Template } from './template.ts';
import { finishValue, startValue } from './values.ts';

export interface CompiledField<R> {
  name: string;
  target: Target;
  source: CompiledSource<R>;
  rules: CompiledRule<R>[];
  /** Whether the result is the same for all records of a group; rules may look at anything. */
  isShared: boolean;
}

/** A template that is ready to map records of one kind. It holds no state: one is shared by everything that maps. */
export interface CompiledTemplate<R> {
  /** In the order of evaluation: a field stands after those that its rules refer to. */
  fields: CompiledField<R>[];
  /** Whether any field needs an expression evaluated, which is asynchronous. */
  hasExpressions: boolean;
  /** What must be fetched, in the language's own names; null when an expression can see everything. */
  needs: ReadonlySet<string> | null;
}

export type CompileResult<T> = { ok: true; template: T } | { ok: false; problems: Problem[] };

export interface CompileOptions<R> {
  language: TemplateLanguage<R>;
  mappingSets?: MappingSets | undefined;
}

/**
 * Checks a template as far as it can be checked without a record and makes it ready to run. Never throws: it answers with
 * all problems at once, each with the path of its node in the mapping document.
 */
export function compileTemplate<R>(template: Template, options: CompileOptions<R>): CompileResult<CompiledTemplate<R>> {
  const problems: Problem[] = [];
  const report: Report = (path, reason) => problems.push({ path: [...path], reason });
  const needs = new Set<string>();
  let needsEverything = false;
  const fields: CompiledField<R>[] = [];
  for (const [name, written] of Object.entries({ ...options.language.defaults, ...template })) {
    const at = within(report, name);
    const target = targetOf(name, options.language, at);
    if (!target) continue;
    if (written === null) {
      if (target.missing) at([], 'cannot be left empty');
      continue;
    }
    const field = typeof written === 'string' ? { from: written } : written;
    // A path that is written in short has no node of its own below the field.
    const here: Report = typeof written === 'string' ? (_path, reason) => at([], reason) : at;
    const compiled = compileField(
      name,
      field,
      target,
      { ...options, needs, needEverything: () => (needsEverything = true) },
      here,
    );
    if (compiled) fields.push(compiled);
  }
  const ordered = orderFields(fields, report);
  if (problems.length > 0) return { ok: false, problems };
  const hasExpressions = ordered.some((field) => field.source.expression !== null);
  return { ok: true, template: { fields: ordered, hasExpressions, needs: needsEverything ? null : needs } };
}

function targetOf<R>(name: string, language: TemplateLanguage<R>, report: Report): Target | null {
  const target = language.targets.get(name);
  if (target) return target;
  const known = [...language.targets.keys()];
  const meant = known.find((each) => plainName(each) === plainName(name));
  if (meant !== undefined) report([], `is not a field; did you mean ${meant}?`);
  else if (language.reserved.has(name)) report([], 'is a name that the system fills in by itself');
  else if (language.extras === null) report([], `is not a field${suggestion(name, known)}`);
  else return language.extras;
  return null;
}

/** `image_url`, `ImageURL` and `imageUrl` are one name in three spellings; as an extra field it would be a silent mistake. */
function plainName(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

function compileField<R>(
  name: string,
  field: FieldTemplate,
  target: Target,
  options: CompileOptions<R> & { needs: Set<string>; needEverything: () => void },
  report: Report,
): CompiledField<R> | null {
  const { language, mappingSets: sets = {}, needs, needEverything } = options;
  const source = compileSource(field, { language, sets, target, needs, needEverything }, report);
  const rules = compileRules(field.rules ?? [], target, language, needs, within(report, 'rules'));
  if (rules.length === 0) checkConstants(field, target, sets, report);
  return source && { name, target, source, rules, isShared: source.isShared && rules.length === 0 };
}

/** Values that stand in the template itself are tried on their target now rather than on every item. */
function checkConstants(field: FieldTemplate, target: Target, sets: MappingSets, report: Report): void {
  const check = (value: unknown, at: Report) => {
    const finished = finishValue(target, startValue(target, value));
    if (finished instanceof Refusal) at([], finished.reason);
  };
  if (field.value !== undefined) check(field.value, within(report, 'value'));
  const set = field.set ?? (field.lookup === undefined ? undefined : sets[field.lookup]);
  if (!set) return;
  const at = field.set
    ? within(report, 'set')
    : (_path: readonly (string | number)[], reason: string) => report(['lookup'], reason);
  for (const [key, value] of Object.entries(set.map)) check(value, within(at, 'map', key));
  if (typeof set.noMatch === 'object') check(set.noMatch.value, within(at, 'noMatch', 'value'));
}
