import { LineCounter, isMap, isScalar, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { compileOrderTemplate } from '../fulfillment/order-language.ts';
import { compileInventoryTemplate } from '../mapping/inventory-template.ts';
import type { Problem } from '../mapping/language.ts';
import { mappingSetsSchema, templateSchema } from '../mapping/template.ts';
import type { MappingSets, Template } from '../mapping/template.ts';
import { compileShipmentTemplate } from '../shipments/shipment-language.ts';
import { sourceSchema } from './source.ts';
import type { SourceSettings } from './source.ts';
import { fillVariables, shieldVariables, unshieldDocument, unshieldVariables } from './variables.ts';

export interface SourceProblem {
  line: number;
  column: number;
  /** Dotted path in the file, e.g. `inventory.pageSize`. */
  path: string;
  reason: string;
}

type Path = readonly PropertyKey[];

/** What is found wrong with a setting, with its place in the file; of one that was left out, that of its section. */
export type Place = (path: Path, reason: string) => SourceProblem;

export type ReadSource =
  { ok: true; settings: SourceSettings; document: string; place: Place } | { ok: false; problems: SourceProblem[] };

/**
 * Reads a source file: YAML (or JSON) with `${ENV_NAME}` for secrets. Answers with the checked settings and the text
 * as it may be stored (secrets taken out), or with every problem that was found, each with line and column. `place` is
 * for what only shows beside other sources.
 */
export function readSourceFile(text: string, environment: Record<string, string | undefined>): ReadSource {
  const lines = new LineCounter();
  const document = parseDocument(shieldVariables(text), { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map((error) => problemAt(lines, error.pos[0], [], unshieldVariables(error.message))),
    };
  }
  unshieldDocument(document);
  const problems: SourceProblem[] = [];
  const place: Place = (path, reason) => problemAt(lines, offsetOf(document, path), path, reason);
  const report = (path: Path, reason: string) => problems.push(place(path, reason));
  const plain = toPlain(document);
  if (!plain.ok) return { ok: false, problems: [problemAt(lines, 0, [], plain.reason)] };
  if (plain.value === null) return { ok: false, problems: [problemAt(lines, 0, [], 'the file is empty')] };
  const values = fillVariables(plain.value, environment, report);
  const parsed = sourceSchema.safeParse(values);
  if (!parsed.success) {
    // What is wrong only because its variable is missing was reported already.
    const unset = new Set(problems.map((problem) => problem.path));
    for (const issue of parsed.error.issues) if (!unset.has(issue.path.join('.'))) reportIssue(issue, report);
  }
  checkTemplates(values, report);
  if (!parsed.success || problems.length > 0) return { ok: false, problems: problems.sort(byPlace) };
  return { ok: true, settings: parsed.data, document: withoutSecrets(document, text, parsed.data), place };
}

/** Aliases that lead nowhere or grow without end are found only here. */
function toPlain(document: Document): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: document.toJS() as unknown };
  } catch (error) {
    // Its message ends with the alias, which may be a token that begins with an asterisk.
    return { ok: false, reason: (error as Error).message.replace(/(alias[^:]*): .*/s, '$1') };
  }
}

function byPlace(a: SourceProblem, b: SourceProblem): number {
  return a.line - b.line || a.column - b.column;
}

function reportIssue(issue: z.core.$ZodIssue, report: (path: Path, reason: string) => void): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) report([...issue.path, key], 'is not a setting; check the spelling');
    return;
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const deepest = issue.errors.reduce((best, errors) => (depth(errors) > depth(best) ? errors : best));
    for (const inner of deepest) reportIssue({ ...inner, path: [...issue.path, ...inner.path] }, report);
    return;
  }
  report(issue.path, issue.message);
}

/** The branch of a union that understood most of the value is the one that was meant. */
function depth(errors: readonly z.core.$ZodIssue[]): number {
  const deepest = Math.max(...errors.map((error) => error.path.length));
  return deepest * 100 - errors.filter((error) => error.code === 'unrecognized_keys').length * 10 - errors.length;
}

