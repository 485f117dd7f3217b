import type { Product, ProductFields, ProductImage, ProductOption, Variant } from '../catalogue/product.ts';
import { buildCategories, type CategoryForest } from './categories.ts';
import { lastNotAbove, numberProducts, type GeneratedIds } from './ids.ts';
import { generateFields } from './fields.ts';
import { generateImages } from './images.ts';
import { generateOptions } from './options.ts';
import { planProduct, type CatalogueSize, type Plan } from './plan.ts';
import { baseSku, variantSku } from './skus.ts';
import { generateVariants } from './variants.ts';

/** Where a generated product's ids begin. */
export interface Numbers {
  readonly productId: number;
  readonly firstVariantId: number;
  readonly variants: number;
}

/**
 * A catalogue that is computed when it is read: only the ids are kept, so a million variants cost a few megabytes. The
 * same size and seed always give the same products.
 */
export class Generator {
  readonly size: CatalogueSize;
  readonly forest: CategoryForest = buildCategories();
  readonly ids: GeneratedIds;

  constructor(size: CatalogueSize, count: number) {
    this.size = size;
    this.ids = numberProducts(size, count);
  }

  product(id: number): Product | undefined {
    const index = this.#indexOf(id);
    return index === undefined ? undefined : new GeneratedProduct(this, index);
  }

  has(id: number): boolean {
    return this.#indexOf(id) !== undefined;
  }

  /** The product that a generated variant belongs to. */
  ownerOf(variantId: number): number | undefined {
    const index = lastNotAbove(this.ids.firstVariantIds, variantId);
    if (index < 0) return undefined;
    const offset = variantId - (this.ids.firstVariantIds[index] as number);
    return offset < (this.ids.variantCounts[index] as number) ? this.ids.productIds[index] : undefined;
  }

  /** The SKUs of a product's variants in the order of their ids, without computing the rest of it. */
  skus(id: number): string[] {
    const index = this.#indexOf(id);
    if (index === undefined) return [];
    const plan = this.plan(index);
    const base = baseSku(plan);
    return Array.from({ length: this.numbers(index).variants }, (_, position) => variantSku(plan, base, position));
  }

  variantIdsOf(id: number): number[] {
    const index = this.#indexOf(id);
    if (index === undefined) return [];
    const { firstVariantId, variants } = this.numbers(index);
    return Array.from({ length: variants }, (_, position) => firstVariantId + position);
  }

  plan(index: number): Plan {
    return planProduct(this.size, index);
  }

  numbers(index: number): Numbers {
    return {
      productId: this.ids.productIds[index] as number,
      firstVariantId: this.ids.firstVariantIds[index] as number,
      variants: this.ids.variantCounts[index] as number,
    };
  }

  #indexOf(id: number): number | undefined {
    const index = lastNotAbove(this.ids.productIds, id);
    return index >= 0 && this.ids.productIds[index] === id ? index : undefined;
  }
}

class GeneratedProduct implements Product {
  readonly #generator: Generator;
  readonly #plan: Plan;
  readonly #numbers: Numbers;
  #fields: ProductFields | undefined;

  constructor(generator: Generator, index: number) {
    this.#generator = generator;
    this.#plan = generator.plan(index);
    this.#numbers = generator.numbers(index);
  }

  get fields(): ProductFields {
    const { forest, size } = this.#generator;
    this.#fields ??= generateFields(this.#plan, this.#numbers, size.preset, forest);
    return this.#fields;
  }

  get variants(): Variant[] {
    return generateVariants(this.#plan, this.#numbers, this.fields, this.#generator.size.preset);
  }

  get images(): ProductImage[] {
    return generateImages(this.#plan, this.#numbers.productId, this.fields);
  }

  get options(): ProductOption[] {
    return generateOptions(this.#plan, this.#numbers);
  }

  get modifiers(): [] {
    return [];
  }
}
