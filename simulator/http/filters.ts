import { parseDate } from '../dates.ts';
import { v3Error, type Answer } from './answers.ts';
import type { Query } from './call.ts';
import { listOf } from './fields.ts';

/** How a field's filter reads its value. `sku` compares as the SKU index does. */
export type FilterKind = 'number' | 'text' | 'flag' | 'date' | 'numbers';

export interface Filter<T> {
  readonly name: string;
  readonly kind: FilterKind;
  readonly value: (row: T) => unknown;
}

export type Test<T> = (row: T) => boolean;

const COMPARISONS: Readonly<Record<string, (actual: number, wanted: number) => boolean>> = {
  '': (actual, wanted) => actual === wanted,
  min: (actual, wanted) => actual >= wanted,
  max: (actual, wanted) => actual <= wanted,
  greater: (actual, wanted) => actual > wanted,
  less: (actual, wanted) => actual < wanted,
};

/** The query parameters that a list of filters understands. */
export function filterNames(filters: readonly Filter<never>[]): string[] {
  const suffixes = ['', ':min', ':max', ':greater', ':less', ':in', ':not_in', ':like'];
  return filters.flatMap((filter) => suffixes.map((suffix) => filter.name + suffix));
}

/** Turns the query's filters into tests, or into the 422 that names the first value that cannot be read. */
export function compileFilters<T>(query: Query, filters: readonly Filter<T>[], now: number): Test<T>[] | Answer {
  const tests: Test<T>[] = [];
  for (const [parameter, text] of Object.entries(query)) {
    const [name, comparison = ''] = parameter.split(':');
    const filter = filters.find((candidate) => candidate.name === name);
    if (filter === undefined) continue;
    const test = compile(filter, comparison, text, now);
    if (test === undefined)
      return v3Error(422, `The filter "${parameter}" has an invalid value.`, { [parameter]: text });
    tests.push(test);
  }
  return tests;
}

function compile<T>(filter: Filter<T>, comparison: string, text: string, now: number): Test<T> | undefined {
  if (comparison === 'in' || comparison === 'not_in') return membership(filter, comparison === 'in', listOf(text));
  if (comparison === 'like') return (row) => String(filter.value(row)).toLowerCase().includes(text.toLowerCase());
  if (filter.kind === 'text') return (row) => sameText(filter.value(row), text);
  const wanted = toNumber(filter.kind, text, now);
  const compare = COMPARISONS[comparison];
  if (wanted === undefined || compare === undefined) return undefined;
  if (filter.kind === 'numbers') return (row) => numbersOf(filter.value(row)).includes(wanted);
  return (row) => compare(actualNumber(filter.kind, filter.value(row)), wanted);
}

function membership<T>(filter: Filter<T>, wantsMembers: boolean, list: readonly string[]): Test<T> | undefined {
  if (filter.kind === 'text') {
    return (row) => list.some((entry) => sameText(filter.value(row), entry)) === wantsMembers;
  }
  const wanted = new Set(list.map(Number));
  if ([...wanted].some(Number.isNaN)) return undefined;
  return (row) => numbersOf(filter.value(row)).some((actual) => wanted.has(actual)) === wantsMembers;
}

function sameText(actual: unknown, wanted: string): boolean {
  return String(actual).toLowerCase().trimEnd() === wanted.toLowerCase().trimEnd();
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [Number(value)];
}

function toNumber(kind: FilterKind, text: string, now: number): number | undefined {
  if (kind === 'flag') return ['true', '1'].includes(text) ? 1 : ['false', '0'].includes(text) ? 0 : undefined;
  const value = kind === 'date' ? parseDate(text, now) : Number(text);
  return text === '' || value === undefined || Number.isNaN(value) ? undefined : value;
}

function actualNumber(kind: FilterKind, value: unknown): number {
  return kind === 'date' ? Date.parse(String(value)) : Number(value);
}
