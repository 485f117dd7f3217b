import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

type Node = Record<string, unknown>;

/** An OpenAPI document whose schemas were turned into JSON Schema. */
export interface SpecDocument {
  readonly file: string;
  readonly root: Node;
}

/** Reads a specification; aliases are unlimited because the official files lean on them. */
export function readDocument(folder: string, file: string): SpecDocument {
  const root = parse(readFileSync(path.join(folder, file), 'utf8'), { maxAliasCount: -1 }) as Node;
  return { file, root: convert(root) as Node };
}

/** Turns OpenAPI 3.0's `nullable` (and BigCommerce's `x-nullable`) into JSON Schema's type "null". */
function convert(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(convert);
  if (!isNode(node)) return node;
  const converted = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, convert(value)]));
  const isNullable = node['nullable'] === true || node['x-nullable'] === true;
  if (!isNullable || typeof node['type'] !== 'string') return converted;
  const values = Array.isArray(node['enum']) ? { enum: [...(node['enum'] as unknown[]), null] } : {};
  return { ...converted, type: [node['type'], 'null'], ...values };
}

/** The JSON pointer of the schema of an answer, or undefined where the document shows none. */
export function responsePointer(
  document: SpecDocument,
  route: string,
  method: string,
  status: number,
): string | undefined {
  const paths = document.root['paths'] as Node;
  const operation = (paths[route] as Node | undefined)?.[method] as Node | undefined;
  const response = (operation?.['responses'] as Node | undefined)?.[String(status)] as Node | undefined;
  if (response === undefined) return undefined;
  const direct = ['paths', route, method, 'responses', String(status)];
  const ref = response['$ref'];
  const at = typeof ref === 'string' ? ref.slice(2).split('/') : direct;
  const content = (find(document, at)['content'] ?? {}) as Node;
  const type = Object.keys(content).find((name) => name.includes('json'));
  return type === undefined ? undefined : pointer([...at, 'content', type, 'schema']);
}

/** Whether a document describes this status of an operation at all. */
export function documents(document: SpecDocument, route: string, method: string, status: number): boolean {
  const operation = ((document.root['paths'] as Node)[route] as Node | undefined)?.[method] as Node | undefined;
  return (operation?.['responses'] as Node | undefined)?.[String(status)] !== undefined;
}

/** Follows a `$ref` of a schema, as often as there is one. */
export function resolve(document: SpecDocument, schema: unknown): Node {
  let node = isNode(schema) ? schema : {};
  while (typeof node['$ref'] === 'string') {
    node = find(
      document,
      node['$ref']
        .slice(2)
        .split('/')
        .map((part) => part.replaceAll('~1', '/')),
    );
  }
  return node;
}

function find(document: SpecDocument, at: readonly string[]): Node {
  let node: unknown = document.root;
  for (const part of at) node = isNode(node) ? node[part] : undefined;
  return isNode(node) ? node : {};
}

/** The schema under a pointer. */
export function schemaAt(document: SpecDocument, at: string): Node {
  return find(
    document,
    at
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/')),
  );
}

function pointer(parts: readonly string[]): string {
  return `#/${parts.map((part) => part.replaceAll('/', '~1')).join('/')}`;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
