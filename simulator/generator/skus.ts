import { SHELVES } from './shelves.ts';
import { BRANDS, COLORS, SIZES } from './words.ts';
import type { Plan } from './plan.ts';

const BRAND_CODES = BRANDS.map((brand) => {
  const letters = brand.normalize('NFD').replace(/[^A-Za-z]/g, '');
  return letters.slice(0, 3).toUpperCase();
});

/** The SKU of a product without its variant's suffix: brand, kind and running number, so that it is unique. */
export function baseSku(plan: Plan): string {
  const number = plan.index.toString(36).toUpperCase().padStart(4, '0');
  return `${BRAND_CODES[plan.brand]}-${SHELVES[plan.shelf]?.code ?? 'GEN'}-${number}`;
}

/** The SKU of the variant at `position`. */
export function variantSku(plan: Plan, base: string, position: number): string {
  let sku = base;
  if (plan.colors > 1) sku += `-${colorCode(Math.floor(position / plan.sizes))}`;
  if (plan.sizes > 1) sku += `-${sizeCode(plan, position % plan.sizes)}`;
  return sku;
}

export function colorLabel(position: number): string {
  const round = Math.floor(position / COLORS.length);
  const name = COLORS[position % COLORS.length]?.[0] ?? '';
  return round === 0 ? name : `${name} ${round + 1}`;
}

function colorCode(position: number): string {
  const round = Math.floor(position / COLORS.length);
  return `${COLORS[position % COLORS.length]?.[1] ?? ''}${round === 0 ? '' : round + 1}`;
}

export function sizeLabel(plan: Plan, position: number): string {
  return plan.sizes > SIZES.length ? `Size ${position + 1}` : (SIZES[position]?.[0] ?? '');
}

function sizeCode(plan: Plan, position: number): string {
  return plan.sizes > SIZES.length ? String(position + 1) : (SIZES[position]?.[1] ?? '');
}
