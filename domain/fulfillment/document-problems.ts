import type { z } from 'zod';
import { suggestion } from '../mapping/path.ts';
import {
  REPEATED_ID,
  addressSchema,
  frDocumentSchema,
  lineSchema,
  orderDocumentSchema,
  repeatedIds,
  shippingMethodSchema,
} from './document.ts';
import type { FrDocument, OrderDocument } from './document.ts';

export type DocumentKind = 'fr' | 'order';

export interface DocumentOf {
  fr: FrDocument;
  order: OrderDocument;
}

export interface DocumentProblem {
  /** Where in the document, e.g. `lines[0].quantity`; empty for the document as a whole. */
  path: string;
  /** The rest of the sentence that begins with the path. Never quotes a value: it may be an address. */
  reason: string;
}

export type CheckedDocument<D> = { ok: true; document: D } | { ok: false; problems: DocumentProblem[] };

export interface ReadOptions {
  /** The source of documents that name none. */
  source?: string | undefined;
}

/** A document before it is checked, or why there is none. */
export type RawDocument = { place: string } & (
  | {
      value: unknown;
      /** Found before the check; the document is refused for them too. */
      found?: DocumentProblem[];
      /** Puts a problem into the words of the file, e.g. with the number of the row. */
      locate?: (problem: DocumentProblem) => DocumentProblem;
    }
  | { problems: DocumentProblem[] }
);

const schemas = { fr: frDocumentSchema, order: orderDocumentSchema };

/** Checks one document and fills in its defaults, or names every problem at once. */
export function checkDocument<K extends DocumentKind>(value: unknown, kind: K): CheckedDocument<DocumentOf[K]> {
  const parsed = schemas[kind].safeParse(value, { reportInput: true, error: sentenceOf });
  if (parsed.success) return { ok: true, document: parsed.data as DocumentOf[K] };
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, kind));
  return { ok: false, problems: distinct([...problems, ...repeatedLines(value)]) };
}

/** The path of a document's value as people write it: `lines[0].sku`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : named(step, index))).join('');
}

function named(step: PropertyKey, index: number): string {
  const name = String(step);
  return `${index === 0 ? '' : '.'}${name.length > 60 ? `${name.slice(0, 60)}…` : name}`;
}

function problemsOf(issue: z.core.$ZodIssue, kind: DocumentKind): DocumentProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: pathText(issue.path), reason: issue.message }];
  return issue.keys.map((key) => ({
    path: pathText([...issue.path, key]),
    reason: unknownField(key, issue.path, kind),
  }));
}

function unknownField(key: string, path: readonly PropertyKey[], kind: DocumentKind): string {
  if (kind === 'order' && path.length === 0 && key === 'source') {
    return 'is not a field of an order: routing finds the source';
  }
  return `is not a field${suggestion(key, fieldsAt(path, kind))}`;
}

/** The names that a document knows at a path. */
export function fieldsAt(path: readonly PropertyKey[], kind: DocumentKind): string[] {
  const [top] = path;
  if (top === undefined) return Object.keys(schemas[kind].shape);
  if (top === 'lines') return Object.keys(lineSchema.shape);
  return Object.keys(top === 'shippingMethod' ? shippingMethodSchema.shape : addressSchema.shape);
}

/** What zod found, as the rest of a sentence; schemas say the special things themselves. */
function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return issue.input === undefined ? 'is missing' : typeSentence(issue);
  if (issue.code === 'too_small') {
    return issue.origin === 'string' ? 'is empty' : `must be a whole number of at least ${issue.minimum}`;
  }
  if (issue.code !== 'too_big') return undefined;
  const most = Number(issue.maximum).toLocaleString('en-US');
  if (issue.origin === 'string') return `is longer than ${most} characters`;
  return issue.origin === 'int' ? 'is too large' : `must be at most ${most}`;
}

function typeSentence({ expected, input }: { expected: string; input?: unknown }): string {
  if (expected === 'number' || expected === 'int') return 'must be a whole number of at least 1';
  if (expected === 'string') return typeof input === 'number' ? 'must be text: put it in quotes' : 'must be text';
  return expected === 'array' ? 'must be a list' : 'must be an object';
}

/** zod compares ids only when all else is well; a person wants to know at once. */
function repeatedLines(value: unknown): DocumentProblem[] {
  const lines = (value as { lines?: unknown } | null)?.lines;
  if (!Array.isArray(lines)) return [];
  const ids = lines.map((line, index) => {
    const id = (line as { id?: unknown } | null)?.id;
    return typeof id === 'string' || typeof id === 'number' ? String(id) : String(index + 1);
  });
  return repeatedIds(ids).map((index) => ({ path: `lines[${index}].id`, reason: REPEATED_ID }));
}

function distinct(problems: DocumentProblem[]): DocumentProblem[] {
  const known = new Set<string>();
  return problems.filter(({ path, reason }) => known.size !== known.add(`${path} ${reason}`).size);
}
