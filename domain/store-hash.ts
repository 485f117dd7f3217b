/** ASCII letters and digits only: whatever else a store hash holds would end up in an address that we call. */
export const STORE_HASH = /^[a-z0-9]{1,32}$/i;

/** The store that BigCommerce means by `stores/HASH`; undefined for anything that is not exactly that. */
export function storeOfContext(context: unknown): string | undefined {
  if (typeof context !== 'string' || !context.startsWith('stores/')) return undefined;
  const hash = context.slice('stores/'.length);
  return STORE_HASH.test(hash) ? hash : undefined;
}
