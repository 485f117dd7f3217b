import type { StoreClient } from './client.ts';
import { LARGEST_PAGE, getV3Page } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { readFields, readFlag, readId, readList, readNumber, readText } from './read.ts';
import { unexpected } from './v2-pages.ts';

export interface StoreVariant {
  variantId: number;
  productId: number;
  sku: string;
  inventoryLevel: number | null;
  purchasingDisabled: boolean;
  purchasingDisabledMessage: string | null;
  optionValues: { optionId: number; valueId: number; label: string; optionName: string }[];
}

const VARIANTS = 'v3/catalog/variants';
/** A thousand: whoever has as many under one SKU ignores the filter. */
const MOST_PAGES = 4;

/**
 * The variants that the store finds under a SKU. How it compares (letter case, blanks, parts) is documented nowhere, so
 * all rows are given and the caller compares. Rows of deleted products (product 0: bigcommerce/api#44) are left out.
 * Throws StoreError, `unexpected_answer` when there are too many to be the answer.
 */
export async function findVariantsBySku(
  client: StoreClient,
  sku: string,
  options: PageOptions = {},
): Promise<StoreVariant[]> {
  // A filter without a value is no filter.
  if (sku === '') return [];
  const found: StoreVariant[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data, totalPages } = await getV3Page(client, VARIANTS, { sku, page, limit: LARGEST_PAGE }, options);
    found.push(...data.flatMap((row) => readVariant(row) ?? []));
    const isLast = totalPages === undefined ? data.length < LARGEST_PAGE : page >= totalPages;
    if (data.length === 0 || isLast) return found;
  }
  throw unexpected(VARIANTS, `BigCommerce answered GET ${VARIANTS} for one SKU with more than ${MOST_PAGES} pages`);
}

/** A variant as it came, or undefined where its ids cannot be read or its product is gone. */
export function readVariant(row: unknown): StoreVariant | undefined {
  const fields = readFields(row);
  const variantId = readId(fields['id']);
  const productId = readId(fields['product_id']);
  if (variantId === undefined || productId === undefined) return undefined;
  return {
    ...{ variantId, productId },
    sku: readText(fields['sku']) ?? '',
    inventoryLevel: readNumber(fields['inventory_level']),
    purchasingDisabled: readFlag(fields['purchasing_disabled']),
    purchasingDisabledMessage: readText(fields['purchasing_disabled_message']) || null,
    optionValues: readList(fields['option_values']).flatMap(readOptionValue),
  };
}

function readOptionValue(raw: unknown): StoreVariant['optionValues'] {
  const fields = readFields(raw);
  const [optionId, valueId] = [readId(fields['option_id']), readId(fields['id'])];
  if (optionId === undefined || valueId === undefined) return [];
  const [label, optionName] = [readText(fields['label']) ?? '', readText(fields['option_display_name']) ?? ''];
  return [{ optionId, valueId, label, optionName }];
}
