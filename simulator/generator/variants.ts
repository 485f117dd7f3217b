import { plainVariant, skuIdOf } from '../catalogue/plain-product.ts';
import type { ProductFields, Variant } from '../catalogue/product.ts';
import { Random } from '../random.ts';
import { round, stockLevel } from './fields.ts';
import type { Numbers } from './generator.ts';
import { optionValuesOf } from './options.ts';
import type { Plan, Preset } from './plan.ts';
import { baseSku, variantSku } from './skus.ts';

/** All variants of a generated product; a product without options has one base variant with the product's own values. */
export function generateVariants(plan: Plan, numbers: Numbers, fields: ProductFields, preset: Preset): Variant[] {
  const random = new Random(plan.seed ^ 0x7a21);
  if (numbers.variants === 1) return [baseVariant(plan, numbers, fields)];
  const base = baseSku(plan);
  return Array.from({ length: numbers.variants }, (_, position) => {
    const id = numbers.firstVariantId + position;
    const variant = plainVariant(id, numbers.productId, variantSku(plan, base, position));
    variant.sku_id = skuIdOf(id);
    variant.option_values = optionValuesOf(plan, numbers.productId, position);
    dress(variant, random, fields, preset === 'bulk');
    variant.inventory_level = plan.tracking === 'variant' ? stockLevel(random) : 0;
    return variant;
  });
}

function baseVariant(plan: Plan, numbers: Numbers, fields: ProductFields): Variant {
  return {
    ...plainVariant(numbers.firstVariantId, numbers.productId, baseSku(plan)),
    cost_price: fields.cost_price,
    calculated_price: fields.calculated_price,
    calculated_weight: fields.weight,
    upc: fields.upc,
    inventory_level: fields.inventory_level,
  };
}

function dress(variant: Variant, random: Random, fields: ProductFields, isClean: boolean): void {
  const hasOwnPrice = random.chance(isClean ? 0.5 : 0.3);
  if (hasOwnPrice) variant.price = round(fields.price * random.pick([1, 1.1, 1.2, 0.95]));
  if (hasOwnPrice && random.chance(0.2)) variant.retail_price = Math.ceil((variant.price ?? 0) * 1.3);
  variant.calculated_price = variant.price ?? fields.calculated_price;
  if (random.chance(0.3)) variant.weight = round(fields.weight * random.pick([0.9, 1.1, 1.25]));
  variant.calculated_weight = variant.weight ?? fields.weight;
  variant.cost_price = random.chance(0.4) ? null : random.chance(0.2) ? 0 : round(fields.price * 0.5);
  variant.upc = random.chance(0.6) ? `0${random.int(10_000, 99_999)}${random.int(100_000, 999_999)}` : '';
  if (random.chance(0.4)) {
    variant.image_url = `https://cdn11.bigcommerce.com/s-simulator/attribute_value_images/${variant.id}.preview.jpg`;
  }
  if (!isClean && random.chance(0.03)) {
    variant.purchasing_disabled = true;
    variant.purchasing_disabled_message = 'This combination is not available.';
  }
}
