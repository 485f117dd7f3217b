import type { Product } from '../catalogue/product.ts';
import { v3Error, type Answer } from '../http/answers.ts';
import { choose, listOf, type FieldChoice } from '../http/fields.ts';
import type { Store } from '../store.ts';

const INCLUDES = new Set([
  ...['bulk_pricing_rules', 'channels', 'custom_fields', 'images', 'modifiers', 'options', 'parent_relations'],
  ...['primary_image', 'reviews', 'variants', 'videos'],
]);

/** Reads `include`, or refuses what is no sub-resource. */
export function readIncludes(text: string | undefined): { list: string[] } | Answer {
  const list = listOf(text);
  const unknown = list.filter((name) => !INCLUDES.has(name));
  if (unknown.length === 0) return { list };
  return v3Error(422, `The include(s): ${unknown.join(', ')} are not valid.`, { include: unknown.join(', ') });
}

/** Names everything that decides how a product is written, so that equal names mean equal bytes. */
export function productShape(includes: readonly string[], choice: FieldChoice, store: Store): string {
  return `${[...includes].sort().join()}|${choice.key}|${store.settings.includedVariantsCap ?? ''}`;
}

/** A product as V3 writes it: the chosen fields, then every sub-resource that `include` names in full. */
export function writeProduct(
  product: Product,
  includes: readonly string[],
  choice: FieldChoice,
  store: Store,
): Record<string, unknown> {
  const written = choose(product.fields, choice);
  for (const name of includes) written[name] = partOf(product, name, store);
  return written;
}

function partOf(product: Product, name: string, store: Store): unknown {
  switch (name) {
    case 'variants': {
      const { variants } = product;
      return store.settings.includedVariantsCap === null
        ? variants
        : variants.slice(0, store.settings.includedVariantsCap);
    }
    case 'images':
      return product.images;
    case 'primary_image':
      return product.images.find((image) => image.is_thumbnail) ?? product.images[0] ?? null;
    case 'options':
      return product.options;
    case 'modifiers':
      return product.modifiers;
    case 'channels':
      return [1];
    default:
      return [];
  }
}
