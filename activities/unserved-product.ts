import type { StoreError } from '../bigcommerce/failures.ts';
import { fetchProductsAfter, getNextProductId } from '../bigcommerce/products.ts';
import { packItems } from '../database/packed-items.ts';
import { emptyDraft, rejected } from './map-page.ts';
import type { MappedAnswer } from './page-mapper.ts';
import type { FeedScene } from './read-page.ts';

interface Place {
  after: number;
  upTo: number | null;
}

/**
 * Stands for the answer with the one product after a place that the store cannot give out, though it lists its id and gives
 * out the one behind it: refused, so that its items stay as they are and the feed goes on. Null where it cannot be told from a
 * store that is in trouble.
 */
export async function refuseUnserved(
  { store, context, signal }: Pick<FeedScene, 'store' | 'context' | 'signal'>,
  { after, upTo }: Place,
  error: StoreError,
): Promise<MappedAnswer | null> {
  try {
    const id = await getNextProductId(store, { after, upTo }, { signal });
    if (id === undefined) return null;
    await fetchProductsAfter(store, { after: id, upTo: null, limit: 1 }, context.selection, { signal });
    const message = `the store cannot give the product out: ${error.message}`;
    const refused = { refusedProductIds: [id], findings: [rejected('product_unreadable', message, id)] };
    const page = { ...emptyDraft(), ...refused, products: 1, items: packItems([]) };
    return { listed: 1, own: 1, lastId: id, total: undefined, listsVariants: true, page };
  } catch {
    return null;
  }
}
