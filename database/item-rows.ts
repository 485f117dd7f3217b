import * as crypto from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { InventoryItemFields } from '../domain/catalog/map-item.ts';

/** An item as a feed says it is, ready to be written. */
export interface ItemDraft extends InventoryItemFields {
  productId: number;
  variantId: number;
}

/** An item in Postgres' text format for `copy`, and what tells whether it is as it was. */
export interface ItemRow {
  item: ItemDraft;
  /** Of columns that are the variant's own, and of those that the variants of a product mostly share. */
  own: string;
  shared: string;
  fingerprint: string;
}

type Value = string | number | null;
type Column = readonly [name: string, type: string, read: (item: ItemDraft) => Value];

const ownColumns: readonly Column[] = [
  ['sku', 'text', (item) => item.sku],
  ['product_id', 'bigint', (item) => item.productId],
  ['variant_id', 'bigint', (item) => item.variantId],
  ['quantity', 'integer', (item) => item.quantity],
  ['price', 'numeric', (item) => item.price],
  ['msrp', 'numeric', (item) => item.msrp],
  ['cost', 'numeric', (item) => item.cost],
  ['image_url', 'text', (item) => item.imageUrl],
  ['weight_kg', 'numeric', (item) => item.weightKg],
  ['width_cm', 'numeric', (item) => item.widthCm],
  ['height_cm', 'numeric', (item) => item.heightCm],
  ['depth_cm', 'numeric', (item) => item.depthCm],
  ['upc', 'text', (item) => item.upc],
];

const sharedColumns: readonly Column[] = [
  ['title', 'text', (item) => item.title],
  ['description', 'text', (item) => item.description],
  ['currency', 'text', (item) => item.currency],
  ['brand', 'text', (item) => item.brand],
  ['categories', 'jsonb', (item) => JSON.stringify(item.categories)],
  ['attributes', 'jsonb', (item) => JSON.stringify(item.attributes)],
];

const feedColumns = [...ownColumns, ...sharedColumns];
const columns: readonly Column[] = [...feedColumns, ['fingerprint', 'text', fingerprintOf]];

/** Names of all columns that a feed decides, in the order of `unnestItems` and `copyText`. */
export const itemColumnNames = columns.map(([name]) => name).join(', ');
export const itemColumns = sql.raw(itemColumnNames);

/** `set` list of an update from `unnestItems` under the alias `u`. */
export const itemAssignments = sql.raw(columns.map(([name]) => `${name} = u.${name}`).join(', '));

/** Equal fingerprints mean equal items: 128 bits of a digest, a third of the bytes of comparing all columns. */
export function fingerprintOf(item: ItemDraft): string {
  return itemRows([item])[0]!.fingerprint;
}

/**
 * Items as rows, in the order in which they came: the variants of a product follow each other there, and what they have
 * in common is written and digested once.
 */
export function itemRows(items: readonly ItemDraft[]): ItemRow[] {
  let last: ItemDraft | undefined;
  let shared = '';
  let sharedDigest = '';
  return items.map((item) => {
    if (!last || !haveInCommon(item, last)) {
      shared = textOf(item, sharedColumns);
      sharedDigest = digest(shared);
    }
    last = item;
    const own = textOf(item, ownColumns);
    return { item, own, shared, fingerprint: digest(own + sharedDigest) };
  });
}

/** By identity where there is more than a text: the variants of a product hold the same lists. */
function haveInCommon(one: ItemDraft, other: ItemDraft): boolean {
  return (
    one.title === other.title &&
    one.description === other.description &&
    one.currency === other.currency &&
    one.brand === other.brand &&
    one.categories === other.categories &&
    one.attributes === other.attributes
  );
}

/** The one-shot digest came with Node 20.12 and costs a third; 20.11 has only the longer way. */
const digest: (text: string) => string =
  'hash' in crypto
    ? (text) => crypto.hash('md5', text, 'base64url' as 'base64')
    : (text) => (crypto as { createHash: typeof crypto.createHash }).createHash('md5').update(text).digest('base64url');

/** Columns as `copy` reads them. Null has a sign of its own, so that different items never have equal texts. */
function textOf(item: ItemDraft, of: readonly Column[]): string {
  let text = '';
  for (const [, type, read] of of) {
    const value = read(item);
    const written = value === null ? '\\N' : isText(type) ? escapedForCopy(value as string) : value;
    text = text === '' ? `${written}` : `${text}\t${written}`;
  }
  return text;
}

function isText(type: string): boolean {
  return type === 'text' || type === 'jsonb';
}

const SPECIAL_IN_COPY = /[\\\t\n\r]/;
const IN_COPY: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapedForCopy(text: string): string {
  return SPECIAL_IN_COPY.test(text) ? text.replace(/[\\\t\n\r]/g, (found) => IN_COPY[found]!) : text;
}

/** Rows for `copy inventory_items (id, source_id, …itemColumnNames) from stdin`, each with an id of its own. */
export function copyText(rows: readonly ItemRow[], sourceId: number, ids: readonly number[]): Buffer {
  const lines = rows.map(
    ({ own, shared, fingerprint }, index) => `${ids[index]}\t${sourceId}\t${own}\t${shared}\t${fingerprint}\n`,
  );
  // Line by line: one letter beyond Latin-1 would make the whole page a text of two bytes a letter, slow to encode.
  const bytes = Buffer.allocUnsafe(lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0));
  let end = 0;
  for (const line of lines) end += bytes.write(line, end);
  return bytes;
}

/** One `unnest` of an array a column: a page is written by one statement whatever its size. */
export function unnestItems(items: readonly ItemDraft[]): RawBuilder<unknown> {
  const arrays = columns.map(([, type, read]) => sql`${arrayOf(items.map(read), type)}::${sql.raw(type)}[]`);
  return sql`unnest(${sql.join(arrays)})`;
}

const SPECIAL = /["\\]/;

/**
 * An array as Postgres reads it. Written here and not by `pg`, which escapes each element by two regular expressions
 * and was a tenth of an import's time; numbers need no quotes and few texts anything to escape.
 */
export function arrayOf(values: readonly Value[], type: string): string {
  const written = isText(type)
    ? values.map((value) => (value === null ? 'NULL' : `"${escaped(value as string)}"`))
    : values.map((value) => value ?? 'NULL');
  return `{${written.join(',')}}`;
}

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(/["\\]/g, '\\$&') : text;
}
