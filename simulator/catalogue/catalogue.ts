import { Generator } from '../generator/generator.ts';
import type { CatalogueSize } from '../generator/plan.ts';
import { STRANGE_PRODUCTS } from '../generator/strange-products.ts';
import { changeProduct, productOf, type CatalogueChange } from './changes.ts';
import { completeDraft } from './draft.ts';
import { copyProduct, type Product, type StoredProduct, type Variant } from './product.ts';
import { SkuIndex } from './sku-index.ts';
import { SortedIds } from './sorted-ids.ts';

/**
 * A catalogue: generated products that are computed when read, and over them those that were created or changed. It has
 * to be one class because ids, owners and SKU indexes must move together with every change.
 */
export class Catalogue {
  readonly size: CatalogueSize;
  readonly generator: Generator;
  readonly ids: SortedIds;
  /** Counts changes; what was computed at an older revision is stale. */
  revision = 0;
  readonly #stored = new Map<number, StoredProduct>();
  readonly #owners = new Map<number, number>();
  readonly #listeners: ((productId: number) => void)[] = [];
  #variantIds: SortedIds | undefined;
  #productSkus: SkuIndex | undefined;
  #variantSkus: SkuIndex | undefined;
  #lastProductId: number;
  #lastVariantId: number;

  constructor(size: CatalogueSize) {
    this.size = size;
    const strange = size.preset === 'shop' && size.products >= STRANGE_PRODUCTS.length ? STRANGE_PRODUCTS : [];
    this.generator = new Generator(size, size.products - strange.length);
    const { productIds, firstVariantIds, variantCounts } = this.generator.ids;
    const last = productIds.length - 1;
    this.ids = new SortedIds([...strange.map((draft) => draft.id), ...productIds]);
    this.#lastProductId = productIds[last] ?? 111;
    this.#lastVariantId = last < 0 ? 1000 : (firstVariantIds[last] as number) + (variantCounts[last] as number);
    for (const draft of strange) this.#store(completeDraft(draft, draft.id, () => this.nextVariantId()));
  }

  product(id: number): Product | undefined {
    if (!this.ids.has(id)) return undefined;
    return this.#stored.get(id) ?? this.generator.product(id);
  }

  /** The product that a variant belongs to, as long as both exist. */
  productOfVariant(variantId: number): Product | undefined {
    const productId = this.#owners.get(variantId) ?? this.generator.ownerOf(variantId);
    return productId === undefined ? undefined : this.product(productId);
  }

  variant(variantId: number): Variant | undefined {
    return this.productOfVariant(variantId)?.variants.find((variant) => variant.id === variantId);
  }

  nextProductId(): number {
    this.#lastProductId += 1;
    return this.#lastProductId;
  }

  nextVariantId(): number {
    this.#lastVariantId += 1;
    return this.#lastVariantId;
  }

  /** Calls back with the id of every product that changes or goes. */
  onChange(listener: (productId: number) => void): void {
    this.#listeners.push(listener);
  }

  /** Makes a change. One that is about a product that does not exist (any more) does nothing. */
  apply(change: CatalogueChange): void {
    const id = productOf(change);
    const before = this.product(id);
    if (before === undefined && change.kind !== 'product-put') return;
    if (before !== undefined) this.#forget(id, before);
    if (change.kind === 'product-delete') {
      this.#stored.delete(id);
      this.ids.remove(id);
    } else {
      const present = this.#stored.get(id) ?? (before && copyProduct(before));
      const after = change.kind === 'product-put' ? structuredClone(change.product) : (present as StoredProduct);
      changeProduct(after, change);
      this.#store(after);
    }
    this.revision += 1;
    for (const listener of this.#listeners) listener(id);
  }

  /** All variant ids, ascending. Computed when first asked for: only the flat list of variants needs it. */
  get variantIds(): SortedIds {
    this.#variantIds ??= new SortedIds(this.#collectVariantIds());
    return this.#variantIds;
  }

  variantsBySku(sku: string): number[] {
    this.#variantSkus ??= this.#indexSkus('variant');
    return this.#variantSkus.find(sku);
  }

  productsBySku(sku: string): number[] {
    this.#productSkus ??= this.#indexSkus('product');
    return this.#productSkus.find(sku);
  }

  #store(product: StoredProduct): void {
    const { id } = product.fields;
    this.#stored.set(id, product);
    this.ids.add(id);
    this.#lastProductId = Math.max(this.#lastProductId, id);
    this.#productSkus?.add(product.fields.sku, id);
    for (const variant of product.variants) {
      if (this.generator.ownerOf(variant.id) !== id) this.#owners.set(variant.id, id);
      this.#lastVariantId = Math.max(this.#lastVariantId, variant.id);
      this.#variantIds?.add(variant.id);
      this.#variantSkus?.add(variant.sku, variant.id);
    }
  }

  #forget(id: number, product: Product): void {
    this.#productSkus?.remove(product.fields.sku, id);
    for (const variant of product.variants) {
      this.#owners.delete(variant.id);
      this.#variantIds?.remove(variant.id);
      this.#variantSkus?.remove(variant.sku, variant.id);
    }
  }

  #collectVariantIds(): number[] {
    const all: number[] = [];
    for (const id of this.ids) for (const variantId of this.#variantIdsOf(id)) all.push(variantId);
    return all.sort((a, b) => a - b);
  }

  #variantIdsOf(id: number): number[] {
    const stored = this.#stored.get(id);
    return stored === undefined ? this.generator.variantIdsOf(id) : stored.variants.map((variant) => variant.id);
  }

  #indexSkus(of: 'product' | 'variant'): SkuIndex {
    const index = new SkuIndex();
    for (const id of this.ids) {
      if (of === 'product') {
        index.add(this.product(id)?.fields.sku, id);
        continue;
      }
      const variantIds = this.#variantIdsOf(id);
      const stored = this.#stored.get(id);
      const skus = stored === undefined ? this.generator.skus(id) : stored.variants.map((variant) => variant.sku);
      variantIds.forEach((variantId, position) => index.add(skus[position], variantId));
    }
    return index;
  }
}
