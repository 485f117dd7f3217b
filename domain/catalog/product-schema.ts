import { z } from 'zod';
import { isPlainProduct } from './plain-product.ts';

/** BigCommerce's examples and live bodies hold nulls where its specification has none: null is fine everywhere but in ids. */
const id = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const text = z.string().nullish();
const flag = z.boolean().nullish();
/** Left as it came: money in a text must not pass through a double, and what is no number is refused by its field. */
const number = z.union([z.number(), z.string()]).nullish();

const variantSchema = z.looseObject({
  id,
  sku: text,
  price: number,
  retail_price: number,
  cost_price: number,
  weight: number,
  width: number,
  height: number,
  depth: number,
  inventory_level: number,
  purchasing_disabled: flag,
  image_url: text,
  upc: text,
});

const imageSchema = z.looseObject({ is_thumbnail: flag, sort_order: number, url_standard: text });

const productSchema = z.looseObject({
  id,
  name: text,
  description: text,
  type: text,
  price: number,
  retail_price: number,
  cost_price: number,
  weight: number,
  width: number,
  height: number,
  depth: number,
  brand_id: id.nullish(),
  categories: z.array(id).nullish(),
  inventory_tracking: text,
  inventory_level: number,
  is_visible: flag,
  availability: text,
  upc: text,
  images: z.array(imageSchema).nullish(),
});

export type CatalogVariant = z.output<typeof variantSchema>;
export type CatalogImage = z.output<typeof imageSchema>;
/** A product of the store with the variants that could be understood; fields that we do not check are kept as they came. */
export type CatalogProduct = z.output<typeof productSchema> & { variants: CatalogVariant[] };

export interface RefusedVariant {
  variantId: number | null;
  sku: string | null;
  reason: string;
}

export type ReadProduct =
  | { ok: true; product: CatalogProduct; refusedVariants: RefusedVariant[] }
  | { ok: false; productId: number | null; reason: string };

/**
 * Reads one product with its variants as the API answered it. A product that cannot be understood refuses only itself, a
 * variant only itself. A product without variants is refused: every product has one, so the answer is not whole.
 */
export function readProduct(raw: unknown): ReadProduct {
  if (isPlainProduct(raw)) return { ok: true, product: raw as CatalogProduct, refusedVariants: [] };
  return readBySchema(raw);
}

/** The same without the shortcut; exported so that a test can compare both. */
export function readBySchema(raw: unknown): ReadProduct {
  const parsed = productSchema.safeParse(raw);
  if (!parsed.success) return { ok: false, productId: idOf(raw), reason: reasonOf(parsed.error) };
  const { variants } = parsed.data;
  if (!Array.isArray(variants) || variants.length === 0) {
    return {
      ok: false,
      productId: parsed.data.id,
      reason: 'variants: the answer holds none, but every product has one',
    };
  }
  const understood: CatalogVariant[] = [];
  const refusedVariants: RefusedVariant[] = [];
  for (const variant of variants as unknown[]) {
    const read = variantSchema.safeParse(variant);
    if (read.success) understood.push(read.data);
    else refusedVariants.push({ variantId: idOf(variant), sku: skuOf(variant), reason: reasonOf(read.error) });
  }
  return { ok: true, product: { ...parsed.data, variants: understood }, refusedVariants };
}

function idOf(raw: unknown): number | null {
  const found = id.safeParse((raw as { id?: unknown } | null | undefined)?.id);
  return found.success ? found.data : null;
}

function skuOf(raw: unknown): string | null {
  const sku = (raw as { sku?: unknown } | null | undefined)?.sku;
  return typeof sku === 'string' ? sku : null;
}

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.map(String).join('.') || 'the whole'}: ${issue.message}` : 'cannot be understood';
}
