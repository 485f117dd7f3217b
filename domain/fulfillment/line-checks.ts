import { failed, linesText, orPassed } from './checks.ts';
import type { Check } from './checks.ts';
import type { FoundLine, ProductFact, ResolvedLine, VariantFact } from './resolved-line.ts';

/** The checks of all lines, and those lines whose variant is certain. */
export interface LineChecks {
  checks: Check[];
  found: FoundLine[];
}

/** Checks what is ordered: that each SKU has one variant that can be bought in this quantity and with its options. */
export function checkLines(lines: readonly ResolvedLine[]): LineChecks {
  const failures: Check[] = [];
  const found: FoundLine[] = [];
  for (const line of lines) {
    const result = findVariant(line);
    if ('code' in result) failures.push(result);
    else found.push(result);
  }
  const checks = [
    ...orPassed(failures, 'sku', 'each SKU has exactly one variant'),
    ...orPassed(found.flatMap(purchasableFailures), 'purchasable', 'the store sells every item'),
    ...orPassed(stockFailures(found), 'stock', 'there is enough stock of all that is tracked'),
    ...orPassed(quantityFailures(found), 'quantity', 'all quantities are within the rules of the products'),
    ...orPassed(found.flatMap(optionFailures), 'options', 'every required option has a value'),
  ];
  return { checks, found };
}

function findVariant(line: ResolvedLine): FoundLine | Check {
  const { lineId, sku, product } = line;
  // Deleted products can leave variants behind, as product 0 (bigcommerce/api#44); nobody can order them.
  const living = uniqueVariants(line.matches.filter(({ productId }) => productId > 0));
  const start = `line ${lineId}: `;
  if (living.length > 1) {
    const ids = living.map(({ variantId }) => variantId).join(', ');
    return failed('sku_ambiguous', `${start}${living.length} variants have the SKU ${quoted(sku)}: ${ids}`);
  }
  const [variant] = living;
  if (!variant) return failed('sku_not_found', `${start}no variant has the SKU ${quoted(sku)}${nearMisses(line)}`);
  if (product?.id !== variant.productId) {
    const what = `variant ${variant.variantId} with the SKU ${quoted(sku)} belongs to product ${variant.productId}`;
    return failed('sku_not_found', `${start}${what}, which does not exist`);
  }
  return { line, variant, product };
}

function uniqueVariants(variants: readonly VariantFact[]): VariantFact[] {
  return [...new Map(variants.map((variant) => [variant.variantId, variant])).values()];
}

function nearMisses({ nearMatches }: ResolvedLine): string {
  if (nearMatches.length === 0) return '';
  return `; did you mean ${nearMatches.map(quoted).join(' or ')}? Letter case and blanks count`;
}

function purchasableFailures({ line, variant, product }: FoundLine): Check[] {
  const start = `line ${line.lineId}: the store does not sell ${quoted(line.sku)}: `;
  if (variant.purchasingDisabled) {
    const words = variant.purchasingDisabledMessage?.trim() ?? '';
    const why = words === '' ? '' : ` (${words})`;
    return [failed('not_purchasable', `${start}purchasing of variant ${variant.variantId} is disabled${why}`)];
  }
  if (product.availability !== 'disabled') return [];
  return [failed('not_purchasable', `${start}product ${product.id} is not available`)];
}

/** Lines that draw on one stock count together; a level that the store leaves open counts as none. */
function stockFailures(found: readonly FoundLine[]): Check[] {
  const tracked = found.filter(({ product }) => product.inventoryTracking !== 'none');
  const stocks = groupBy(tracked, ({ variant, product }) =>
    product.inventoryTracking === 'product' ? `product ${product.id}` : `variant ${variant.variantId}`,
  );
  return stocks.flatMap((group) => {
    const { variant, product } = group[0]!;
    const level = product.inventoryTracking === 'product' ? product.inventoryLevel : variant.inventoryLevel;
    const available = Math.max(0, level ?? 0);
    const wanted = totalOf(group);
    if (wanted <= available) return [];
    const together = group.length === 1 ? '' : `; ${linesText(idsOf(group))} together want ${wanted}`;
    return group.map(({ line: { lineId, sku, quantity } }) =>
      failed('out_of_stock', `line ${lineId}: ${quantity} of ${quoted(sku)} wanted, ${available} available${together}`),
    );
  });
}

/** The rules are a product's and hold for a whole order ("an order must contain", products_catalog.v3). */
function quantityFailures(found: readonly FoundLine[]): Check[] {
  return groupBy(found, ({ product }) => String(product.id)).flatMap((group) => {
    const { product } = group[0]!;
    const wanted = totalOf(group);
    const rule = brokenRule(product, wanted);
    if (rule === null) return [];
    const start = `${linesText(idsOf(group))}: ${wanted} of product ${product.id} wanted`;
    return [failed('quantity_rule', `${start}, ${rule}`)];
  });
}

function brokenRule(product: ProductFact, wanted: number): string | null {
  const minimum = product.orderQuantityMinimum ?? 0;
  const maximum = product.orderQuantityMaximum ?? 0;
  if (minimum > 0 && wanted < minimum) return `an order must have at least ${minimum}`;
  return maximum > 0 && wanted > maximum ? `an order may have at most ${maximum}` : null;
}

function optionFailures({ line, product }: FoundLine): Check[] {
  return product.requiredModifiers
    .filter(({ defaultValueId }) => defaultValueId === null)
    .map(({ id, name }) => {
      const option = `the option ${quoted(name)} (${id})`;
      const message = `line ${line.lineId}: product ${product.id} demands ${option}, which has no default`;
      return failed('option_required', message);
    });
}

function groupBy(found: readonly FoundLine[], keyOf: (line: FoundLine) => string): FoundLine[][] {
  const groups = new Map<string, FoundLine[]>();
  for (const each of found) {
    const key = keyOf(each);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

function totalOf(group: readonly FoundLine[]): number {
  return group.reduce((sum, { line }) => sum + line.quantity, 0);
}

function idsOf(group: readonly FoundLine[]): string[] {
  return group.map(({ line }) => line.lineId);
}

/** With its quotation marks, so that blanks at its ends are seen. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
