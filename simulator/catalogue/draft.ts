import { makeImage } from '../generator/images.ts';
import { plainFields, plainVariant, skuIdOf } from './plain-product.ts';
import type { Modifier, ProductFields, ProductImage, ProductOption, StoredProduct, Variant } from './product.ts';

/** A product as somebody writes it down: whatever is left out gets BigCommerce's defaults, wrong values are kept. */
export interface ProductDraft {
  id?: number | undefined;
  variants?: VariantDraft[] | undefined;
  images?: Partial<ProductImage>[] | undefined;
  options?: Partial<ProductOption>[] | undefined;
  modifiers?: Partial<Modifier>[] | undefined;
  [field: string]: unknown;
}

/** `options` names the variant's value of each option, as in `{ "Size": "M" }`, instead of option ids. */
export interface VariantDraft {
  id?: number | undefined;
  options?: Record<string, string> | undefined;
  [field: string]: unknown;
}

/** Completes a draft; `nextVariantId` is asked for every variant without an id of its own. */
export function completeDraft(draft: ProductDraft, id: number, nextVariantId: () => number): StoredProduct {
  const { variants, images, options, modifiers, ...rest } = draft;
  const fields = { ...plainFields(id, String(rest['name'] ?? `Product ${id}`)), ...rest, id } as ProductFields;
  if (rest['calculated_price'] === undefined) fields.calculated_price = fields.sale_price || fields.price;
  const ownOptions =
    options?.map((option, position) => completeOption(option, id, position)) ?? optionsFrom(variants, id);
  const drafts = variants ?? [{ sku: fields.sku, inventory_level: fields.inventory_level }];
  const ownVariants = drafts.map((variant) =>
    completeVariant(variant, variant.id ?? nextVariantId(), fields, ownOptions),
  );
  if (ownOptions.length === 0) fields.base_variant_id = ownVariants[0]?.id ?? null;
  return {
    fields,
    variants: ownVariants,
    images: (images ?? []).map((image, position) => completeImage(image, fields, position)),
    options: ownOptions,
    modifiers: (modifiers ?? []).map((modifier, position) => completeModifier(modifier, id, position)),
  };
}

/** Completes one variant of a product that may have options. */
export function completeVariant(
  draft: VariantDraft,
  id: number,
  fields: ProductFields,
  options: readonly ProductOption[],
): Variant {
  const { options: labels, ...rest } = draft;
  const variant = { ...plainVariant(id, fields.id, ''), ...rest, id, product_id: fields.id } as Variant;
  if (options.length > 0 && rest['sku_id'] === undefined) variant.sku_id = skuIdOf(id);
  if (rest['calculated_price'] === undefined) variant.calculated_price = variant.price ?? fields.calculated_price;
  if (rest['calculated_weight'] === undefined) variant.calculated_weight = variant.weight ?? fields.weight;
  if (rest['option_values'] === undefined) variant.option_values = valuesByLabel(labels ?? {}, options);
  return variant;
}

function valuesByLabel(labels: Record<string, string>, options: readonly ProductOption[]): Variant['option_values'] {
  return options.flatMap((option) => {
    const value = option.option_values.find((candidate) => candidate.label === labels[option.display_name]);
    if (value === undefined) return [];
    return [{ id: value.id, label: value.label, option_id: option.id, option_display_name: option.display_name }];
  });
}

function optionsFrom(variants: readonly VariantDraft[] | undefined, productId: number): ProductOption[] {
  const labels = new Map<string, Set<string>>();
  for (const variant of variants ?? []) {
    for (const [name, label] of Object.entries(variant.options ?? {})) {
      labels.set(name, (labels.get(name) ?? new Set()).add(label));
    }
  }
  return [...labels].map(([name, values], position) =>
    completeOption(
      { display_name: name, option_values: [...values].map((label) => ({ label }) as never) },
      productId,
      position,
    ),
  );
}

function completeOption(draft: Partial<ProductOption>, productId: number, position: number): ProductOption {
  const id = draft.id ?? 110 + productId * 2 + position;
  const name = draft.display_name ?? `Option ${position + 1}`;
  const base = {
    config: {},
    type: 'rectangles',
    sort_order: position,
    name: `${name}${id}-${productId}`,
    display_name: name,
  };
  const values = (draft.option_values ?? []).map((value, order) => ({
    ...{ id: 2000 + id * 250 + order, label: '', sort_order: order, value_data: null, is_default: order === 0 },
    ...value,
  }));
  return { ...base, ...draft, id, product_id: productId, option_values: values };
}

function completeModifier(draft: Partial<Modifier>, productId: number, position: number): Modifier {
  const id = draft.id ?? 90_000_000 + productId * 10 + position;
  const name = draft.display_name ?? `Modifier ${position + 1}`;
  const base = {
    name: `${name}${id}`,
    display_name: name,
    type: 'text',
    required: false,
    sort_order: position,
    config: {},
  };
  return { option_values: [], ...base, ...draft, id, product_id: productId };
}

function completeImage(draft: Partial<ProductImage>, fields: ProductFields, position: number): ProductImage {
  const id = draft.id ?? 240 + fields.id * 4 + position;
  const changed = String(fields.date_modified);
  const made = { id, productId: fields.id, isThumbnail: position === 0, sortOrder: position, description: '', changed };
  return { ...makeImage(made), ...draft };
}
