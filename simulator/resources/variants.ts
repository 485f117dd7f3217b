import type { Variant } from '../catalogue/product.ts';
import { json, v3Error, type Answer } from '../http/answers.ts';
import { idParam, type Call, type Query } from '../http/call.ts';
import { choose, fieldChoice, listOf } from '../http/fields.ts';
import { pagination, refuseUnknown, v3Page } from '../http/paging.ts';
import type { Store } from '../store.ts';

const KNOWN = new Set(
  'id id:in sku sku:in upc product_id product_id:in page limit include_fields exclude_fields'.split(' '),
);

/** GET /v3/catalog/variants: all variants of the store by id. */
export function listVariants(call: Call): Answer {
  const refused = refuseUnknown(call.query, KNOWN);
  if (refused !== undefined) return refused;
  const named = namedVariants(call.store, call.query);
  return variantPage(call.query, named ?? call.store.catalogue.variantIds, (id) => call.store.catalogue.variant(id));
}

/** GET /v3/catalog/products/{id}/variants. */
export function listProductVariants(call: Call): Answer {
  const product = call.store.catalogue.product(idParam(call, 'productId'));
  if (product === undefined) return v3Error(404, 'The requested resource was not found.');
  const variants = new Map(product.variants.map((variant) => [variant.id, variant]));
  return variantPage(call.query, [...variants.keys()], (id) => variants.get(id));
}

/** GET /v3/catalog/products/{id}/variants/{id}. */
export function getProductVariant(call: Call): Answer {
  const product = call.store.catalogue.product(idParam(call, 'productId'));
  const variant = product?.variants.find((candidate) => candidate.id === idParam(call, 'variantId'));
  if (variant === undefined) return v3Error(404, 'The requested resource was not found.');
  return json({ data: choose(variant, fieldChoice(call.query)), meta: {} });
}

interface Ids {
  slice(from: number, to: number): number[];
  readonly length?: number;
  readonly size?: number;
}

function variantPage(query: Query, ids: Ids, find: (id: number) => Variant | undefined): Answer {
  const page = v3Page(query);
  const choice = fieldChoice(query);
  const shown = ids.slice((page.page - 1) * page.limit, page.page * page.limit);
  const data = shown.flatMap((id) => find(id) ?? []).map((variant) => choose(variant, choice));
  return json({ data, meta: { pagination: pagination(query, page, ids.length ?? ids.size ?? 0, data.length) } });
}

/** The variants that filters name one by one, or undefined when there is no such filter. */
function namedVariants(store: Store, query: Query): number[] | undefined {
  const { catalogue } = store;
  const lists: number[][] = [];
  const ids = query['id:in'] ?? query['id'];
  if (ids !== undefined)
    lists.push(
      listOf(ids)
        .map(Number)
        .filter((id) => catalogue.variant(id) !== undefined),
    );
  const products = query['product_id:in'] ?? query['product_id'];
  if (products !== undefined) {
    lists.push(
      listOf(products).flatMap((id) => catalogue.product(Number(id))?.variants.map((variant) => variant.id) ?? []),
    );
  }
  if (query['sku'] !== undefined) lists.push(catalogue.variantsBySku(query['sku']));
  // A comma list: a SKU that holds a comma cannot be asked for this way.
  if (query['sku:in'] !== undefined) lists.push(listOf(query['sku:in']).flatMap((sku) => catalogue.variantsBySku(sku)));
  const upc = query['upc'];
  if (upc !== undefined) lists.push([...catalogue.variantIds].filter((id) => catalogue.variant(id)?.upc === upc));
  if (lists.length === 0) return undefined;
  const [first = [], ...others] = lists;
  const common = new Set(first.filter((id) => others.every((list) => list.includes(id))));
  return [...common].sort((a, b) => a - b);
}
