import type { CatalogueSize } from '../generator/plan.ts';
import type { Store } from '../store.ts';
import type { Stores } from '../stores.ts';
import type { ControlEndpoints } from './endpoint.ts';
import { quotaFrom } from './limits.ts';
import {
  catalogueSchema,
  newStoreSchema,
  nothingSchema,
  settingsSchema,
  storeSchema,
  tokensSchema,
} from './schemas.ts';

/** Control of stores as a whole: making and resetting them, what they say of themselves, who may ask them. */
export function storesControl(endpoints: ControlEndpoints, stores: Stores): void {
  endpoints.get('/stores', () => ({ stores: stores.hashes() }));
  endpoints.write('PUT', '/stores/:hash', newStoreSchema, ({ body, params, store: pattern }) => {
    const { quota, ...size } = body;
    const hash = params['hash'] as string;
    const options = { size: sizeFrom(pattern.catalogue.size, size) };
    const store = stores.create(hash, quota === undefined ? options : { ...options, quota: quotaFrom(pattern, quota) });
    store.record({ type: 'store', store: hash, size: options.size });
    return stateOf(store);
  });
  endpoints.get('/state', ({ store }) => stateOf(store));
  endpoints.write('POST', '/reset', nothingSchema, ({ store }) => {
    store.reset();
    store.record({ type: 'reset', store: store.hash });
    return stateOf(store);
  });
  endpoints.write('PUT', '/catalogue', catalogueSchema, ({ store, body }) => {
    const size = sizeFrom(store.catalogue.size, body);
    store.useCatalogue(size);
    store.record({ type: 'catalogue', store: store.hash, size });
    return stateOf(store);
  });
  endpoints.write('PUT', '/store', storeSchema, ({ store, body }) => {
    Object.assign(store.information, body);
    recordSettings(store);
    return store.information;
  });
  endpoints.write('PUT', '/settings', settingsSchema, ({ store, body }) => {
    Object.assign(store.settings, body);
    recordSettings(store);
    return store.settings;
  });
  endpoints.write('PUT', '/tokens', tokensSchema, ({ store, body }) => {
    for (const [token, scopes] of Object.entries(body.tokens)) store.tokens.set(token, new Set(scopes));
    for (const token of body.revoke) store.tokens.delete(token);
    store.record({ type: 'tokens', store: store.hash, tokens: tokensOf(store) });
    return { tokens: tokensOf(store) };
  });
}

function sizeFrom(
  present: CatalogueSize,
  given: { [Name in keyof CatalogueSize]?: CatalogueSize[Name] | undefined },
): CatalogueSize {
  const {
    preset = present.preset,
    products = present.products,
    variants = present.variants,
    seed = present.seed,
  } = given;
  return { preset, products, variants, seed };
}

function recordSettings(store: Store): void {
  store.record({ type: 'settings', store: store.hash, settings: store.settings, information: store.information });
}

function tokensOf(store: Store): Record<string, string[]> {
  return Object.fromEntries([...store.tokens].map(([token, scopes]) => [token, [...scopes]]));
}

function stateOf(store: Store): Record<string, unknown> {
  const { catalogue } = store;
  return {
    store: store.hash,
    catalogue: { ...catalogue.size, count: catalogue.ids.size, revision: catalogue.revision },
    ...{ orders: store.orders.size, customers: store.customers.size, hooks: store.hooks.size },
    ...{ settings: store.settings, tokens: tokensOf(store), latency: store.latency },
    quota: { ...store.quota.settings, ...store.quota.state(), secondApp: store.quota.secondApp },
    ...{ faults: store.faults.list(), churn: store.churn.settings ?? null },
  };
}
