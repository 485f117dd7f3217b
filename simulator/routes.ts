import type { Route } from './http/pipeline.ts';
import { json } from './http/answers.ts';
import type { Handler } from './http/call.ts';
import type { ScopeFamily } from './http/scopes.ts';
import { getBrand, listBrands } from './resources/brands.ts';
import { getTree, listCategories, listTreeCategories, listTrees } from './resources/categories.ts';
import { getProduct, listParts, listProducts } from './resources/products.ts';
import { getSummary } from './resources/summary.ts';
import { getProductVariant, listProductVariants, listVariants } from './resources/variants.ts';

function get(path: string, scope: ScopeFamily, handler: Handler): Route {
  return { method: 'GET', path, scope, handler };
}

const STORE: readonly Route[] = [
  get('/v2/store', 'information', (call) => json(call.store.information)),
  get('/v2/time', 'none', (call) => json({ time: Math.floor(call.store.now() / 1000) })),
];

const CATALOGUE: readonly Route[] = [
  get('/v3/catalog/products', 'products', listProducts),
  get('/v3/catalog/products/:productId', 'products', getProduct),
  get('/v3/catalog/products/:productId/variants', 'products', listProductVariants),
  get('/v3/catalog/products/:productId/variants/:variantId', 'products', getProductVariant),
  get('/v3/catalog/products/:productId/options', 'products', listParts('options')),
  get('/v3/catalog/products/:productId/modifiers', 'products', listParts('modifiers')),
  get('/v3/catalog/products/:productId/images', 'products', listParts('images')),
  get('/v3/catalog/variants', 'products', listVariants),
  get('/v3/catalog/brands', 'products', listBrands),
  get('/v3/catalog/brands/:brandId', 'products', getBrand),
  { ...get('/v3/catalog/categories', 'products', listCategories), maxConcurrent: 40 },
  get('/v3/catalog/trees', 'products', listTrees),
  get('/v3/catalog/trees/categories', 'products', listTreeCategories),
  // Concurrency limits: bigcommerce/docs category-trees_catalog.v3.yml and customers.v3.yml.
  { ...get('/v3/catalog/trees/:treeId/categories', 'products', getTree), maxConcurrent: 1 },
  get('/v3/catalog/summary', 'products', getSummary),
];

/** Every endpoint of the simulated API. */
export const ROUTES: readonly Route[] = [...STORE, ...CATALOGUE];
