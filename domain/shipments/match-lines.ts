import type { FetchedItem, OrderLine, RequestLine } from './shipment.ts';

/** Which lines of the request an item of a shipment may stand for, both in the order of the request. */
export interface LineMatch {
  sku: string | null;
  /** Lines that are known to be this line of the order: they are filled before all others. */
  certain: RequestLine[];
  /** These and the lines that mean the same product. */
  possible: RequestLine[];
  /** Why there is none. */
  reason: string | null;
}

interface Lines {
  lines: readonly RequestLine[];
  orderProducts: readonly OrderLine[];
}

/**
 * A matcher of items: by order product id to a line of the order, and from there to lines of the request, by order product
 * id, then product and variant id, then the SKU that was sent.
 */
export function lineMatcher({ lines, orderProducts }: Lines): (item: FetchedItem) => LineMatch {
  const products = new Map(orderProducts.map((product) => [product.orderProductId, product]));
  return (item) => {
    const product = item.orderProductId === null ? onlyOne(item, orderProducts) : products.get(item.orderProductId);
    const id = product?.orderProductId ?? item.orderProductId;
    const certain = id === null ? [] : lines.filter((line) => line.orderProductId === id);
    if (!product) return { sku: null, certain, possible: certain, reason: certain.length > 0 ? null : unknown(item) };
    const meant = linesOf(product, lines);
    // A line that is another line of the order is not this one, as long as there is a choice.
    const isFree = ({ orderProductId }: RequestLine) => orderProductId === null || !products.has(orderProductId);
    const chosen = lines.filter((line) => certain.includes(line) || (meant.includes(line) && isFree(line)));
    const possible = chosen.length > 0 ? chosen : meant;
    const reason = `${product.sku || 'a product without SKU'} (order product ${id}) is no line of the request`;
    return { sku: product.sku || null, certain, possible, reason: possible.length > 0 ? null : reason };
  };
}

/** Whether items name lines of the order that are not known: the order was edited, and its lines must be read again. */
export function hasUnknownOrderProducts(
  shipments: readonly { items: readonly FetchedItem[] }[],
  orderProducts: readonly OrderLine[],
): boolean {
  const known = new Set(orderProducts.map(({ orderProductId }) => orderProductId));
  return shipments.some(({ items }) =>
    items.some(({ orderProductId }) => orderProductId !== null && !known.has(orderProductId)),
  );
}

function unknown({ orderProductId }: FetchedItem): string {
  if (orderProductId !== null)
    return `order product ${orderProductId} is not among the lines of the order that we know`;
  return 'the shipment does not say which line of the order it is';
}

/** An item without a line of the order: its product tells only where the order has it in one variant. */
function onlyOne({ productId }: FetchedItem, orderProducts: readonly OrderLine[]): OrderLine | undefined {
  // By id: the store's order of its lines must not matter.
  const found = orderProducts
    .filter((product) => product.productId === productId)
    .sort((a, b) => a.orderProductId - b.orderProductId);
  return new Set(found.map(({ variantId }) => variantId)).size === 1 ? found[0] : undefined;
}

function linesOf(product: OrderLine, lines: readonly RequestLine[]): RequestLine[] {
  const byId = ofProduct(product, lines);
  if (byId.length > 0) return byId;
  return product.sku.trim() === '' ? [] : lines.filter((line) => line.sku === product.sku);
}

function ofProduct({ productId, variantId }: OrderLine, lines: readonly RequestLine[]): RequestLine[] {
  if (productId === 0) return [];
  const found = lines.filter((line) => line.productId === productId);
  if (variantId !== null && variantId !== 0) return found.filter((line) => line.variantId === variantId);
  // Old orders name no variant: clear only where the request has one of the product.
  return new Set(found.map((line) => line.variantId)).size === 1 ? found : [];
}
