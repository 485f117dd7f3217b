import { CsvError, parse } from 'csv-parse/sync';
import { suggestion } from '../mapping/path.ts';
import { fieldsAt } from './document-problems.ts';
import type { DocumentKind, DocumentProblem, RawDocument, ReadOptions } from './document-problems.ts';

interface Row {
  /** Where it begins in the file; the header is line 1. */
  line: number;
  cells: string[];
}

/** The rows of one document: what they say together, and where each was said first. */
interface Group {
  rows: Row[];
  fields: Map<string, { value: string; line: number }>;
  lines: Record<string, unknown>[];
  problems: DocumentProblem[];
}

/** Columns that speak of the row's line, with the key in the line; `lines.` before the key is understood as well. */
const lineColumns: Record<string, string> = {
  lineId: 'id',
  sku: 'sku',
  quantity: 'quantity',
  unitPrice: 'unitPrice',
  title: 'title',
};

/**
 * Reads rows, each a line of a document, with columns named like its fields (`billingAddress.city`). Rows of the same
 * source and number are one document, adjacent or not; what belongs to the whole document may stand in one row or in all.
 */
export function readCsv(text: string, kind: DocumentKind, options: ReadOptions): RawDocument[] {
  const rows = parseRows(text);
  if (!Array.isArray(rows)) return [{ place: '', problems: [rows] }];
  const [header, ...data] = rows;
  const columns = header!.cells.map((name) => name.trim());
  const problems = columnProblems(columns, kind, options);
  if (problems.length > 0) return [{ place: 'line 1', problems }];
  if (data.length === 0)
    return [{ place: '', problems: [{ path: '', reason: 'the file has no rows below its columns' }] }];
  const meanings = columns.map((column) => meaningOf(column, kind)!);
  return Array.from(groupRows(data, meanings, options), documentOf);
}

