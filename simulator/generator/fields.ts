import type { ProductFields } from '../catalogue/product.ts';
import { plainFields } from '../catalogue/plain-product.ts';
import { toIso } from '../dates.ts';
import { Random } from '../random.ts';
import type { CategoryForest } from './categories.ts';
import type { Numbers } from './generator.ts';
import type { Plan, Preset } from './plan.ts';
import { SHELVES, type Shelf } from './shelves.ts';
import { baseSku } from './skus.ts';
import { ADJECTIVES, BRANDS, SENTENCES } from './words.ts';

const EPOCH = Date.parse('2019-03-01T08:00:00Z');
const FIVE_YEARS_IN_MINUTES = 5 * 365 * 24 * 60;
/** Ids that the store's category tree does not have: products keep pointing at deleted categories. */
const MISSING_CATEGORY_ID = 9_999;
/** Brand ids start here, in the order of the word list. */
export const FIRST_BRAND_ID = 35;

/** The top-level fields of a generated product. */
export function generateFields(plan: Plan, numbers: Numbers, preset: Preset, forest: CategoryForest): ProductFields {
  const random = new Random(plan.seed ^ 0x0f1e1d);
  const shelf = SHELVES[plan.shelf] as Shelf;
  const isClean = preset === 'bulk';
  const hasOptions = numbers.variants > 1;
  const number = plan.index.toString(36).toUpperCase().padStart(3, '0');
  const name = `${BRANDS[plan.brand]} ${random.pick(ADJECTIVES)} ${shelf.noun} ${number}`;
  const created = EPOCH + random.int(0, FIVE_YEARS_IN_MINUTES) * 60_000;
  return {
    ...plainFields(numbers.productId, name),
    type: shelf.options === 'digital' ? 'digital' : 'physical',
    sku: hasOptions && !isClean && random.chance(0.3) ? '' : baseSku(plan),
    description: describe(random, name, shelf),
    ...prices(random, shelf, isClean),
    ...measures(random, shelf),
    upc: hasOptions || (!isClean && random.chance(0.4)) ? '' : upc(random),
    mpn: random.chance(0.5) ? `${shelf.code}${plan.index}` : '',
    categories: categoriesOf(random, forest.chainOfShelf[plan.shelf] ?? [], isClean),
    brand_id: !isClean && random.chance(0.08) ? 0 : FIRST_BRAND_ID + plan.brand,
    ...stock(random, plan),
    is_visible: plan.isVisible,
    availability: isClean ? 'available' : random.pick(AVAILABILITIES),
    order_quantity_minimum: !isClean && random.chance(0.03) ? 2 : 0,
    order_quantity_maximum: !isClean && random.chance(0.03) ? 50 : 0,
    date_created: toIso(created),
    date_modified: toIso(created + random.int(0, 40_000) * 60_000),
    base_variant_id: hasOptions ? null : numbers.firstVariantId,
  };
}

const AVAILABILITIES = [...Array.from({ length: 23 }, () => 'available' as const), 'disabled', 'preorder'] as const;

function prices(random: Random, shelf: Shelf, isClean: boolean): Partial<ProductFields> {
  const [low, high] = shelf.price;
  const price = random.int(low, high - 1) + random.pick([0.99, 0.95, 0.5, 0.49, 0.25]);
  const isOnSale = random.chance(0.15);
  const salePrice = isOnSale ? round(price * random.pick([0.9, 0.8, 0.75])) : 0;
  return {
    price,
    sale_price: salePrice,
    cost_price: !isClean && random.chance(0.2) ? 0 : round(price * random.pick([0.4, 0.5, 0.55])),
    retail_price: random.chance(0.4) ? Math.ceil(price * 1.25) : 0,
    calculated_price: isOnSale ? salePrice : price,
  };
}

function measures(random: Random, shelf: Shelf): Partial<ProductFields> {
  if (shelf.options === 'digital') return { weight: 0, width: 0, height: 0, depth: 0 };
  const [light, heavy] = shelf.weight;
  const side = (): number => round(random.int(2, 28) + random.pick([0, 0.25, 0.5]));
  return { weight: round(light + random.fraction() * (heavy - light)), width: side(), height: side(), depth: side() };
}

function stock(random: Random, plan: Plan): Partial<ProductFields> {
  const level = plan.tracking === 'product' ? stockLevel(random) : 0;
  return {
    inventory_tracking: plan.tracking,
    inventory_level: level,
    inventory_warning_level: random.pick([0, 0, 3, 5]),
  };
}

/** A believable stock level: sometimes nothing, mostly some, now and then a lot. */
export function stockLevel(random: Random): number {
  if (random.chance(0.12)) return 0;
  return random.chance(0.1) ? random.int(200, 4_000) : random.int(1, 120);
}

function categoriesOf(random: Random, chain: readonly number[], isClean: boolean): number[] {
  if (isClean) return chain.slice(0, 1);
  if (random.chance(0.04)) return [];
  if (random.chance(0.03)) return [MISSING_CATEGORY_ID, ...chain.slice(0, 1)];
  return random.chance(0.3) ? [...chain] : chain.slice(0, 1);
}

function describe(random: Random, name: string, shelf: Shelf): string {
  const first = random.pick(SENTENCES);
  const points = [random.pick(SENTENCES), random.pick(SENTENCES)];
  const list = points.map((point) => `<li>${point}</li>`).join('');
  return `<p><strong>${name.replace('&', '&amp;')}</strong> &ndash; a ${shelf.noun.toLowerCase()} to keep. ${first}</p>\n<ul>${list}</ul>`;
}

function upc(random: Random): string {
  return `0${random.int(10_000, 99_999)}${random.int(100_000, 999_999)}`;
}

/** Rounds to cents. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
