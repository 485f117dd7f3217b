/** A family of endpoints that one pair of scopes opens (bigcommerce/docs, api-accounts.mdx, "Store resource scopes"). */
export type ScopeFamily = 'content' | 'information' | 'products' | 'customers' | 'orders' | 'transactions' | 'none';

const MODIFY: Readonly<Record<Exclude<ScopeFamily, 'none'>, string>> = {
  content: 'store_v2_content',
  information: 'store_v2_information',
  products: 'store_v2_products',
  customers: 'store_v2_customers',
  orders: 'store_v2_orders',
  transactions: 'store_v2_transactions',
};

/** Every scope that a token of the simulator can have. */
export const ALL_SCOPES: readonly string[] = Object.values(MODIFY).flatMap((scope) => [scope, `${scope}_read_only`]);

/** What the default token may do: the permissions that this integration asks for, and no more. */
export const DEFAULT_SCOPES: readonly string[] = [
  'store_v2_content_read_only',
  'store_v2_information_read_only',
  'store_v2_products_read_only',
  'store_v2_customers',
  'store_v2_orders',
  'store_v2_transactions',
];

export const READ_ONLY_SCOPES: readonly string[] = DEFAULT_SCOPES.slice(0, 3);

/** Whether scopes open an endpoint: reading needs the read-only or the modify scope, writing the modify scope. */
export function opens(scopes: ReadonlySet<string>, family: ScopeFamily, method: string): boolean {
  if (family === 'none') return true;
  const modify = MODIFY[family];
  return scopes.has(modify) || ((method === 'GET' || method === 'HEAD') && scopes.has(`${modify}_read_only`));
}