function parseRows(text: string): Row[] | DocumentProblem {
  try {
    return parseRecords(text).map(({ record, info }) => ({ line: info.lines - breaksIn(record), cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Its message quotes the cell, which may be an address.
    return { path: '', reason: `is not CSV: line ${brokenLine(text, error)}: ${quoteTrouble(error.code)}` };
  }
}

function parseRecords(text: string, upTo?: number): { record: string[]; info: { lines: number } }[] {
  const records = parse(text, {
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // Spreadsheets save rows that were emptied as commas alone.
    skip_records_with_empty_values: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    ...(upTo === undefined ? {} : { to: upTo }),
  });
  return records as unknown as { record: string[]; info: { lines: number } }[];
}

/** Where the broken row begins: a quote that is never closed is noticed at the end of the file only. */
function brokenLine(text: string, error: CsvError): number {
  const whole = Number(error['records']);
  return whole === 0 ? 1 : parseRecords(text, whole).at(-1)!.info.lines + 1;
}

/** csv-parse tells the line in which a record ends. */
function breaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}

function quoteTrouble(code: string): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote is opened and never closed';
  return 'a quote stands inside a cell; put the cell in quotes and write the quote twice';
}

/** What a column speaks of: a key of its line, or a dotted path in the document. */
type Meaning = { line: string } | { field: string };

function meaningOf(column: string, kind: DocumentKind): Meaning | undefined {
  const line = Object.hasOwn(lineColumns, column) ? lineColumns[column] : inLine(column);
  if (line !== undefined) return { line };
  return documentColumns(kind).includes(column) ? { field: column } : undefined;
}

function inLine(column: string): string | undefined {
  return fieldsAt(['lines'], 'fr').find((key) => column === `lines.${key}`);
}

function documentColumns(kind: DocumentKind): string[] {
  return fieldsAt([], kind).flatMap((name) => {
    if (name === 'lines') return [];
    const isGroup = name === 'billingAddress' || name === 'shippingAddress' || name === 'shippingMethod';
    return isGroup ? fieldsAt([name], kind).map((key) => `${name}.${key}`) : [name];
  });
}

function columnProblems(columns: readonly string[], kind: DocumentKind, options: ReadOptions): DocumentProblem[] {
  const known = [...documentColumns(kind), ...Object.keys(lineColumns)];
  const problems: DocumentProblem[] = [];
  const meanings = new Set<string>();
  for (const [index, column] of columns.entries()) {
    const meaning = meaningOf(column, kind);
    if (column === '') problems.push({ path: '', reason: `column ${index + 1} has no name` });
    else if (!meaning) problems.push({ path: column, reason: `is not a column${suggestion(column, known)}` });
    else if (meanings.size === meanings.add(JSON.stringify(meaning)).size) {
      problems.push({ path: column, reason: 'stands in two columns' });
    }
  }
  const needed = kind === 'fr' && options.source === undefined ? ['source', 'number'] : ['number'];
  for (const field of needed) {
    if (!meanings.has(JSON.stringify({ field })))
      problems.push({ path: field, reason: 'is missing among the columns' });
  }
  for (const line of ['sku', 'quantity']) {
    if (!meanings.has(JSON.stringify({ line }))) problems.push({ path: line, reason: 'is missing among the columns' });
  }
  return problems;
}

function groupRows(rows: readonly Row[], meanings: readonly Meaning[], options: ReadOptions): Iterable<Group> {
  const groups = new Map<string, Group>();
  const cellOf = (row: Row, field: string) =>
    row.cells[meanings.findIndex((meaning) => 'field' in meaning && meaning.field === field)] ?? '';
  const sourcesOf = new Map<string, Set<string>>();
  for (const row of rows) {
    const [number, given] = [cellOf(row, 'number'), cellOf(row, 'source')];
    if (given !== '') sourcesOf.set(number, (sourcesOf.get(number) ?? new Set()).add(given));
  }
  for (const row of rows) {
    const number = cellOf(row, 'number');
    const named = [...(sourcesOf.get(number) ?? [])];
    const given = cellOf(row, 'source');
    // The rows of a request need not all name its source, nor the first of them.
    const source = given || (named[0] ?? options.source ?? '');
    const isUnclear = given === '' && named.length > 1;
    const key = number === '' || isUnclear ? `line ${row.line}` : JSON.stringify([source, number]);
    const group: Group = groups.get(key) ?? { rows: [], fields: new Map(), lines: [], problems: [] };
    groups.set(key, group);
    if (isUnclear) group.problems.push({ path: 'source', reason: 'is missing, and several sources have this number' });
    addRow(group, row, meanings);
  }
  return groups.values();
}

function addRow(group: Group, row: Row, meanings: readonly Meaning[]): void {
  const line: Record<string, unknown> = {};
  for (const [index, meaning] of meanings.entries()) {
    const cell = row.cells[index] ?? '';
    if (cell === '') continue;
    if ('line' in meaning) line[meaning.line] = meaning.line === 'quantity' ? wholeNumber(cell) : cell;
    else addField(group, meaning.field, cell, row.line);
  }
  if (row.cells.length < meanings.length || row.cells.slice(meanings.length).some((cell) => cell !== '')) {
    const reason = `line ${row.line} has ${row.cells.length} cells, the first line names ${meanings.length} columns`;
    group.problems.push({ path: '', reason });
  }
  group.rows.push(row);
  group.lines.push(line);
}

function addField(group: Group, field: string, value: string, line: number): void {
  const known = group.fields.get(field);
  if (!known) group.fields.set(field, { value, line });
  else if (known.value !== value) {
    group.problems.push({ path: field, reason: `says one thing in line ${known.line} and another in line ${line}` });
  }
}

function wholeNumber(cell: string): unknown {
  return /^\d{1,15}$/.test(cell.trim()) ? Number(cell) : cell;
}

function documentOf(group: Group): RawDocument {
  const value: Record<string, unknown> = { lines: group.lines };
  for (const [field, { value: cell }] of group.fields) {
    const [first, second] = field.split('.') as [string, string | undefined];
    if (second === undefined) value[first] = cell;
    else value[first] = { ...(value[first] as object | undefined), [second]: cell };
  }
  const locate = (problem: DocumentProblem): DocumentProblem => {
    const row = group.rows[Number(/^lines\[(\d+)\]/.exec(problem.path)?.[1] ?? Number.NaN)];
    return group.rows.length > 1 && row ? { ...problem, reason: `${problem.reason} (line ${row.line})` } : problem;
  };
  return { place: `line ${group.rows[0]!.line}`, value, found: group.problems, locate };
}
