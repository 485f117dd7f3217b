import * as crypto from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { InventoryItemFields } from '../domain/catalog/map-item.ts';

/** An item as a feed says it is, ready to be written. */
export interface ItemDraft extends InventoryItemFields {
  productId: number;
  variantId: number;
}

/** Between the parts of a fingerprint; no part can hold it, because Postgres' texts cannot. */
const SEPARATOR = '\0';

/** Equal fingerprints mean equal items. 128 bits of a digest: a third of the bytes of comparing all columns. */
export function fingerprintOf(item: ItemDraft): string {
  const parts: string[] = [];
  for (const [, , read] of feedColumns) {
    const value = read(item);
    // Null and the empty text are two things.
    parts.push(value === null ? '-' : `=${value}`);
  }
  return digest(parts.join(SEPARATOR)).slice(0, 22);
}

/** The one-shot digest came with Node 20.12 and costs a third; 20.11 has only the longer way. */
const digest: (text: string) => string =
  'hash' in crypto
    ? (text) => crypto.hash('md5', text, 'base64')
    : (text) => (crypto as { createHash: typeof crypto.createHash }).createHash('md5').update(text).digest('base64');

type Value = string | number | null;
type Column = readonly [name: string, type: string, read: (item: ItemDraft) => Value];

const feedColumns: readonly Column[] = [
  ['sku', 'text', (item) => item.sku],
  ['product_id', 'bigint', (item) => item.productId],
  ['variant_id', 'bigint', (item) => item.variantId],
  ['title', 'text', (item) => item.title],
  ['description', 'text', (item) => item.description],
  ['quantity', 'integer', (item) => item.quantity],
  ['price', 'numeric', (item) => item.price],
  ['msrp', 'numeric', (item) => item.msrp],
  ['cost', 'numeric', (item) => item.cost],
  ['currency', 'text', (item) => item.currency],
  ['brand', 'text', (item) => item.brand],
  ['categories', 'jsonb', (item) => JSON.stringify(item.categories)],
  ['image_url', 'text', (item) => item.imageUrl],
  ['weight_kg', 'numeric', (item) => item.weightKg],
  ['width_cm', 'numeric', (item) => item.widthCm],
  ['height_cm', 'numeric', (item) => item.heightCm],
  ['depth_cm', 'numeric', (item) => item.depthCm],
  ['upc', 'text', (item) => item.upc],
  ['attributes', 'jsonb', (item) => JSON.stringify(item.attributes)],
];

const columns: readonly Column[] = [...feedColumns, ['fingerprint', 'text', fingerprintOf]];

/** Names of all columns that a feed decides, in the order of `unnestItems`. */
export const itemColumns = sql.raw(columns.map(([name]) => name).join(', '));

/** `set` list of an update from `unnestItems` under the alias `u`. */
export const itemAssignments = sql.raw(columns.map(([name]) => `${name} = u.${name}`).join(', '));

/** One `unnest` of an array a column: a page is written by one statement whatever its size. */
export function unnestItems(items: readonly ItemDraft[]): RawBuilder<unknown> {
  const arrays = columns.map(([, type, read]) => sql`${arrayLiteral(items, read, type)}::${sql.raw(type)}[]`);
  return sql`unnest(${sql.join(arrays)})`;
}

const SPECIAL = /["\\]/;

/**
 * An array as Postgres reads it. Written here and not by `pg`, which escapes each element by two regular expressions
 * and was a tenth of an import's time; numbers need no quotes and few texts anything to escape. Quotes that stand
 * between the elements of a column without nulls come with the join, which saves a copy of each text.
 */
function arrayLiteral(items: readonly ItemDraft[], read: (item: ItemDraft) => Value, type: string): string {
  const quoted = type === 'text' || type === 'jsonb';
  const elements: Value[] = [];
  let hasNull = false;
  for (const item of items) {
    const value = read(item);
    if (value === null) hasNull = true;
    elements.push(quoted && value !== null ? escaped(value as string) : value);
  }
  if (items.length === 0) return '{}';
  if (quoted && !hasNull) return `{"${elements.join('","')}"}`;
  const literals = elements.map((value) => (value === null ? 'NULL' : quoted ? `"${value}"` : value));
  return `{${literals.join(',')}}`;
}

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(/["\\]/g, '\\$&') : text;
}
