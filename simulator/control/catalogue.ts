import { completeDraft, completeVariant, type ProductDraft } from '../catalogue/draft.ts';
import type { Product } from '../catalogue/product.ts';
import { toIso } from '../dates.ts';
import type { Store } from '../store.ts';
import { ControlError, type ControlCall, type ControlEndpoints } from './endpoint.ts';
import { fieldsSchema, productSchema, variantSchema } from './schemas.ts';

type Fields = Record<string, unknown>;

/** Control of single products and variants, with values that no real store would take if a test wants them. */
export function catalogueControl(endpoints: ControlEndpoints): void {
  endpoints.get('/products', ({ store }) => ({ ids: [...store.catalogue.ids] }));
  endpoints.get('/products/:id', (call) => show(productOf(call)));
  endpoints.write('POST', '/products', productSchema, ({ store, body }) => {
    const id = body.id ?? store.catalogue.nextProductId();
    const dates = { date_created: toIso(store.now()), date_modified: toIso(store.now()) };
    const draft = { ...dates, ...body } as ProductDraft;
    const product = completeDraft(draft, id, () => store.catalogue.nextVariantId());
    store.change({ kind: 'product-put', product });
    return show(store.catalogue.product(id) as Product);
  });
  endpoints.write('PATCH', '/products/:id', fieldsSchema, (call) => {
    const { id } = productOf(call).fields;
    call.store.change({ kind: 'product-fields', productId: id, fields: touched(call, call.body) });
    return show(call.store.catalogue.product(id) as Product);
  });
  endpoints.delete('/products/:id', (call) => {
    call.store.change({ kind: 'product-delete', productId: productOf(call).fields.id });
  });
  variantsControl(endpoints);
}

function variantsControl(endpoints: ControlEndpoints): void {
  endpoints.write('POST', '/products/:id/variants', variantSchema, (call) => {
    const product = productOf(call);
    const id = call.body.id ?? call.store.catalogue.nextVariantId();
    const variant = completeVariant(call.body, id, product.fields, product.options);
    call.store.change({ kind: 'variant-put', productId: product.fields.id, variant });
    touch(call, product.fields.id);
    return call.store.catalogue.variant(id);
  });
  endpoints.write('PATCH', '/variants/:id', fieldsSchema, (call) => {
    const productId = ownerOf(call);
    const variantId = Number(call.params['id']);
    call.store.change({ kind: 'variant-fields', productId, variantId, fields: call.body });
    touch(call, productId);
    return call.store.catalogue.variant(variantId);
  });
  endpoints.delete('/variants/:id', (call) => {
    const productId = ownerOf(call);
    call.store.change({ kind: 'variant-delete', productId, variantId: Number(call.params['id']) });
    touch(call, productId);
  });
}

function productOf(call: ControlCall<unknown>): Product {
  const product = call.store.catalogue.product(Number(call.params['id']));
  if (product === undefined) throw new ControlError(404, `There is no product ${call.params['id']}.`);
  return product;
}

function ownerOf(call: ControlCall<unknown>): number {
  const variant = call.store.catalogue.variant(Number(call.params['id']));
  if (variant === undefined) throw new ControlError(404, `There is no variant ${call.params['id']}.`);
  return variant.product_id;
}

function show(product: Product): Fields {
  const { fields, variants, images, options, modifiers } = product;
  return { ...fields, variants, images, options, modifiers };
}

/** A change moves `date_modified` unless the call says `?touch=false` or sets it itself. */
function touched(call: ControlCall<unknown>, fields: Fields): Fields {
  return call.query['touch'] === 'false' ? fields : { date_modified: toIso(call.store.now()), ...fields };
}

function touch(call: ControlCall<unknown>, productId: number): void {
  const fields = touched(call, {});
  const store: Store = call.store;
  if (Object.keys(fields).length > 0) store.change({ kind: 'product-fields', productId, fields });
}
