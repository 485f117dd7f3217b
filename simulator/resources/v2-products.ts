import type { Product, Variant } from '../catalogue/product.ts';
import { toRfc2822 } from '../dates.ts';
import { json, v2Error, type Answer } from '../http/answers.ts';
import { idParam, type Call } from '../http/call.ts';
import { v2List } from '../http/paging.ts';
import type { Store } from '../store.ts';

/** V2's names of how stock is tracked. */
const TRACKING = { none: 'none', product: 'simple', variant: 'sku' } as const;

/** GET /v2/products: `sku` finds products by their own SKU, never by that of an option. */
export function listV2Products(call: Call): Answer {
  const { query, store } = call;
  const { catalogue } = store;
  const ids = query['sku'] === undefined ? [...catalogue.ids] : catalogue.productsBySku(query['sku']);
  const low = Number(query['min_id'] ?? 0);
  const high = Number(query['max_id'] ?? Infinity);
  const isVisible = query['is_visible'] === undefined ? undefined : ['true', '1'].includes(query['is_visible']);
  const found = ids.filter((id) => {
    if (id < low || id > high) return false;
    return isVisible === undefined || catalogue.product(id)?.fields.is_visible === isVisible;
  });
  return v2List(query, found, (id) => writeV2Product(catalogue.product(id) as Product, store));
}

/** GET /v2/products/{id}. */
export function getV2Product(call: Call): Answer {
  const product = call.store.catalogue.product(idParam(call, 'productId'));
  return product === undefined ? notFound() : json(writeV2Product(product, call.store));
}

/** GET /v2/products/skus: over all products. Base variants are no SKUs in V2. */
export function listV2Skus(call: Call): Answer {
  const { query, store } = call;
  const { catalogue } = store;
  const ids = query['sku'] === undefined ? [...catalogue.variantIds] : catalogue.variantsBySku(query['sku']);
  const rows = ids.flatMap((id) => {
    const product = catalogue.productOfVariant(id);
    const variant = product?.variants.find((candidate) => candidate.id === id);
    return product === undefined || variant === undefined || variant.sku_id === null ? [] : [{ product, variant }];
  });
  return v2List(query, rows, ({ product, variant }) => writeSku(product, variant));
}

/** GET /v2/products/{id}/skus: 204 for a product without options. */
export function listV2ProductSkus(call: Call): Answer {
  const product = call.store.catalogue.product(idParam(call, 'productId'));
  if (product === undefined) return notFound();
  const { sku } = call.query;
  const own = product.variants.filter(
    (variant) => variant.sku_id !== null && (sku === undefined || variant.sku === sku),
  );
  return v2List(call.query, own, (variant) => writeSku(product, variant));
}

/** GET /v2/products/{id}/options. */
export function listV2ProductOptions(call: Call): Answer {
  const product = call.store.catalogue.product(idParam(call, 'productId'));
  if (product === undefined) return notFound();
  return v2List(call.query, product.options, ({ id, display_name, sort_order }) => ({
    ...{ id, option_id: id, display_name, sort_order, is_required: true },
  }));
}

function notFound(): Answer {
  return v2Error(404, 'The requested resource was not found.');
}

function decimal(value: unknown): string {
  return (Number(value) || 0).toFixed(4);
}

function writeV2Product(product: Product, store: Store): Record<string, unknown> {
  const { fields } = product;
  const { id, name, type, sku, is_visible, brand_id, categories, availability, upc, inventory_level } = fields;
  const image = product.images.find((candidate) => candidate.is_thumbnail);
  const amounts = [
    'price',
    'cost_price',
    'retail_price',
    'sale_price',
    'calculated_price',
    'weight',
    'width',
    'height',
    'depth',
  ];
  const link = (part: string): Record<string, string> => ({
    url: `https://api.bigcommerce.com/stores/${store.hash}/v2/products/${id}/${part}`,
    resource: `/products/${id}/${part}`,
  });
  return {
    ...{ id, name, type, sku, description: fields['description'], is_visible, brand_id, categories, availability, upc },
    ...Object.fromEntries(amounts.map((amount) => [amount, decimal(fields[amount])])),
    ...{ inventory_level, inventory_warning_level: fields['inventory_warning_level'] },
    ...{ inventory_tracking: TRACKING[fields.inventory_tracking], option_set_id: null },
    date_created: toRfc2822(Date.parse(fields.date_created)),
    date_modified: toRfc2822(Date.parse(fields.date_modified)),
    primary_image: {
      ...{ id: image?.id ?? 0, zoom_url: image?.url_zoom ?? null, thumbnail_url: image?.url_thumbnail ?? null },
      ...{ standard_url: image?.url_standard ?? null, tiny_url: image?.url_tiny ?? null },
    },
    ...{ brand: link('brand'), images: link('images'), skus: link('skus'), options: link('options') },
  };
}

function writeSku(product: Product, variant: Variant): Record<string, unknown> {
  const { fields } = product;
  const orNull = (value: unknown): string | null => (value === null ? null : decimal(value));
  return {
    ...{ id: variant.sku_id, product_id: fields.id, sku: variant.sku, price: orNull(variant.price) },
    ...{
      adjusted_price: decimal(variant.price ?? fields.price),
      cost_price: decimal(variant.cost_price),
      upc: variant.upc,
    },
    ...{ inventory_level: variant.inventory_level, inventory_warning_level: variant.inventory_warning_level },
    ...{ bin_picking_number: variant.bin_picking_number, weight: orNull(variant.weight) },
    adjusted_weight: decimal(variant.weight ?? fields.weight),
    is_purchasing_disabled: variant.purchasing_disabled,
    ...{ purchasing_disabled_message: variant.purchasing_disabled_message, image_file: variant.image_url },
    options: variant.option_values.map((value) => ({ product_option_id: value.option_id, option_value_id: value.id })),
  };
}
