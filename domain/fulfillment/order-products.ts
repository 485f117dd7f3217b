import { Big } from 'big.js';
import { decimalText } from '../mapping/decimal.ts';
import { failed } from './checks.ts';
import type { Check } from './checks.ts';
import type { FoundLine } from './resolved-line.ts';

/** An entry of an order's `products`. */
export interface OrderProduct {
  product_id: number;
  variant_id: number;
  quantity: number;
  product_options?: { id: number; value: string }[];
  price_ex_tax?: number;
  price_inc_tax?: number;
}

/**
 * The line as a product of the order. The options are given beside the variant: required modifiers need them, and they are
 * what older stores go by (orders.v2, orderCatalogProduct_Post).
 */
export function orderProduct({ line, variant, product }: FoundLine, prices: 'catalog' | 'request'): OrderProduct {
  const options = [
    ...variant.optionValues.map(({ optionId, valueId }) => ({ id: optionId, value: String(valueId) })),
    ...product.requiredModifiers.flatMap(({ id, defaultValueId }) =>
      defaultValueId === null ? [] : [{ id, value: String(defaultValueId) }],
    ),
  ];
  const price = prices === 'request' && line.unitPrice !== null ? priceOf(line.unitPrice) : null;
  return {
    product_id: product.id,
    variant_id: variant.variantId,
    quantity: line.quantity,
    ...(options.length > 0 ? { product_options: options } : {}),
    // Both or none: with one of them the totals are wrong.
    ...(price === null ? {} : { price_ex_tax: price, price_inc_tax: price }),
  };
}

/** The lines whose price would not arrive as it was written. */
export function priceFailures(found: readonly FoundLine[], prices: 'catalog' | 'request'): Check[] {
  if (prices === 'catalog') return [];
  return found
    .filter(({ line }) => line.unitPrice !== null && priceOf(line.unitPrice) === null)
    .map(({ line }) =>
      failed('mapping_failed', `line ${line.lineId}: its unitPrice has more digits than BigCommerce keeps`),
    );
}

/** The number that JSON writes with exactly the digits of this decimal, or null when there is none. */
function priceOf(unitPrice: string): number | null {
  const text = decimalText(unitPrice);
  if (text === null) return null;
  const price = Number(text);
  return new Big(String(price)).eq(text) ? price : null;
}
