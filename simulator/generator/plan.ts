import type { InventoryTracking } from '../catalogue/product.ts';
import { mix, Random } from '../random.ts';
import { SHELVES } from './shelves.ts';
import { BRANDS } from './words.ts';

/** `shop` looks like a real store with its odd corners; `bulk` is clean and of one shape, for measurements. */
export type Preset = 'shop' | 'bulk';

export interface CatalogueSize {
  readonly preset: Preset;
  readonly products: number;
  readonly variants: number;
  readonly seed: number;
}

/** What decides everything else about a generated product. Cheap, so that a million of them can be asked for their SKUs. */
export interface Plan {
  readonly index: number;
  readonly seed: number;
  readonly shelf: number;
  readonly brand: number;
  readonly sizes: number;
  readonly colors: number;
  readonly tracking: InventoryTracking;
  readonly isVisible: boolean;
}

/** Decides the product at `index`: its shelf, brand, number of variants and how its stock is tracked. */
export function planProduct(size: CatalogueSize, index: number): Plan {
  const seed = mix(size.seed, index, 0x51ab);
  const random = new Random(seed);
  const shelf = random.int(0, SHELVES.length - (size.preset === 'bulk' ? 3 : 1));
  const brand = random.int(0, BRANDS.length - 1);
  if (size.preset === 'bulk') return { index, seed, shelf, brand, ...bulkShape(size.variants) };
  const variants = shopShape(random, shelf, size.variants);
  const tracking = random.pick(trackingChoices(variants.sizes * variants.colors));
  return { index, seed, shelf, brand, ...variants, tracking, isVisible: !random.chance(0.06) };
}

function bulkShape(variants: number): Omit<Plan, 'index' | 'seed' | 'shelf' | 'brand'> {
  const sizes = Math.min(variants, 250);
  const colors = Math.ceil(variants / sizes);
  return { sizes, colors, tracking: variants > 1 ? 'variant' : 'product', isVisible: true };
}

function shopShape(random: Random, shelf: number, variants: number): { sizes: number; colors: number } {
  const style = SHELVES[shelf]?.options;
  const most = Math.max(1, variants * 2);
  if (variants === 1 || style === 'digital' || random.chance(0.35)) return { sizes: 1, colors: 1 };
  if (style === 'apparel') {
    const sizes = random.int(2, Math.min(8, most));
    return { sizes, colors: random.int(1, Math.max(1, Math.min(5, Math.floor(most / sizes)))) };
  }
  if (style === 'color') return { sizes: 1, colors: random.int(2, Math.min(10, most)) };
  return { sizes: 1, colors: 1 };
}

function trackingChoices(variants: number): readonly InventoryTracking[] {
  return variants > 1 ? ['variant', 'variant', 'variant', 'product', 'none'] : ['product', 'product', 'none'];
}

/** The number of variants of a plan; a product without options has its one base variant. */
export function variantCount(size: CatalogueSize, plan: Plan): number {
  return size.preset === 'bulk' ? size.variants : plan.sizes * plan.colors;
}
