import { isNode, resolve, type SpecDocument } from './document.ts';

type Node = Record<string, unknown>;

/**
 * Compares which fields an answer has with which its schema names: schemas of BigCommerce require next to nothing, so
 * that a validator alone would be content with an empty object.
 */
export function comparePresence(document: SpecDocument, schema: unknown, value: unknown, at = ''): string[] {
  const node = resolve(document, schema);
  if (Array.isArray(value)) {
    const items = itemsOf(document, node);
    const found = value.slice(0, 50).flatMap((entry) => comparePresence(document, items, entry, `${at}[]`));
    return [...new Set(found)];
  }
  if (!isNode(value)) return [];
  const properties = propertiesOf(document, node);
  if (properties === undefined || properties.size === 0) return [];
  const missing = [...properties.keys()].filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
  const extra = Object.keys(value)
    .filter((name) => !properties.has(name))
    .map((name) => `${at}.${name} is not in the schema`);
  const inner = [...properties].flatMap(([name, property]) =>
    comparePresence(document, property, value[name], `${at}.${name}`),
  );
  return [...missing, ...extra, ...inner];
}

function itemsOf(document: SpecDocument, node: Node): unknown {
  if (node['items'] !== undefined) return node['items'];
  const alternatives = alternativesOf(node).map((schema) => resolve(document, schema));
  return alternatives.find((schema) => schema['items'] !== undefined)?.['items'];
}

/** The fields of an object's schema, over `allOf`; undefined where the schema leaves a choice. */
function propertiesOf(document: SpecDocument, node: Node): Map<string, unknown> | undefined {
  const own = isNode(node['properties']) ? Object.entries(node['properties']) : [];
  const properties = new Map<string, unknown>(own);
  for (const part of Array.isArray(node['allOf']) ? node['allOf'] : []) {
    for (const [name, schema] of propertiesOf(document, resolve(document, part)) ?? []) properties.set(name, schema);
  }
  return properties.size === 0 && alternativesOf(node).length > 0 ? undefined : properties;
}

function alternativesOf(node: Node): unknown[] {
  return [node['oneOf'], node['anyOf']].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
}
