import type { StoreClient } from './client.ts';
import { StoreError } from './failures.ts';
import { getV3Page } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { PRODUCTS, productIdOf, selectionQuery } from './products.ts';
import type { ProductSelection } from './products.ts';
import { readDate, readFields } from './read.ts';

export interface ModifiedProducts {
  /** As they came; only those that are surely not older than asked for are left out. */
  products: unknown[];
  /** The highest id of the page; null where nothing is left to read. */
  lastId: number | null;
}

/**
 * The next page, by id, of the products modified since an instant of the store's clock. Always a full timestamp: to a
 * date alone the store adds the time of day (facts: `date_modified:min`). Throws StoreError `request_rejected` where
 * the store ignores a filter: each look would read the whole catalogue, or end before it was read.
 */
export async function getModifiedProducts(
  client: StoreClient,
  query: { since: Date; after: number; limit: number },
  selection: ProductSelection,
  options: PageOptions = {},
): Promise<ModifiedProducts> {
  const since = new Date(Math.floor(query.since.getTime() / 1000) * 1000);
  const page = await getV3Page(
    client,
    PRODUCTS,
    {
      ...selectionQuery(withDate(selection)),
      ...{ sort: 'id', direction: 'asc', limit: query.limit, 'id:greater': query.after },
      'date_modified:min': `${since.toISOString().slice(0, 19)}+00:00`,
    },
    options,
  );
  const ids = page.data.map(productIdOf).filter((id): id is number => id !== undefined && id > query.after);
  const products = page.data.filter((raw) => !isOlder(raw, since));
  if (page.data.length > 0 && products.length === 0) throw ignores('date_modified:min');
  const isBefore = (raw: unknown) => (productIdOf(raw) ?? query.after + 1) <= query.after;
  if (page.data.length > 0 && page.data.every(isBefore)) throw ignores('id:greater');
  return { products, lastId: ids.length === 0 ? null : Math.max(...ids) };
}

function ignores(filter: string): StoreError {
  const message = `BigCommerce ignores the filter ${filter} of its product list`;
  return new StoreError('request_rejected', message, { method: 'GET', path: PRODUCTS });
}

function withDate({ fields, images }: ProductSelection): ProductSelection {
  return { fields: fields && [...new Set([...fields, 'date_modified'])], images };
}

/** Dates have whole seconds. A product that does not say counts as modified. */
function isOlder(raw: unknown, since: Date): boolean {
  const at = readDate(readFields(raw)['date_modified']);
  return at !== null && at.getTime() < since.getTime();
}
