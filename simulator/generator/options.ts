import type { OptionValue, ProductOption, VariantOptionValue } from '../catalogue/product.ts';
import type { Numbers } from './generator.ts';
import type { Plan } from './plan.ts';
import { colorLabel, sizeLabel } from './skus.ts';
import { SWATCHES } from './words.ts';

// V3 copies options to each product, so ids never repeat over products (bigcommerce/docs archive, v2-versus-v3).
const VALUES_PER_OPTION = 250;

function colorOptionId(productId: number): number {
  return 110 + productId * 2;
}

function sizeOptionId(productId: number): number {
  return 111 + productId * 2;
}

function valueId(optionId: number, position: number): number {
  return 2000 + optionId * VALUES_PER_OPTION + position;
}

/** The options of a generated product: colour as swatches, size as rectangles, or none. */
export function generateOptions(plan: Plan, numbers: Numbers): ProductOption[] {
  const { productId } = numbers;
  const options: ProductOption[] = [];
  if (plan.colors > 1) {
    const id = colorOptionId(productId);
    const values = Array.from({ length: plan.colors }, (_, position): OptionValue => {
      const color = SWATCHES[position % SWATCHES.length] ?? '#000000';
      return { ...plainValue(valueId(id, position), colorLabel(position), position), value_data: { colors: [color] } };
    });
    options.push(makeOption(id, productId, 'Color', 'swatch', options.length, values));
  }
  if (plan.sizes > 1) {
    const id = sizeOptionId(productId);
    const values = Array.from({ length: plan.sizes }, (_, position) =>
      plainValue(valueId(id, position), sizeLabel(plan, position), position),
    );
    options.push(makeOption(id, productId, 'Size', 'rectangles', options.length, values));
  }
  return options;
}

/** The option values that make up the variant at `position`. */
export function optionValuesOf(plan: Plan, productId: number, position: number): VariantOptionValue[] {
  const values: VariantOptionValue[] = [];
  if (plan.colors > 1) {
    const id = colorOptionId(productId);
    const color = Math.floor(position / plan.sizes);
    values.push(pair(valueId(id, color), colorLabel(color), id, 'Color'));
  }
  if (plan.sizes > 1) {
    const id = sizeOptionId(productId);
    const size = position % plan.sizes;
    values.push(pair(valueId(id, size), sizeLabel(plan, size), id, 'Size'));
  }
  return values;
}

function pair(id: number, label: string, optionId: number, optionName: string): VariantOptionValue {
  return { id, label, option_id: optionId, option_display_name: optionName };
}

/** One value of an option, as V3 lists it. */
export function plainValue(id: number, label: string, position: number): OptionValue {
  return { id, label, sort_order: position, value_data: null, is_default: position === 0 };
}

/** One option of a product, as V3 lists it. */
export function makeOption(
  id: number,
  productId: number,
  label: string,
  type: string,
  position: number,
  values: OptionValue[],
): ProductOption {
  const name = `${label}${id}-${productId}`;
  return {
    id,
    product_id: productId,
    name,
    display_name: label,
    type,
    sort_order: position,
    config: {},
    option_values: values,
  };
}
