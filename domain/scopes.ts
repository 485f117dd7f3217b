/** OAuth scopes that the jobs need, with the words of BigCommerce's control panel (facts: "Store resource scopes"). */
export type ScopeArea = 'content' | 'information' | 'products' | 'customers' | 'orders' | 'transactions';
export type Access = 'none' | 'read' | 'modify';

export interface ScopeAdvice {
  /** BigCommerce's parameter, e.g. `store_v2_products_read_only`. */
  scope: string;
  /** What to click, and where. */
  click: string;
}

interface AreaWords {
  label: string;
  readOnly: string;
  modify: string;
}

const words: Record<ScopeArea, AreaWords> = {
  content: { label: 'Content', readOnly: 'store_v2_content_read_only', modify: 'store_v2_content' },
  information: {
    label: 'Information & Settings',
    readOnly: 'store_v2_information_read_only',
    modify: 'store_v2_information',
  },
  products: { label: 'Products', readOnly: 'store_v2_products_read_only', modify: 'store_v2_products' },
  customers: { label: 'Customers', readOnly: 'store_v2_customers_read_only', modify: 'store_v2_customers' },
  orders: { label: 'Orders', readOnly: 'store_v2_orders_read_only', modify: 'store_v2_orders' },
  transactions: {
    label: 'Order Transactions',
    readOnly: 'store_v2_transactions_read_only',
    modify: 'store_v2_transactions',
  },
};

export const scopeAreas = Object.keys(words) as ScopeArea[];

/** Which jobs a source has. */
export interface ConfiguredJobs {
  inventory: boolean;
  fulfillment: boolean;
  shipments: boolean;
}

/** The jobs that a source's settings name. */
export function configuredJobs(settings: Readonly<Record<string, unknown>>): ConfiguredJobs {
  const has = (section: string) => settings[section] !== undefined;
  return { inventory: has('inventory'), fulfillment: has('fulfillment'), shipments: has('shipments') };
}

/** What each area needs for the jobs: the whole list for orders, read-only for the catalog, nothing more. */
export function neededAccess(jobs: ConfiguredJobs): Record<ScopeArea, Access> {
  const orders: Access = jobs.fulfillment ? 'modify' : jobs.shipments ? 'read' : 'none';
  return {
    content: jobs.fulfillment ? 'read' : 'none',
    information: 'read',
    products: 'read',
    customers: jobs.fulfillment ? 'modify' : 'none',
    orders,
    transactions: jobs.fulfillment ? 'modify' : 'none',
  };
}

/** What granted scopes allow; scopes that no area of ours knows are left out. */
export function heldAccess(scopes: readonly string[]): Map<ScopeArea, Access> {
  const held = new Map<ScopeArea, Access>();
  for (const area of scopeAreas) {
    if (scopes.includes(words[area].modify)) held.set(area, 'modify');
    else if (scopes.includes(words[area].readOnly)) held.set(area, 'read');
  }
  return held;
}

/** Where scopes are set: for an API account in the store, for an app where it was made. */
const PLACES = {
  api_token: 'Settings > Store-level API accounts',
  oauth: 'Developer Portal > the app > OAuth scopes',
} as const;

/**
 * Compares what a token may do with what the jobs need. `write` accesses that could not be tried count as held when
 * the area can be read. What could not be found out is neither missing nor too much. Content is never called too much:
 * BigCommerce's own guide asks for it.
 */
export function compareScopes(
  needed: Record<ScopeArea, Access>,
  held: ReadonlyMap<ScopeArea, Access | 'unknown'>,
  tried: readonly ScopeArea[],
  kind: keyof typeof PLACES = 'api_token',
): { missing: ScopeAdvice[]; excess: ScopeAdvice[] } {
  const missing: ScopeAdvice[] = [];
  const excess: ScopeAdvice[] = [];
  const advise = (area: ScopeArea, scope: string, setTo: string) => ({
    scope,
    click: `${PLACES[kind]}: set "${words[area].label}" to "${setTo}"`,
  });
  for (const area of scopeAreas) {
    const have = held.get(area) ?? 'none';
    const need = needed[area];
    const { readOnly, modify } = words[area];
    const lacks =
      need !== 'none' && (have === 'none' || (need === 'modify' && have === 'read' && tried.includes(area)));
    if (lacks) missing.push(need === 'modify' ? advise(area, modify, 'modify') : advise(area, readOnly, 'read-only'));
    if (have === 'unknown') continue;
    if (need === 'none' && have !== 'none' && area !== 'content') excess.push(advise(area, modify, 'none'));
    if (need === 'read' && have === 'modify') excess.push(advise(area, modify, 'read-only'));
  }
  return { missing, excess };
}