const mappedSchema = z.looseObject({
  mapping: templateSchema.prefault({}),
  mappingSets: mappingSetsSchema.optional(),
});

type Compiled = { ok: true } | { ok: false; problems: Problem[] };

const compilers: Readonly<Record<string, (mapping: Template, sets: MappingSets) => Compiled>> = {
  inventory: compileInventoryTemplate,
  fulfillment: compileOrderTemplate,
  shipments: compileShipmentTemplate,
};

/** Checks what templates mean, also when other parts of the file are wrong: all problems are told at once. */
function checkTemplates(values: unknown, report: (path: Path, reason: string) => void): void {
  if (typeof values !== 'object' || values === null) return;
  for (const [job, compile] of Object.entries(compilers)) {
    const parsed = mappedSchema.safeParse((values as Record<string, unknown>)[job]);
    if (!parsed.success) continue;
    const compiled = compile(parsed.data.mapping, parsed.data.mappingSets ?? {});
    if (compiled.ok) continue;
    for (const problem of compiled.problems) report([job, 'mapping', ...problem.path], problem.reason);
  }
}

/** Where the node of a path stands in the text; for a missing one, its nearest parent. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    const parent = document.getIn(part.slice(0, -1), true);
    const key = part.at(-1);
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(key)) : undefined;
    const keyNode = pair?.key as { range?: [number, number, number] } | undefined;
    const node = (keyNode ?? (document.getIn(part, true) as { range?: [number, number, number] } | undefined))?.range;
    if (node) return node[0];
  }
  return 0;
}

function problemAt(lines: LineCounter, offset: number, path: Path, reason: string): SourceProblem {
  const { line, col } = lines.linePos(offset);
  // Where a colon is missing (`accessToken abc`) the token is a part of the key.
  const shown = path[0] === 'connection' ? path.map((key) => String(key).replace(/\s.*/s, '')) : path.map(String);
  return { line: Math.max(1, line), column: Math.max(1, col), path: shown.join('.'), reason };
}

const STORED_ELSEWHERE = '(stored encrypted)';

/**
 * The text with literal secrets replaced, also where they stand a second time (in a comment, behind an alias): what is
 * stored, shown and compared must not hold them. Addresses of notifications count: whoever knows one may post to it.
 */
function withoutSecrets(document: Document, text: string, settings: SourceSettings): string {
  const secrets = secretsOf(settings);
  const literals = secrets
    .map(({ path }) => document.getIn(path, true))
    .filter((node) => isScalar(node) && node.range && !/^\$\{\w+\}$/.test(String(node.value).trim()))
    .map((node) => (node as { range: [number, number, number] }).range)
    // From the end, so that the places before stay where they are.
    .sort(([a], [b]) => b - a);
  let cleared = text;
  for (const [from, to] of literals) cleared = `${cleared.slice(0, from)}"${STORED_ELSEWHERE}"${cleared.slice(to)}`;
  // The longest first: one may be the beginning of another.
  const values = secrets.map(({ value }) => value).sort((a, b) => b.length - a.length);
  return values.reduce((rest, value) => rest.replaceAll(value, STORED_ELSEWHERE), cleared);
}

function secretsOf({ connection, notifications }: SourceSettings): { path: Path; value: string }[] {
  const addresses = notifications.flatMap((entry, index) => {
    if (entry.type === 'email') return [];
    const { url, secret } = { secret: undefined, ...entry };
    const at = (key: string, value: string) => ({ path: ['notifications', index, key], value });
    return secret === undefined ? [at('url', url)] : [at('url', url), at('secret', secret)];
  });
  if (connection.type !== 'api_token') return addresses;
  const { accessToken, clientSecret } = connection;
  const token = { path: ['connection', 'accessToken'], value: accessToken };
  if (clientSecret === undefined) return [token, ...addresses];
  return [token, { path: ['connection', 'clientSecret'], value: clientSecret }, ...addresses];
}
