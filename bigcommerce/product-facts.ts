import pLimit from 'p-limit';
import type { StoreClient } from './client.ts';
import { getV3Page } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { readFields, readFlag, readId, readList, readNumber, readText } from './read.ts';
import { unexpected } from './v2-pages.ts';
import { readVariant } from './variant-search.ts';
import type { StoreVariant } from './variant-search.ts';

export interface StoreProduct {
  id: number;
  name: string;
  type: string;
  inventoryTracking: 'none' | 'product' | 'variant';
  /** Counts where the stock is tracked by product. */
  inventoryLevel: number | null;
  availability: string;
  isVisible: boolean;
  /** Null or 0: no such rule. */
  orderQuantityMinimum: number | null;
  orderQuantityMaximum: number | null;
  price: number | null;
  /** As many as BigCommerce includes; the list of a product with very many may be cut. A null price is the product's. */
  variants: (StoreVariant & { price: number | null })[];
  /** Modifiers that an order must give a value, and the value that the product chooses by default. */
  requiredModifiers: { id: number; name: string; type: string; defaultValueId: number | null }[];
}

const PRODUCTS = 'v3/catalog/products';
/** BigCommerce cuts a page to ten products when it includes modifiers (products_catalog.v3, IncludeParamGetProducts). */
const CHUNK = 10;
const CONCURRENCY = 4;

/**
 * What the store says of these products now; ids that it does not know are absent. Throws StoreError,
 * `unexpected_answer` when the store answers with other products.
 */
export async function getProductFacts(
  client: StoreClient,
  ids: readonly number[],
  options: PageOptions = {},
): Promise<StoreProduct[]> {
  const wanted = [...new Set(ids)];
  const chunks = Array.from({ length: Math.ceil(wanted.length / CHUNK) }, (_, index) =>
    wanted.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  const found = await pLimit(CONCURRENCY).map(chunks, (chunk) => getChunk(client, chunk, options));
  return found.flat();
}

async function getChunk(client: StoreClient, ids: readonly number[], options: PageOptions): Promise<StoreProduct[]> {
  const query = { 'id:in': ids.join(','), include: 'variants,modifiers', limit: CHUNK };
  const { data } = await getV3Page(client, PRODUCTS, query, options);
  const products = data.flatMap((row) => readProduct(row) ?? []);
  if (products.every(({ id }) => ids.includes(id))) return products;
  throw unexpected(PRODUCTS, 'BigCommerce answered a request for certain products with others');
}

function readProduct(row: unknown): StoreProduct | undefined {
  const fields = readFields(row);
  const id = readId(fields['id']);
  if (id === undefined) return undefined;
  return {
    id,
    name: readText(fields['name']) ?? '',
    type: readText(fields['type']) ?? 'physical',
    inventoryTracking: readTracking(fields['inventory_tracking']),
    inventoryLevel: readNumber(fields['inventory_level']),
    availability: readText(fields['availability']) ?? 'available',
    isVisible: readFlag(fields['is_visible'] ?? true),
    orderQuantityMinimum: readNumber(fields['order_quantity_minimum']),
    orderQuantityMaximum: readNumber(fields['order_quantity_maximum']),
    price: readNumber(fields['price']),
    variants: readList(fields['variants']).flatMap((each) => {
      const variant = readVariant(each);
      return variant ? [{ ...variant, price: readNumber(readFields(each)['price']) }] : [];
    }),
    requiredModifiers: readList(fields['modifiers']).flatMap(readRequiredModifier),
  };
}

/** Also by V2's names. A word that nobody knows counts as untracked: the store itself refuses what it has not. */
function readTracking(value: unknown): StoreProduct['inventoryTracking'] {
  if (value === 'product' || value === 'simple') return 'product';
  return value === 'variant' || value === 'sku' ? 'variant' : 'none';
}

function readRequiredModifier(raw: unknown): StoreProduct['requiredModifiers'] {
  const fields = readFields(raw);
  const id = readId(fields['id']);
  if (id === undefined || !readFlag(fields['required'])) return [];
  const name = readText(fields['display_name']) ?? readText(fields['name']) ?? '';
  const values = readList(fields['option_values']).map(readFields);
  const chosen =
    values.find((value) => readFlag(value['is_default'])) ?? values.find((value) => isChecked(fields, value));
  return [{ id, name, type: readText(fields['type']) ?? '', defaultValueId: readId(chosen?.['id']) ?? null }];
}

/** A checkbox tells its default in its config, and which of its two values means checked in their data. */
function isChecked(modifier: Record<string, unknown>, value: Record<string, unknown>): boolean {
  const { checked_by_default: byDefault } = readFields(modifier['config']);
  const { checked_value: checked } = readFields(value['value_data']);
  return readFlag(byDefault) && readFlag(checked);
}
