import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

/** An item as a feed says it is, ready to be written. Money and measures are decimal strings. */
export interface ItemDraft {
  sku: string;
  productId: number;
  variantId: number;
  title: string;
  description: string | null;
  quantity: number;
  price: string | null;
  msrp: string | null;
  cost: string | null;
  currency: string | null;
  brand: string | null;
  categories: string[];
  imageUrl: string | null;
  weightKg: string | null;
  widthCm: string | null;
  heightCm: string | null;
  depthCm: string | null;
  upc: string | null;
  attributes: Record<string, unknown>;
}

/** Equal fingerprints mean equal items. 128 bits of a digest: a third of the bytes of comparing all columns. */
export function fingerprintOf(item: ItemDraft): string {
  return createHash('md5').update(JSON.stringify(item)).digest('base64').slice(0, 22);
}

type Column = readonly [name: string, type: string, read: (item: ItemDraft) => unknown];

const columns: readonly Column[] = [
  ['sku', 'text', (item: ItemDraft) => item.sku],
  ['product_id', 'bigint', (item: ItemDraft) => item.productId],
  ['variant_id', 'bigint', (item: ItemDraft) => item.variantId],
  ['title', 'text', (item: ItemDraft) => item.title],
  ['description', 'text', (item: ItemDraft) => item.description],
  ['quantity', 'integer', (item: ItemDraft) => item.quantity],
  ['price', 'numeric', (item: ItemDraft) => item.price],
  ['msrp', 'numeric', (item: ItemDraft) => item.msrp],
  ['cost', 'numeric', (item: ItemDraft) => item.cost],
  ['currency', 'text', (item: ItemDraft) => item.currency],
  ['brand', 'text', (item: ItemDraft) => item.brand],
  ['categories', 'jsonb', (item: ItemDraft) => JSON.stringify(item.categories)],
  ['image_url', 'text', (item: ItemDraft) => item.imageUrl],
  ['weight_kg', 'numeric', (item: ItemDraft) => item.weightKg],
  ['width_cm', 'numeric', (item: ItemDraft) => item.widthCm],
  ['height_cm', 'numeric', (item: ItemDraft) => item.heightCm],
  ['depth_cm', 'numeric', (item: ItemDraft) => item.depthCm],
  ['upc', 'text', (item: ItemDraft) => item.upc],
  ['attributes', 'jsonb', (item: ItemDraft) => JSON.stringify(item.attributes)],
  ['fingerprint', 'text', fingerprintOf],
];

/** Names of all columns that a feed decides, in the order of `unnestItems`. */
export const itemColumns = sql.raw(columns.map(([name]) => name).join(', '));

/** `set` list of an update from `unnestItems` under the alias `u`. */
export const itemAssignments = sql.raw(columns.map(([name]) => `${name} = u.${name}`).join(', '));

/** One `unnest` of an array a column: a page is written by one statement whatever its size. */
export function unnestItems(items: readonly ItemDraft[]): RawBuilder<unknown> {
  const arrays = columns.map(([, type, read]) => sql`${items.map((item) => read(item))}::${sql.raw(type)}[]`);
  return sql`unnest(${sql.join(arrays)})`;
}
