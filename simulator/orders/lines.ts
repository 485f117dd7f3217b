import { v2Error, type Answer } from '../http/answers.ts';
import { isRecord } from '../http/call.ts';
import { brandName } from '../resources/brands.ts';
import type { Product, Variant } from '../catalogue/product.ts';
import type { Store } from '../store.ts';
import { invalidField } from './address.ts';
import { resolveOptions, type OptionError } from './options.ts';
import type { OrderLine } from './order.ts';

/** A line before it has an id, as V2 accepts it. */
export type NewLine = Omit<OrderLine, 'id'>;

/** Reads the products of an order, or answers the 400 that they bring. Problems of options are told all at once. */
export function readLines(raw: unknown, store: Store): NewLine[] | Answer {
  if (!Array.isArray(raw) || raw.length === 0) return invalidField('products');
  const lines: NewLine[] = [];
  const errors: OptionError[] = [];
  for (const entry of raw) {
    if (!isRecord(entry)) return invalidField('products');
    const line = entry['product_id'] === undefined ? readCustomLine(entry) : readCatalogueLine(entry, store, errors);
    if (line !== undefined && 'status' in line) return line;
    if (line !== undefined) lines.push(line);
  }
  if (errors.length > 0) return v2Error(400, 'The options of one or more products are invalid.', { errors });
  return lines;
}

/** The problem with a line's quantity or its pair of prices, if it has one. */
export function refuseAmounts(line: Record<string, unknown>): Answer | undefined {
  const { quantity, price_ex_tax: exTax, price_inc_tax: incTax } = line;
  if (!Number.isInteger(quantity) || Number(quantity) < 1) return invalidField('quantity');
  if ((exTax === undefined) !== (incTax === undefined)) {
    return invalidField('products.price_inc_tax', 'price_ex_tax and price_inc_tax go together: give both or none.');
  }
  if (exTax !== undefined && !isPrice(exTax)) return invalidField('products.price_ex_tax');
  return incTax !== undefined && !isPrice(incTax) ? invalidField('products.price_inc_tax') : undefined;
}

function isPrice(value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'string') && value !== '' && Number(value) >= 0;
}

function readCustomLine(line: Record<string, unknown>): NewLine | Answer {
  if (typeof line['name'] !== 'string' || line['name'] === '')
    return v2Error(400, "The required field 'products.name' was not supplied.");
  if (line['price_ex_tax'] === undefined)
    return v2Error(400, "The required field 'products.price_ex_tax' was not supplied.");
  const refused = refuseAmounts(line);
  if (refused !== undefined) return refused;
  return {
    ...{
      productId: 0,
      variantId: 0,
      name: line['name'],
      sku: String(line['sku'] ?? ''),
      upc: String(line['upc'] ?? ''),
    },
    ...{ type: 'physical', costPrice: 0, weight: 0, width: 0, height: 0, depth: 0, brand: '', options: [] },
    ...{ priceExTax: Number(line['price_ex_tax']), priceIncTax: Number(line['price_inc_tax']) },
    ...{ quantity: Number(line['quantity']), hasTakenStock: false },
  };
}

function readCatalogueLine(
  line: Record<string, unknown>,
  store: Store,
  errors: OptionError[],
): NewLine | Answer | undefined {
  const product = store.catalogue.product(Number(line['product_id']));
  if (product === undefined) return invalidField('product_id', `There is no product ${String(line['product_id'])}.`);
  const refused = refuseAmounts(line);
  if (refused !== undefined) return refused;
  const variantId = line['variant_id'];
  if (variantId !== undefined && !product.variants.some((variant) => variant.id === variantId)) {
    return invalidField('variant_id', `Product ${product.fields.id} has no variant ${String(variantId)}.`);
  }
  const resolved = resolveOptions(product, line);
  errors.push(...resolved.errors);
  if (resolved.variant === undefined) return undefined;
  const options = resolved.options.map((option) => ({ id: 0, ...option }));
  return {
    ...fromCatalogue(product, resolved.variant),
    ...pricesOf(line, product, resolved.variant),
    options,
    quantity: Number(line['quantity']),
  };
}

function pricesOf(
  line: Record<string, unknown>,
  product: Product,
  variant: Variant,
): Pick<NewLine, 'priceExTax' | 'priceIncTax'> {
  if (line['price_ex_tax'] !== undefined) {
    return { priceExTax: Number(line['price_ex_tax']), priceIncTax: Number(line['price_inc_tax']) };
  }
  // Automatic tax is not computed for API orders: both prices are the catalogue's.
  const price = Number(variant.calculated_price ?? product.fields.calculated_price) || 0;
  return { priceExTax: price, priceIncTax: price };
}

function fromCatalogue(
  product: Product,
  variant: Variant,
): Omit<NewLine, 'priceExTax' | 'priceIncTax' | 'options' | 'quantity'> {
  const { fields } = product;
  const measure = (name: 'weight' | 'width' | 'height' | 'depth'): number => Number(variant[name] ?? fields[name]) || 0;
  return {
    ...{ productId: fields.id, variantId: variant.id, name: String(fields.name), sku: String(variant.sku) },
    ...{ upc: String(variant.upc || fields.upc), type: fields.type, brand: brandName(fields.brand_id) },
    costPrice: Number(variant.cost_price ?? fields.cost_price) || 0,
    ...{ weight: measure('weight'), width: measure('width'), height: measure('height'), depth: measure('depth') },
    hasTakenStock: false,
  };
}
