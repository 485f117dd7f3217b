import type { Product } from '../catalogue/product.ts';
import { v2Error, type Answer } from '../http/answers.ts';
import type { Store } from '../store.ts';
import type { NewLine } from './lines.ts';

type StockLine = Pick<NewLine, 'productId' | 'variantId' | 'quantity' | 'hasTakenStock'>;

/**
 * Checks the lines of a new order against stock and quantity rules: undefined, or the 409 with every product that
 * breaks one. Untracked products are never checked.
 */
export function checkStock(lines: readonly StockLine[], store: Store): Answer | undefined {
  const errors: unknown[] = [];
  const wanted = new Map<string, number>();
  for (const line of lines) {
    const product = store.catalogue.product(line.productId);
    if (product === undefined) continue;
    const key = stockKey(product, line);
    const sum = (wanted.get(key) ?? 0) + line.quantity;
    wanted.set(key, sum);
    const error = sum > levelOf(product, line) ? outOfStock(product, line) : quantityError(product, line.quantity);
    if (error !== undefined) errors.push(error);
  }
  if (errors.length === 0) return undefined;
  if (store.settings.leaksStockOnConflict) leakStock(lines, store);
  const message = 'Quantities of one or more products are out of stock or did not meet quantity requirements.';
  return v2Error(409, message, { errors });
}

/** Takes the stock of lines that have not taken it yet. Tracked by product, all variants share one number. */
export function takeStock(lines: readonly StockLine[], store: Store): void {
  for (const line of lines) {
    if (!line.hasTakenStock) line.hasTakenStock = moveStock(line, -line.quantity, store);
  }
}

/** Gives the stock of lines back. */
export function giveStockBack(lines: readonly StockLine[], store: Store): void {
  for (const line of lines) {
    if (line.hasTakenStock) line.hasTakenStock = !moveStock(line, line.quantity, store);
  }
}

/** Changes the stock that a line stands on; false where the product is not tracked or gone. */
export function moveStock(line: Omit<StockLine, 'hasTakenStock'>, by: number, store: Store): boolean {
  const product = store.catalogue.product(line.productId);
  if (product === undefined || product.fields.inventory_tracking === 'none') return false;
  const productId = line.productId;
  const inventory_level = levelOf(product, line) + by;
  if (product.fields.inventory_tracking === 'product') {
    store.change({ kind: 'product-fields', productId, fields: { inventory_level } }, { byOrder: true });
  }
  // A base variant shows the product's level too.
  if (product.fields.inventory_tracking === 'variant' || product.options.length === 0) {
    store.change(
      { kind: 'variant-fields', productId, variantId: line.variantId, fields: { inventory_level } },
      { byOrder: true },
    );
  }
  return true;
}

/** One retailer reports that a live store keeps what the lines before the short one took, though no order is made. */
function leakStock(lines: readonly StockLine[], store: Store): void {
  for (const line of lines) {
    const product = store.catalogue.product(line.productId);
    if (product !== undefined && line.quantity > levelOf(product, line)) return;
    moveStock(line, -line.quantity, store);
  }
}

function stockKey(product: Product, line: StockLine): string {
  return product.fields.inventory_tracking === 'variant' ? `variant ${line.variantId}` : `product ${line.productId}`;
}

function levelOf(product: Product, line: Pick<StockLine, 'variantId'>): number {
  const { inventory_tracking: tracking, inventory_level: level } = product.fields;
  if (tracking === 'none') return Infinity;
  if (tracking === 'product') return Number(level) || 0;
  return Number(product.variants.find((variant) => variant.id === line.variantId)?.inventory_level) || 0;
}

function outOfStock(product: Product, line: StockLine): unknown {
  const { id, name, inventory_level } = product.fields;
  const variant = product.variants.find((candidate) => candidate.id === line.variantId);
  const isSimple =
    product.options.length === 0 || product.fields.inventory_tracking === 'product' || variant === undefined;
  if (isSimple) return { type: 'OutOfStock', product: { id, name, inventory_level } };
  const sku = { id: variant.sku_id, sku: variant.sku, inventory_level: variant.inventory_level };
  return { type: 'OutOfStock', product: { id, name, sku } };
}

function quantityError(product: Product, quantity: number): unknown {
  const { id, name, order_quantity_minimum: minimum, order_quantity_maximum: maximum } = product.fields;
  if (maximum > 0 && quantity > maximum) {
    return { type: 'ExceedsMaxQuantity', product: { id, name, maximum_quantity: maximum } };
  }
  if (minimum > 0 && quantity < minimum) {
    return { type: 'InsufficientQuantity', product: { id, name, minimum_quantity: minimum } };
  }
  return undefined;
}
