/** What an order has of one variant. */
export interface SentLine {
  productId: number;
  /** Null where BigCommerce names none, as for a product without options in old orders. */
  variantId: number | null;
  quantity: number;
}

/** The lines of an order's body: what the order must hold when it is read back. */
export function sentLines(body: Readonly<Record<string, unknown>>): SentLine[] {
  const products = Array.isArray(body['products']) ? (body['products'] as Record<string, unknown>[]) : [];
  return products.map((product) => ({
    productId: Number(product['product_id']),
    variantId: product['variant_id'] === undefined ? null : Number(product['variant_id']),
    quantity: Number(product['quantity']),
  }));
}

/**
 * How an order differs from what was sent, a sentence for each variant; empty when it does not. Neither the order of the
 * lines matters nor how a quantity is spread over lines of one variant.
 */
export function compareLines(sent: readonly SentLine[], found: readonly SentLine[]): string[] {
  const wanted = totals(sent);
  const had = totals(found.map((line) => withVariant(line, sent)));
  const all = [...new Map([...wanted, ...had]).values()].sort(
    (a, b) => a.productId - b.productId || (a.variantId ?? 0) - (b.variantId ?? 0),
  );
  return all.flatMap((line) => {
    const key = keyOf(line);
    const [ordered, present] = [wanted.get(key)?.quantity ?? 0, had.get(key)?.quantity ?? 0];
    if (ordered === present) return [];
    const were = ordered === 1 ? 'was' : 'were';
    return [`${nameOf(line)}: ${ordered} ${were} ordered, the order has ${present}`];
  });
}

/** A line without a variant is the only one of its product that was sent. */
function withVariant(line: SentLine, sent: readonly SentLine[]): SentLine {
  if (line.variantId !== null && line.variantId !== 0) return line;
  const variants = new Set(sent.filter(({ productId }) => productId === line.productId).map((each) => each.variantId));
  const [only] = variants;
  return { ...line, variantId: variants.size === 1 ? only! : null };
}

function totals(lines: readonly SentLine[]): Map<string, SentLine> {
  const sums = new Map<string, SentLine>();
  for (const line of lines) {
    const before = sums.get(keyOf(line))?.quantity ?? 0;
    sums.set(keyOf(line), { ...line, quantity: before + line.quantity });
  }
  return sums;
}

function keyOf({ productId, variantId }: SentLine): string {
  return `${productId}/${variantId ?? ''}`;
}

function nameOf({ productId, variantId }: SentLine): string {
  return variantId === null ? `product ${productId}` : `product ${productId}, variant ${variantId}`;
}
