import type { Template } from './template.ts';

/** What a field gets that a source's mapping leaves out, so that `mapping: {}` is a complete template. */
export const defaultInventoryTemplate = {
  sku: 'variants.sku',
  title: 'name',
  description: 'description',
  quantity: 'variants.inventory_level',
  price: 'variants.price',
  msrp: 'variants.retail_price',
  cost: 'variants.cost_price',
  currency: 'store.currency',
  brand: 'brands.name',
  categories: 'categories',
  imageUrl: 'images.url',
  weightKg: 'variants.weight',
  widthCm: 'variants.width',
  heightCm: 'variants.height',
  depthCm: 'variants.depth',
  upc: 'variants.upc',
} as const satisfies Template;

/** The same as the text that `source init` writes below `inventory:`, each line with what it means. */
export const defaultInventoryTemplateYaml = `\
mapping:
  sku: variants.sku                    # byte for byte; a blank one is refused
  title: name
  description: description
  quantity: variants.inventory_level   # by how the store tracks it: variant, product, or untrackedQuantity
  price: variants.price                # where a variant says nothing, its product's value counts, here and below
  msrp: variants.retail_price          # 0 means unknown
  cost: variants.cost_price            # 0 means unknown
  currency: store.currency
  brand: brands.name                   # the name of brand_id
  categories: categories               # at most three names, top first
  imageUrl: images.url                 # the variant's image, or the thumbnail, or the first one
  weightKg: variants.weight            # converted from the store's unit
  widthCm: variants.width
  heightCm: variants.height
  depthCm: variants.depth
  upc: variants.upc
  # Any other name becomes an attribute of the item, and any field can have rules:
  # condition: condition
  # price:
  #   from: variants.price
  #   rules:
  #     - { rule: markup, percent: "15", when: { field: brands.name, equals: ACME } }
  #     - { rule: roundTo99 }
  #     - { rule: notBelowCost }
`;
