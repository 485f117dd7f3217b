import type { Variant } from '../catalogue/product.ts';
import { json, type Answer } from '../http/answers.ts';
import type { Call } from '../http/call.ts';

/** GET /v3/catalog/summary: counts over all variants, a cross-check of a feed's completeness. */
export function getSummary(call: Call): Answer {
  const { catalogue } = call.store;
  const counts = { variants: 0, stock: 0, value: 0, highest: 0, lowest: Infinity, sum: 0 };
  for (const id of catalogue.ids) {
    const product = catalogue.product(id);
    for (const variant of product?.variants ?? []) add(counts, variant, Number(product?.fields.price) || 0);
  }
  return json({
    data: {
      inventory_count: counts.stock,
      inventory_value: Math.round(counts.value * 100) / 100,
      primary_category_id: 18,
      primary_category_name: catalogue.generator.forest.categories[0]?.name ?? '',
      variant_count: counts.variants,
      highest_variant_price: counts.highest,
      average_variant_price: counts.variants === 0 ? 0 : counts.sum / counts.variants,
      lowest_variant_price: String(Number.isFinite(counts.lowest) ? counts.lowest : 0),
      oldest_variant_date: '2019-03-01T08:00:00+00:00',
      newest_variant_date: '2024-02-28T08:00:00+00:00',
    },
    meta: {},
  });
}

function add(
  counts: { variants: number; stock: number; value: number; highest: number; lowest: number; sum: number },
  variant: Variant,
  productPrice: number,
): void {
  const price = Number(variant.price ?? productPrice) || 0;
  const level = Math.max(0, Number(variant.inventory_level) || 0);
  counts.variants += 1;
  counts.stock += level;
  counts.value += level * price;
  counts.highest = Math.max(counts.highest, price);
  counts.lowest = Math.min(counts.lowest, price);
  counts.sum += price;
}
