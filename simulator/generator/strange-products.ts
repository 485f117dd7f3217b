import type { ProductDraft, VariantDraft } from '../catalogue/draft.ts';

const plain = { price: 20, weight: 1, brand_id: 35, categories: [18] };

/**
 * The corners of real catalogues that readers stumble over, each on fixed ids so that tests can name them: what the API
 * promises about SKUs and numbers is not what old, imported or hand-made data holds.
 */
export const STRANGE_PRODUCTS: readonly (ProductDraft & { id: number })[] = [
  simple(31, 101, { name: 'Blank SKU', sku: '', inventory_tracking: 'product', inventory_level: 7 }),
  simple(32, 102, { name: 'SKU of blanks', sku: '   ', inventory_tracking: 'product', inventory_level: 7 }),
  simple(33, 103, { name: 'Duplicate SKU, first', sku: 'DUP-1', inventory_tracking: 'product', inventory_level: 3 }),
  simple(34, 104, { name: 'Duplicate SKU, second', sku: 'DUP-1', inventory_tracking: 'product', inventory_level: 9 }),
  simple(35, 105, { name: 'SKU in mixed case', sku: 'Case-Sku', inventory_tracking: 'product', inventory_level: 5 }),
  simple(36, 106, { name: 'SKU in upper case', sku: 'CASE-SKU', inventory_tracking: 'product', inventory_level: 6 }),
  simple(37, 107, { name: 'SKU with outer blanks', sku: ' PAD-1 ', inventory_tracking: 'product', inventory_level: 5 }),
  simple(38, 108, {
    name: 'SKU without outer blanks',
    sku: 'PAD-1',
    inventory_tracking: 'product',
    inventory_level: 6,
  }),
  simple(39, 109, { name: 'Negative stock', sku: 'NEG-1', inventory_tracking: 'product', inventory_level: -4 }),
  simple(40, 110, { name: null, sku: 'BROKEN-1', price: 'twelve pounds', inventory_tracking: 'product' }),
  {
    ...{ id: 41, ...plain, name: 'One broken variant', sku: '', inventory_tracking: 'variant' },
    variants: [
      { id: 111, sku: 'HALF-BROKEN-S', inventory_level: 4, options: { Size: 'S' } },
      { id: 112, sku: 'HALF-BROKEN-M', inventory_level: 'many', price: {}, options: { Size: 'M' } },
    ],
  },
  {
    id: 42,
    ...plain,
    name: 'Three hundred variants',
    sku: '',
    inventory_tracking: 'variant',
    variants: hugeVariants(),
  },
  simple(43, 113, {
    name: 'Größe Ünïcødé 日本',
    sku: 'ÜNÏ-Größe-日本',
    inventory_tracking: 'product',
    inventory_level: 8,
  }),
  simple(44, 114, { name: 'Comma in the SKU', sku: 'A,B,1', inventory_tracking: 'product', inventory_level: 8 }),
  simple(45, 115, { name: 'Signs in the SKU', sku: 'C+D & E%1#/x', inventory_tracking: 'product', inventory_level: 8 }),
  {
    ...simple(46, 116, { name: 'Engraving required', sku: 'ENGRAVE-1' }),
    modifiers: [{ id: 901, display_name: 'Engraving', type: 'text', required: true }],
  },
  {
    ...simple(47, 117, { name: 'Gift wrap offered', sku: 'GIFT-1' }),
    modifiers: [{ id: 902, display_name: 'Gift wrap', type: 'checkbox', required: false }],
  },
  simple(48, 118, { name: 'Three to five', sku: 'MINMAX-1', order_quantity_minimum: 3, order_quantity_maximum: 5 }),
  {
    ...simple(49, 119, {
      name: 'Not for sale now',
      sku: 'NOBUY-1',
      inventory_tracking: 'product',
      inventory_level: 40,
    }),
    availability: 'disabled',
    variants: [{ id: 119, sku: 'NOBUY-1', inventory_level: 40, purchasing_disabled: true }],
  },
  {
    ...{
      id: 50,
      ...plain,
      name: 'One stock for all sizes',
      sku: '',
      inventory_tracking: 'product',
      inventory_level: 12,
    },
    variants: ['S', 'M', 'L'].map((size, position) => ({
      id: 120 + position,
      sku: `SHARED-${size}`,
      options: { Size: size },
    })),
  },
  simple(51, 123, { name: 'Untracked', sku: 'UNTRACKED-1' }),
  {
    ...{ id: 52, ...plain, name: 'Inherits everything', sku: '', inventory_tracking: 'variant' },
    ...{
      price: 49.95,
      retail_price: 60,
      cost_price: 21.5,
      weight: 2.4,
      width: 10,
      height: 4,
      depth: 3,
      upc: '036000291452',
    },
    variants: [
      { id: 124, sku: 'INHERIT-A', inventory_level: 4, options: { Size: 'A' } },
      { id: 125, sku: 'INHERIT-B', inventory_level: 5, price: 59.95, weight: 2.9, width: 12, options: { Size: 'B' } },
    ],
  },
  simple(53, 126, {
    name: 'Hidden',
    sku: 'HIDDEN-1',
    is_visible: false,
    inventory_tracking: 'product',
    inventory_level: 4,
  }),
  simple(54, 127, { name: 'Digital', sku: 'DIGITAL-1', type: 'digital', weight: 0 }),
  {
    ...{ id: 55, ...plain, name: 'One variant without a SKU', sku: '', inventory_tracking: 'variant' },
    variants: [
      { id: 128, sku: 'HALF-1', inventory_level: 4, options: { Size: 'S' } },
      { id: 129, sku: '', inventory_level: 4, options: { Size: 'M' } },
    ],
  },
  simple(56, 130, { name: 'Longest SKU', sku: 'L'.repeat(255), inventory_tracking: 'product', inventory_level: 2 }),
  simple(57, 131, { name: 'Unknown brand', sku: 'NOBRAND-1', brand_id: 999_999, categories: [9_999] }),
  simple(58, 132, { name: 'Costs nothing', sku: 'FREE-1', price: 0, cost_price: null }),
];

function simple(id: number, variantId: number, fields: Record<string, unknown>): ProductDraft & { id: number } {
  const variant = { id: variantId, sku: fields['sku'] ?? '', inventory_level: fields['inventory_level'] ?? 0 };
  return { id, ...plain, ...fields, variants: [variant] };
}

function hugeVariants(): VariantDraft[] {
  return Array.from({ length: 300 }, (_, position) => ({
    id: 201 + position,
    sku: `HUGE-${String(position + 1).padStart(3, '0')}`,
    inventory_level: position % 7,
    options: { Color: `Color ${Math.floor(position / 20) + 1}`, Size: `Size ${(position % 20) + 1}` },
  }));
}
