import { listBrands } from '../bigcommerce/brands.ts';
import { listCategories } from '../bigcommerce/categories.ts';
import type { StoreClient } from '../bigcommerce/client.ts';
import { findProductIdsBySku, getProductsAfter, getProductsById, productIdOf } from '../bigcommerce/products.ts';
import { getStoreInformation } from '../bigcommerce/store-information.ts';
import { traceItem } from '../domain/catalog/map-item.ts';
import type { ItemTrace } from '../domain/catalog/map-item.ts';
import { readProduct } from '../domain/catalog/product-schema.ts';
import { skipReason } from '../domain/catalog/skip.ts';
import { dimensionFactorCm, weightFactorKg } from '../domain/catalog/units.ts';
import type { CompiledInventoryTemplate, ItemContext } from '../domain/mapping/inventory-template.ts';
import type { InventorySettings } from '../domain/source/inventory.ts';
import { completeVariants } from './complete-variants.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { inventorySettings, templateOf } from './import-context.ts';
import { openStore } from './stores.ts';

interface PreviewSource {
  id: number;
  name: string;
  storeHash: string | null;
  settings: Record<string, unknown>;
}

/** How one variant would be mapped now, from its raw values and without writing anything. */
export interface PreviewedItem {
  productId: number;
  variantId: number;
  trace: ItemTrace;
}

export interface LeftOut {
  productId: number | null;
  /** Of a variant that cannot be understood; left out where the whole product is. */
  variantId?: number | null;
  sku?: string | null;
  reason: string;
}

export interface Preview {
  items: PreviewedItem[];
  /** Products, and variants by themselves, that would not come in, with the reason. */
  left: LeftOut[];
}

interface Opened {
  client: StoreClient;
  settings: InventorySettings;
  template: CompiledInventoryTemplate;
  context: ItemContext;
}

/** The first items of the feed, mapped step by step. Writes nothing. Throws StoreError and failures of ours. */
export async function previewFeed(deps: Dependencies, source: PreviewSource, limit: number): Promise<Preview> {
  const opened = await open(deps, source);
  const preview: Preview = { items: [], left: [] };
  let after = 0;
  for (;;) {
    const { products } = await getProductsAfter(
      opened.client,
      { after, upTo: null, limit: Math.min(250, limit) },
      { fields: undefined, images: true },
    );
    const last = Math.max(after, ...products.map((product) => productIdOf(product) ?? 0));
    // Nothing new: the end, or a store that does not heed where to go on.
    if (last === after) return preview;
    for (const product of products) {
      await previewProduct(opened, product, preview);
      if (preview.items.length >= limit) return { ...preview, items: preview.items.slice(0, limit) };
    }
    after = last;
  }
}

/** Every variant that has this SKU, mapped step by step. Writes nothing. */
export async function previewSku(deps: Dependencies, source: PreviewSource, sku: string): Promise<Preview> {
  const opened = await open(deps, source);
  const ids = await findProductIdsBySku(opened.client, sku);
  const preview: Preview = { items: [], left: [] };
  for (let done = 0; done < ids.length;) {
    const read = await getProductsById(opened.client, ids.slice(done), { fields: undefined, images: true });
    for (const product of read.products) await previewProduct(opened, product, preview, sku);
    done += read.ids.length;
  }
  return preview;
}

async function previewProduct(opened: Opened, listed: unknown, preview: Preview, sku?: string): Promise<void> {
  const [raw] = await completeVariants(opened.client, [listed], AbortSignal.timeout(60_000));
  const read = readProduct(raw);
  if (!read.ok) {
    preview.left.push({ productId: read.productId, reason: `the product cannot be understood: ${read.reason}` });
    return;
  }
  const skipped = skipReason(read.product, opened.settings);
  if (skipped) preview.left.push({ productId: read.product.id, reason: skipped });
  if (skipped && sku === undefined) return;
  for (const { variantId, sku: itsSku, reason } of read.refusedVariants) {
    if (sku !== undefined && itsSku !== sku) continue;
    const left = { productId: read.product.id, variantId, sku: itsSku };
    preview.left.push({ ...left, reason: `the variant cannot be understood: ${reason}` });
  }
  for (const variant of read.product.variants) {
    if (sku !== undefined && variant.sku !== sku) continue;
    const trace = await traceItem(opened.template, opened.context, read.product, variant);
    preview.items.push({ productId: read.product.id, variantId: variant.id, trace });
  }
}

async function open(deps: Dependencies, source: PreviewSource): Promise<Opened> {
  const settings = inventorySettings(source.settings, source.name);
  const client = await openStore(deps, source, 'import');
  const store = await getStoreInformation(client);
  const weight = weightFactorKg(store.weightUnits ?? '');
  const dimension = dimensionFactorCm(store.dimensionUnits ?? '');
  if (!weight || !dimension) {
    const units = `${store.weightUnits} and ${store.dimensionUnits}`;
    throw failure('unit_unknown', `The store measures in ${units}, which cannot be converted to metric units.`);
  }
  const brands = new Map((await listBrands(client)).map((brand) => [brand.id, brand.name]));
  const categories = new Map((await listCategories(client)).map(({ id, ...category }) => [id, category]));
  const context: ItemContext = {
    storeCurrency: store.currency,
    weightFactorKg: weight,
    dimensionFactorCm: dimension,
    brands,
    categories,
    untrackedQuantity: settings.untrackedQuantity,
    unpurchasable: settings.unpurchasable,
    metrics: new Map(),
  };
  return { client, settings, template: templateOf(settings, source.name), context };
}
