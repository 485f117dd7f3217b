import { readCsv } from './csv.ts';
import { checkDocument } from './document-problems.ts';
import type {
  CheckedDocument,
  DocumentKind,
  DocumentOf,
  DocumentProblem,
  RawDocument,
  ReadOptions,
} from './document-problems.ts';
import { jsonTrouble } from './json-place.ts';

export type DocumentFormat = 'json' | 'csv';

/** One document of a file, checked by itself. */
export interface ReadDocument<D> {
  /** Where in the file: `line 3` of JSON lines or CSV, `[2]` of an array; empty when it is the whole file. */
  place: string;
  /** Number and source as far as the document says them, also when it is refused. */
  number: string | null;
  source: string | null;
  result: CheckedDocument<D>;
}

/**
 * Reads a file of documents: one JSON document, an array or JSON lines; as CSV one row a line of a document. Each is
 * checked by itself and answers with every problem that it has. A file that cannot be read at all (broken JSON, unknown
 * columns) is one refused document without a number.
 */
export function readDocuments<K extends DocumentKind>(
  text: string,
  format: DocumentFormat,
  kind: K,
  options: ReadOptions = {},
): ReadDocument<DocumentOf[K]>[] {
  const clean = text.replace(/^\uFEFF/, '');
  if (clean.trim() === '') return [unreadable('', [{ path: '', reason: 'the file is empty' }])];
  const documents = format === 'csv' ? readCsv(clean, kind, options) : readJson(clean);
  return documents.map((raw) => check(raw, kind, options));
}

function check<K extends DocumentKind>(raw: RawDocument, kind: K, options: ReadOptions): ReadDocument<DocumentOf[K]> {
  if ('problems' in raw) return unreadable(raw.place, raw.problems);
  const { place, found = [], locate = (problem: DocumentProblem) => problem } = raw;
  const value = kind === 'fr' ? withSource(raw.value, options.source) : raw.value;
  const checked = checkDocument(value, kind);
  const problems = [...found, ...(checked.ok ? [] : checked.problems.map(locate))];
  const result = checked.ok && problems.length === 0 ? checked : { ok: false as const, problems };
  return { place, number: textOf(value, 'number'), source: textOf(value, 'source'), result };
}

function withSource(value: unknown, source: string | undefined): unknown {
  if (source === undefined || !isObject(value) || (value['source'] ?? null) !== null) return value;
  return { ...value, source };
}

function unreadable(place: string, problems: DocumentProblem[]): ReadDocument<never> {
  return { place, number: null, source: null, result: { ok: false, problems } };
}

function textOf(value: unknown, key: string): string | null {
  const text = isObject(value) ? value[key] : null;
  return typeof text === 'string' && text !== '' ? text : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readJson(text: string): RawDocument[] {
  const whole = parseJson(text);
  if (whole === undefined) return jsonLines(text) ?? [{ place: '', problems: [brokenJson(text)] }];
  if (!Array.isArray(whole.value)) return [asDocument('', whole.value)];
  if (whole.value.length === 0) return [{ place: '', problems: [{ path: '', reason: 'the list holds no documents' }] }];
  return whole.value.map((value, index) => asDocument(`[${index}]`, value));
}

function asDocument(place: string, value: unknown): RawDocument {
  return isObject(value) ? { place, value } : { place, problems: [{ path: '', reason: 'is not a JSON object' }] };
}

/** A document a line; undefined when the text looks like one document over several lines that is broken somewhere. */
function jsonLines(text: string): RawDocument[] | undefined {
  const lines = text
    .split('\n')
    .map((line, index) => ({ line: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '');
  const parsed = lines.map((line) => ({ ...line, json: parseJson(line.text) }));
  const documents = parsed.filter(({ json }) => isObject(json?.value)).length;
  const isLines = isObject(parsed[0]?.json?.value) || documents * 2 > lines.length || opensEachLine(lines);
  if (lines.length < 2 || !isLines) return undefined;
  return parsed.map(({ line, text: document, json }) =>
    json ? asDocument(`line ${line}`, json.value) : { place: `line ${line}`, problems: [brokenJson(document, line)] },
  );
}

/** A document that is written over several lines has braces of its own on few of them. */
function opensEachLine(lines: readonly { text: string }[]): boolean {
  return lines.every(({ text }) => text.startsWith('{"'));
}

/** The value in an object of its own, because `null` is JSON too; undefined for what is no JSON. */
function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function brokenJson(text: string, firstLine = 1): DocumentProblem {
  const trouble = jsonTrouble(text);
  if (!trouble) return { path: '', reason: 'is not JSON' };
  const line = trouble.line + firstLine - 1;
  return { path: '', reason: `is not JSON: line ${line}, column ${trouble.column}: ${trouble.reason}` };
}
