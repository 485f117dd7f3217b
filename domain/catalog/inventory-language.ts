import type { Target, TemplateLanguage } from '../mapping/language.ts';
import { defaultInventoryTemplate } from '../mapping/default-inventory-template.ts';
import { categoryChain } from './categories.ts';
import { imagesMainFirst } from './images.ts';
import { toMetric } from './measures.ts';
import { ROOTS, needsOfName, resolveInventoryPath } from './paths.ts';
import type { InventoryRecord } from './record.ts';
import { variantReader, variantView } from './variant-values.ts';

const UNKNOWN_MONEY: Target = { kind: 'money', zeroIsNull: true };
const LENGTH: Target = { kind: 'measure', measures: 'length', zeroIsNull: true };
const OPTIONAL_TEXT: Target = { kind: 'text', blankIsNull: true };

const TARGETS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['sku', { kind: 'text', blankIsNull: true, missing: { code: 'sku_blank', reason: 'is blank' } }],
  ['title', { kind: 'text', blankIsNull: true, missing: { code: 'title_missing', reason: 'is missing' } }],
  ['description', { kind: 'text' }],
  [
    'quantity',
    { kind: 'quantity', missing: { code: 'quantity_missing', reason: 'is missing, although the store tracks it' } },
  ],
  ['price', { kind: 'money' }],
  ['msrp', UNKNOWN_MONEY],
  ['cost', UNKNOWN_MONEY],
  ['currency', OPTIONAL_TEXT],
  ['brand', OPTIONAL_TEXT],
  ['categories', { kind: 'list' }],
  ['imageUrl', OPTIONAL_TEXT],
  ['weightKg', { kind: 'measure', measures: 'weight', zeroIsNull: true }],
  ['widthCm', LENGTH],
  ['heightCm', LENGTH],
  ['depthCm', LENGTH],
  ['upc', OPTIONAL_TEXT],
]);

/** What inventory templates can say: the item's fields, the paths of product and variant, and metric functions. */
export const inventoryLanguage: TemplateLanguage<InventoryRecord> = {
  targets: TARGETS,
  extras: { kind: 'any' },
  reserved: new Set(['archived', 'attributes', 'productId', 'variantId']),
  defaults: defaultInventoryTemplate,
  resolvePath: resolveInventoryPath,
  expressions: {
    roots: ROOTS,
    needsOf: needsOfName,
    input: expressionInput,
    functions: ({ context }) => ({
      kg: (value: unknown) => metric(value, 'weight', context),
      cm: (value: unknown) => metric(value, 'length', context),
    }),
    functionNames: new Set(['kg', 'cm']),
  },
};

/** The record as one JSON document, with the same meaning under each name as the paths have. */
function expressionInput(record: InventoryRecord): unknown {
  const { product, context } = record;
  const brandId = product.brand_id ?? null;
  return {
    ...product,
    variants: variantView(record),
    brands: { id: brandId, name: context.brands.get(brandId ?? 0) ?? null },
    categories: [...categoryChain(product.categories, context.categories)],
    category_ids: product.categories ?? [],
    images: imagesMainFirst(product).map((image) => ({ ...image, url: image.url_standard ?? null })),
    options: variantReader('options')(record),
    store: { currency: context.storeCurrency },
  };
}

function metric(
  value: unknown,
  measures: 'weight' | 'length',
  context: InventoryRecord['context'],
): number | undefined {
  if (value === null || value === undefined) return undefined;
  const converted = Number(toMetric(value, measures, context));
  if (Number.isNaN(converted)) throw new TypeError(`${JSON.stringify(value)} is no ${measures}`);
  return converted;
}
