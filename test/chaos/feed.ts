import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../database/connect.ts';
import type { TestSimulator } from '../helpers/simulator.ts';

/** A store of a simulator, as somebody who has a token sees it. */
export interface FeedStore {
  simulator: TestSimulator;
  hash: string;
  token: string;
}

/** What an item has to be, worked out from the store's own answers by the shortest way and not by the code under test. */
export type ExpectedItem = Record<string, unknown> & { sku: string; productId: number };

interface Raw {
  [field: string]: unknown;
  id: number;
  product_id: number;
}
interface RawProduct extends Raw {
  variants: Raw[];
  images: { is_thumbnail: boolean; sort_order: number; url_standard: string }[];
  categories: number[];
}

/** Everything of a list, by page number: right only while the store is quiet. */
async function listAll<T>(store: FeedStore, path: string): Promise<T[]> {
  const rows: T[] = [];
  for (let page = 1; ; page += 1) {
    const glue = path.includes('?') ? '&' : '?';
    const url = `${store.simulator.url}/stores/${store.hash}/v3/${path}${glue}page=${page}&limit=250`;
    const response = await fetch(url, { headers: { 'x-auth-token': store.token } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
    const { data, meta } = (await response.json()) as { data: T[]; meta: { pagination: { total_pages: number } } };
    rows.push(...data);
    if (page >= meta.pagination.total_pages) return rows;
  }
}

/** The feed of a store in pounds and inches, by SKU; hidden products are left out on demand. */
export async function expectedFeed(store: FeedStore, options = { skipHidden: false }) {
  const [products, brands, categories] = await Promise.all([
    listAll<RawProduct>(store, 'catalog/products?include=variants,images'),
    listAll<{ id: number; name: string }>(store, 'catalog/brands'),
    listAll<{ category_id: number; parent_id: number; name: string }>(store, 'catalog/trees/categories'),
  ]);
  const names = { brands: new Map(brands.map((brand) => [brand.id, brand.name])), categories };
  const rows = products
    .filter((product) => !options.skipHidden || product['is_visible'] !== false)
    .flatMap((product) => product.variants.map((variant) => ({ product, variant })));
  const items = new Map<string, ExpectedItem>();
  for (const { product, variant } of rows.sort((a, b) => a.variant.id - b.variant.id)) {
    const sku = variant['sku'] as string;
    if (!items.has(sku)) items.set(sku, expectedItem(product, variant, names));
  }
  return { items, products: products.length };
}

interface Names {
  brands: Map<number, string>;
  categories: { category_id: number; parent_id: number; name: string }[];
}

function expectedItem(product: RawProduct, variant: Raw, names: Names): ExpectedItem {
  const either = (field: string) => variant[field] ?? product[field];
  const known = (field: string) => variant[field] || product[field] || null;
  const tracked = { variant: variant['inventory_level'], product: product['inventory_level'], none: 0 };
  const [thumbnail] = product.images.filter((image) => image.is_thumbnail);
  const [first] = [...product.images].sort((a, b) => a.sort_order - b.sort_order);
  return {
    sku: variant['sku'] as string,
    productId: product.id,
    variantId: variant.id,
    title: product['name'],
    description: product['description'],
    quantity: Math.max(0, tracked[product['inventory_tracking'] as keyof typeof tracked] as number),
    price: money(either('price')),
    msrp: money(known('retail_price')),
    cost: money(known('cost_price')),
    currency: 'USD',
    brand: names.brands.get(product['brand_id'] as number) ?? null,
    categories: chain(product.categories, names.categories),
    imageUrl: variant['image_url'] || (thumbnail ?? first)?.url_standard || null,
    weightKg: metric(either('weight') as number, 45_359_237n, 8),
    widthCm: metric(either('width') as number, 254n, 2),
    heightCm: metric(either('height') as number, 254n, 2),
    depthCm: metric(either('depth') as number, 254n, 2),
    upc: known('upc'),
  };
}

function money(value: unknown): string | null {
  return value === null ? null : String(value);
}

function chain(ids: number[], categories: Names['categories']): string[] {
  const find = (id: number) => categories.find((category) => category.category_id === id);
  const path: string[] = [];
  let category = ids.map(find).find((found) => found !== undefined);
  for (; category; category = find(category.parent_id)) path.unshift(category.name);
  return path.slice(0, 3);
}

/** `value` times factor/10^digits, rounded to six digits, in whole numbers; 0 is unknown. */
function metric(value: number, factor: bigint, digits: number): string | null {
  const [whole = '0', fraction = ''] = String(value).split('.');
  const scaled = BigInt(whole + fraction) * factor * 10n;
  const places = BigInt(fraction.length + digits + 1 - 6);
  const unit = 10n ** (places > 0n ? places : 0n);
  const micro = places > 0n ? (scaled + unit / 2n) / unit : scaled * 10n ** -places;
  return micro === 0n ? null : String(Number(micro) / 1e6);
}

const columns = {
  ...{ sku: 'sku', productId: 'product_id', variantId: 'variant_id', title: 'title', description: 'description' },
  ...{ quantity: 'quantity', price: 'price', msrp: 'msrp', cost: 'cost', currency: 'currency', brand: 'brand' },
  ...{ categories: 'categories', imageUrl: 'image_url', weightKg: 'weight_kg', widthCm: 'width_cm' },
  ...{ heightCm: 'height_cm', depthCm: 'depth_cm', upc: 'upc' },
} as const;

export interface StoredItem {
  item: ExpectedItem;
  isArchived: boolean;
}

export async function storedItems(db: Database, source: string): Promise<StoredItem[]> {
  const rows = await db
    .selectFrom('inventory_items as i')
    .innerJoin('sources as s', 's.id', 'i.source_id')
    .selectAll('i')
    .where('s.name', '=', source)
    .orderBy('i.sku')
    .execute();
  return rows.map((row) => ({
    item: Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, (row as Record<string, unknown>)[column]]),
    ) as ExpectedItem,
    isArchived: row.archived_at !== null,
  }));
}

/** What differs between the table and the feed, a sentence each, at most ten; nothing differs in an empty list. */
export async function differences(db: Database, source: string, feed: Map<string, ExpectedItem>): Promise<string[]> {
  return differencesBetween(await storedItems(db, source), feed);
}

/** The same of items that were read before. */
export function differencesBetween(items: readonly StoredItem[], feed: Map<string, ExpectedItem>): string[] {
  const found: string[] = [];
  const stored = new Map(items.map((row) => [row.item.sku, row]));
  for (const [sku, expected] of feed) {
    const row = stored.get(sku);
    if (!row) found.push(`${sku} is missing`);
    else if (row.isArchived) found.push(`${sku} is archived, but the store has it`);
    else if (!isDeepStrictEqual(row.item, expected))
      found.push(`${JSON.stringify(row.item)} should be ${JSON.stringify(expected)}`);
  }
  for (const [sku, row] of stored) {
    if (!feed.has(sku) && !row.isArchived) found.push(`${sku} lives, but the store does not have it`);
    if (row.isArchived && row.item['quantity'] !== 0) found.push(`${sku} is archived with stock`);
  }
  return found.slice(0, 10);
}
