import { imageUrl } from './images.ts';
import { INHERITED, VARIANT_FIELDS } from './product-fields.ts';
import type { InventoryRecord } from './record.ts';
import { stockOf } from './stock.ts';

type Read = (record: InventoryRecord) => unknown;
type Fields = Readonly<Record<string, unknown>>;

/**
 * A reader of a variant's field as a template sees it: what the variant leaves open comes from its product, the stock
 * follows how the store tracks it, and the image falls back to the product's main one.
 */
export function variantReader(field: string): Read {
  if (field === 'inventory_level') return stockOf;
  if (field === 'image_url') return ({ product, variant }) => imageUrl(product, variant);
  if (field === 'options') return optionsText;
  const own: Read = ({ variant }) => (variant as Fields)[field] ?? null;
  const inherited: Read = ({ product, variant }) => (variant as Fields)[field] ?? (product as Fields)[field] ?? null;
  switch (INHERITED.get(field)) {
    case 'null':
      return inherited;
    case 'zero':
      return ({ product, variant }) => unlessZero((variant as Fields)[field]) ?? unlessZero((product as Fields)[field]);
    case 'blank':
      return ({ product, variant }) =>
        unlessBlank((variant as Fields)[field]) ?? unlessBlank((product as Fields)[field]);
    default:
      return own;
  }
}

const READERS = [...VARIANT_FIELDS].map((field) => [field, variantReader(field)] as const);

/** The whole variant as expressions see it under `variants`. */
export function variantView(record: InventoryRecord): Record<string, unknown> {
  const view: Record<string, unknown> = { ...record.variant };
  for (const [field, read] of READERS) view[field] = read(record);
  return view;
}

/** The item's options as a person reads them, such as "Red / XL"; null where the product has none. */
function optionsText({ variant }: InventoryRecord): string | null {
  const values = (variant as Fields)['option_values'];
  if (!Array.isArray(values)) return null;
  const labels = values
    .map((value: { label?: unknown } | null) => value?.label)
    .filter((label) => typeof label === 'string');
  return labels.length === 0 ? null : labels.join(' / ');
}

function unlessZero(value: unknown): unknown {
  if (value === 0 || value === null || value === undefined) return null;
  return typeof value === 'string' && (value.trim() === '' || Number(value) === 0) ? null : value;
}

function unlessBlank(value: unknown): unknown {
  return typeof value === 'string' && value.trim() === '' ? null : (value ?? null);
}
