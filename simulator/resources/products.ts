import { v3Error, type Answer } from '../http/answers.ts';
import { idParam, type Call, type Handler } from '../http/call.ts';
import { fieldChoice } from '../http/fields.ts';
import { pagination, v3List, v3Page } from '../http/paging.ts';
import { productJson, productShape, readIncludes } from './product-json.ts';
import { selectProducts } from './select-products.ts';

/** Only `options` and `modifiers` cut a page to ten (products_catalog.v3.yml, IncludeParamGetProducts). */
const CUT_LIMIT = 10;
const CUTTING = new Set(['options', 'modifiers']);

const OPENING = Buffer.from('{"data":[');
const COMMA = Buffer.from(',');

/** GET /v3/catalog/products. Keyset pages (`id:greater`) and numbered pages both cost what they show, not what they skip. */
export function listProducts(call: Call): Answer {
  const { query, store } = call;
  const includes = readIncludes(query['include']);
  if ('status' in includes) return includes;
  store.churn.beforeProductList();
  const selection = selectProducts(store, query);
  if ('status' in selection) return selection;
  const page = v3Page(query, includes.list.some((name) => CUTTING.has(name)) ? CUT_LIMIT : undefined);
  const ids = selection.slice((page.page - 1) * page.limit, page.page * page.limit);
  const meta = { pagination: pagination(query, page, selection.total, ids.length) };
  return { status: 200, body: assemble(call, includes.list, ids, meta) };
}

/** GET /v3/catalog/products/{id}. */
export function getProduct(call: Call): Answer {
  const includes = readIncludes(call.query['include']);
  if ('status' in includes) return includes;
  const product = call.store.catalogue.product(idParam(call, 'productId'));
  if (product === undefined) return v3Error(404, 'The requested resource was not found.');
  const data = productJson(product, includes.list, fieldChoice(call.query), call.store.settings);
  return { status: 200, body: `{"data":${data},"meta":{}}` };
}

/** GET /v3/catalog/products/{id}/{options|modifiers|images}. */
export function listParts(part: 'options' | 'modifiers' | 'images'): Handler {
  return (call) => {
    const product = call.store.catalogue.product(idParam(call, 'productId'));
    if (product === undefined) return v3Error(404, 'The requested resource was not found.');
    return v3List<unknown>(call.query, product[part]);
  };
}

/** Joins the products' bytes to a page; only products that are not cached in this shape are written anew. */
function assemble(call: Call, includes: readonly string[], ids: readonly number[], meta: unknown): Buffer {
  const { store } = call;
  const choice = fieldChoice(call.query);
  const shape = productShape(includes, choice, store.settings);
  const parts: Buffer[] = [OPENING];
  ids.forEach((id, position) => {
    if (position > 0) parts.push(COMMA);
    parts.push(store.productJson(shape, id, (product) => productJson(product, includes, choice, store.settings)));
  });
  parts.push(Buffer.from(`],"meta":${JSON.stringify(meta)}}`));
  return Buffer.concat(parts);
}
