import { productIdOf } from '../bigcommerce/products.ts';
import type { Finding, PageDraft } from '../database/import-ledger.ts';
import type { ItemDraft } from '../database/item-text.ts';
import { mapItem } from '../domain/catalog/map-item.ts';
import type { MapResult } from '../domain/catalog/map-item.ts';
import { readProduct } from '../domain/catalog/product-schema.ts';
import type { CatalogProduct, CatalogVariant, RefusedVariant } from '../domain/catalog/product-schema.ts';
import { skipReason } from '../domain/catalog/skip.ts';
import type { ImportContext } from './import-context.ts';

/** What a page says, before its place in the ledger is known. */
export type MappedPage = Omit<
  PageDraft,
  'rangeNo' | 'afterId' | 'lastId' | 'rangeComplete' | 'pageSize' | 'readMs' | 'items'
> & { items: ItemDraft[] };

/** What mapping needs of an import. */
export type MappingContext = Pick<ImportContext, 'template' | 'mapping' | 'settings'>;

export function emptyDraft(): MappedPage {
  return {
    products: 0,
    items: [],
    findings: [],
    skipped: [],
    refusedProductIds: [],
    refusedVariantIds: [],
    unreadable: 0,
  };
}

/** Maps the products of a page to items. What cannot be understood costs only itself and is listed with its reason. */
export async function mapPage(context: MappingContext, products: readonly unknown[]): Promise<MappedPage> {
  const page = { ...emptyDraft(), products: products.length };
  for (const raw of products) {
    const product = readKept(context, raw, page);
    if (!product) continue;
    let sibling: ItemDraft | null = null;
    for (const variant of product.variants) {
      const mapping = mapItem(context.template, context.mapping, product, variant, sibling);
      // Waited for only where there is something to wait for: most templates have no expressions, and pages many variants.
      const result = mapping instanceof Promise ? await mapping : mapping;
      sibling = keep(result, product, variant, page) ?? sibling;
    }
  }
  return page;
}

/** A product that counts, as far as it can be understood; what cannot is noted. */
function readKept(context: MappingContext, raw: unknown, page: MappedPage): CatalogProduct | null {
  const skipped = skipReason((raw ?? {}) as { is_visible?: boolean; type?: string }, context.settings);
  const productId = productIdOf(raw);
  if (productId === undefined) refuseUnreadable(page);
  else if (skipped) page.skipped.push({ productId, reason: skipped });
  else return understood(productId, raw, page);
  return null;
}

function refuseUnreadable(page: MappedPage): void {
  page.unreadable++;
  page.findings.push(rejected('product_unreadable', 'the store listed a product without a readable id'));
}

function understood(productId: number, raw: unknown, page: MappedPage): CatalogProduct | null {
  const read = readProduct(raw);
  if (!read.ok) {
    page.refusedProductIds.push(productId);
    page.findings.push(rejected('product_unreadable', `the product cannot be understood: ${read.reason}`, productId));
    return null;
  }
  for (const refused of read.refusedVariants) refuseVariant(productId, refused, page);
  return read.product;
}

function refuseVariant(productId: number, refused: RefusedVariant, page: MappedPage): void {
  // A variant without a readable id protects all items of its product from being archived for it.
  if (refused.variantId === null) page.refusedProductIds.push(productId);
  else page.refusedVariantIds.push(refused.variantId);
  const message = `the variant cannot be understood: ${refused.reason}`;
  page.findings.push(rejected('variant_unreadable', message, productId, refused.variantId, refused.sku));
}

/** BigCommerce takes 255; one that no index can hold would cost its whole page. */
const LONGEST_SKU = 600;

function withinLimits(result: MapResult): MapResult {
  const length = result.ok ? result.item.sku.length : 0;
  if (length <= LONGEST_SKU) return result;
  const reason = `sku has ${length} characters, and at most ${LONGEST_SKU} can be kept`;
  return { ok: false, code: 'sku_too_long', reason, field: 'sku' };
}

function keep(mapped: MapResult, product: CatalogProduct, variant: CatalogVariant, page: MappedPage): ItemDraft | null {
  const result = withinLimits(mapped);
  if (result.ok) {
    const item = Object.assign(result.item, { productId: product.id, variantId: variant.id });
    page.items.push(item);
    return item;
  }
  page.refusedVariantIds.push(variant.id);
  page.findings.push(rejected(result.code, result.reason, product.id, variant.id, variant.sku ?? null));
  return null;
}

/** What is noted of a product or variant that is refused. */
export function rejected(
  code: string,
  message: string,
  productId: number | null = null,
  variantId: number | null = null,
  sku: string | null = null,
): Finding {
  return { kind: 'rejected', productId, variantId, sku, code, message };
}
