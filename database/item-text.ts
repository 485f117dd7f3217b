import * as crypto from 'node:crypto';
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

export type Value = string | number | null;
export type Column = readonly [name: string, type: string, field: keyof ItemDraft];

const ownColumns: readonly Column[] = [
  ['sku', 'text', 'sku'],
  ['product_id', 'bigint', 'productId'],
  ['variant_id', 'bigint', 'variantId'],
  ['quantity', 'integer', 'quantity'],
  ['price', 'numeric', 'price'],
  ['msrp', 'numeric', 'msrp'],
  ['cost', 'numeric', 'cost'],
  ['image_url', 'text', 'imageUrl'],
  ['weight_kg', 'numeric', 'weightKg'],
  ['width_cm', 'numeric', 'widthCm'],
  ['height_cm', 'numeric', 'heightCm'],
  ['depth_cm', 'numeric', 'depthCm'],
  ['upc', 'text', 'upc'],
];

const sharedColumns: readonly Column[] = [
  ['title', 'text', 'title'],
  ['description', 'text', 'description'],
  ['currency', 'text', 'currency'],
  ['brand', 'text', 'brand'],
  ['categories', 'jsonb', 'categories'],
  ['attributes', 'jsonb', 'attributes'],
];

export const feedColumns = [...ownColumns, ...sharedColumns];
export const columnNames = [...feedColumns.map(([name]) => name), 'fingerprint'];

/** Names of all columns that a feed decides, in the order of `unnestItems` and of a row's text. */
export const itemColumnNames = columnNames.join(', ');

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
  for (const column of of) {
    const [, type] = column;
    const value = valueOf(item, column);
    const written = value === null ? '\\N' : isText(type) ? escapedForCopy(value as string) : value;
    text = text === '' ? `${written}` : `${text}\t${written}`;
  }
  return text;
}

export function valueOf(item: ItemDraft, [, type, field]: Column): Value {
  return type === 'jsonb' ? JSON.stringify(item[field]) : (item[field] as Value);
}

function isText(type: string): boolean {
  return type === 'text' || type === 'jsonb';
}

const SPECIAL_IN_COPY = /[\\\t\n\r]/;
const IN_COPY: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapedForCopy(text: string): string {
  return SPECIAL_IN_COPY.test(text) ? text.replace(/[\\\t\n\r]/g, (found) => IN_COPY[found]!) : text;
}

const FROM_COPY: Record<string, string> = { t: '\t', n: '\n', r: '\r' };

function readFromCopy(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_, letter: string) => FROM_COPY[letter] ?? letter) : text;
}

/** The whole text of a row, as `copy inventory_items (…itemColumnNames) from stdin` reads it, without its line feed. */
export function textOfRow({ own, shared, fingerprint }: ItemRow): string {
  return `${own}\t${shared}\t${fingerprint}`;
}

/** The item that a row's text says. */
export function itemOfText(row: string): ItemDraft {
  const texts = row.split('\t');
  const fields = feedColumns.map(([, type, field], index) => [field, readValue(texts[index]!, type)] as const);
  return Object.fromEntries(fields) as unknown as ItemDraft;
}

function readValue(text: string, type: string): unknown {
  if (text === '\\N') return null;
  if (type === 'jsonb') return JSON.parse(readFromCopy(text));
  if (type === 'text') return readFromCopy(text);
  return type === 'numeric' ? text : Number(text);
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
