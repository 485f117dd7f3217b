import type { ResolvedPath, Target } from '../mapping/language.ts';
import { parsePath, readerOf, suggestion } from '../mapping/path.ts';
import { categoryChain } from './categories.ts';
import { imageUrl, imagesMainFirst, mainImage } from './images.ts';
import { toMetric } from './measures.ts';
import { IMAGE_FIELDS, INHERITED, MEASURES, PRODUCT_FIELDS, VARIANT_FIELDS } from './product-fields.ts';
import type { InventoryRecord } from './record.ts';
import { variantReader } from './variant-values.ts';

type Steps = readonly (string | number)[];
type Resolved = ResolvedPath<InventoryRecord> | { problem: string };

/** Names that a path may start with beside the product's own fields. */
export const ROOTS: ReadonlySet<string> = new Set([
  ...PRODUCT_FIELDS,
  'variants',
  'brands',
  'categories',
  'category_ids',
  'images',
  'options',
  'store',
]);

/** Finds the reader of an inventory path, or says why there is none; paths to a metric target are converted to it. */
export function resolveInventoryPath(path: string, target: Target | null): Resolved {
  const steps = parsePath(path);
  if (!steps) return { problem: `is not a path such as variants.price or images[0].url: ${path}` };
  const resolved = resolveSteps(steps);
  if ('problem' in resolved || !target?.measures) return resolved;
  const measured = MEASURES.get(String(steps.at(-1)));
  if (measured !== target.measures) {
    return {
      problem: `is no ${target.measures} of the product or variant; use an expression for a metric value from elsewhere`,
    };
  }
  const name = measured === 'weight' ? 'to kilograms' : 'to centimeters';
  return { ...resolved, convert: { name, apply: (value, { context }) => toMetric(value, measured, context) } };
}

/** What must be fetched when an expression uses this name anywhere. */
export function needsOfName(name: string): readonly string[] {
  if (name === 'brands') return ['brand_id'];
  if (name === 'categories' || name === 'category_ids') return ['categories'];
  if (name === 'images' || name === 'image_url') return ['images'];
  return PRODUCT_FIELDS.has(name) ? [name] : [];
}

function resolveSteps(steps: Steps): Resolved {
  const [root, ...rest] = steps;
  switch (root) {
    case 'variants':
      return variantPath(rest);
    case 'brands':
      return brandPath(rest);
    case 'categories':
      return shared(
        below(({ product, context }) => categoryChain(product.categories, context.categories), rest, ['categories']),
      );
    case 'category_ids':
      return shared(below(({ product }) => product.categories ?? [], rest, ['categories']));
    case 'images':
      return imagePath(rest);
    case 'options':
      return below(variantReader('options'), rest, []);
    case 'store':
      if (rest.join('.') !== 'currency') return { problem: 'knows only store.currency' };
      return { read: ({ context }) => context.storeCurrency, needs: [], isShared: true };
    default:
      return productPath(String(root), steps);
  }
}

function productPath(root: string, steps: Steps): Resolved {
  if (PRODUCT_FIELDS.has(root)) {
    const read = readerOf(steps);
    return { read: ({ product }) => read(product), needs: [root], isShared: true };
  }
  const meant = VARIANT_FIELDS.has(root) ? `; did you mean variants.${root}?` : suggestion(root, ROOTS);
  return { problem: `there is no field ${root}${meant}` };
}

function variantPath([field, ...rest]: Steps): Resolved {
  if (typeof field !== 'string')
    return { problem: 'stands for the item’s own variant: name one of its fields, such as variants.sku' };
  if (!VARIANT_FIELDS.has(field))
    return { problem: `there is no field variants.${field}${suggestion(field, VARIANT_FIELDS)}` };
  const needs = INHERITED.has(field) || field === 'inventory_level' ? [field] : field === 'image_url' ? ['images'] : [];
  return below(variantReader(field), rest, needs);
}

function brandPath(rest: Steps): Resolved {
  const needs = ['brand_id'];
  const field = rest.join('.');
  if (field === 'id') return { read: ({ product }) => product.brand_id ?? null, needs, isShared: true };
  if (field !== 'name') return { problem: 'knows brands.name and brands.id' };
  return { read: ({ product, context }) => context.brands.get(product.brand_id ?? 0) ?? null, needs, isShared: true };
}

/** Without a place `images` is the main image, and its address is the item's own; with one it is the product's, main first. */
function imagePath(rest: Steps): Resolved {
  const [first, ...others] = rest;
  const isPlaced = typeof first === 'number';
  const [field, ...deeper] = isPlaced ? others : rest;
  if (typeof field !== 'string' || !IMAGE_FIELDS.has(field) || deeper.length > 0) {
    return { problem: `needs one field of an image: ${[...IMAGE_FIELDS].join(', ')}` };
  }
  const needs = ['images'];
  if (!isPlaced && (field === 'url' || field === 'url_standard')) {
    return { read: ({ product, variant }) => imageUrl(product, variant), needs };
  }
  const read = readerOf([field === 'url' ? 'url_standard' : field]);
  if (!isPlaced) return { read: ({ product }) => read(mainImage(product)), needs, isShared: true };
  return { read: ({ product }) => read(imagesMainFirst(product)[first]), needs, isShared: true };
}

function shared(resolved: Resolved): Resolved {
  return 'problem' in resolved ? resolved : { ...resolved, isShared: true };
}

function below(read: (record: InventoryRecord) => unknown, rest: Steps, needs: readonly string[]): Resolved {
  if (rest.length === 0) return { read, needs };
  const deeper = readerOf(rest);
  return { read: (record) => deeper(read(record)), needs };
}
