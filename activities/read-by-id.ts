import type { StoreClient } from '../bigcommerce/client.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import { getProductsById } from '../bigcommerce/products.ts';
import type { ProductSelection, ProductsOfIds } from '../bigcommerce/products.ts';
import type { PageSizer } from '../domain/page-size.ts';
import { TRIES_A_PAGE, pauseAfter } from './read-page.ts';

export interface ReadByIdScene {
  store: StoreClient;
  selection: ProductSelection;
  /** How many the store can serve at once; remembered by whoever asks again. */
  sizer: PageSizer;
  signal: AbortSignal;
}

/**
 * The products of these ids that exist. Those that the store cannot serve at once are asked for
 * in halves, as pages of the feed are. Not of all ids where the store has to be asked for one after the other: what comes
 * first is for the caller to save before it asks for the rest. Throws StoreError.
 */
export async function readProductsById(
  scene: ReadByIdScene,
  ids: readonly number[],
): Promise<Omit<ProductsOfIds, 'oneByOne'>> {
  const { store, sizer, signal } = scene;
  const products: unknown[] = [];
  for (let at = 0, failed = 0; at < ids.length;) {
    const some = ids.slice(at, at + sizer.size);
    try {
      const read = await getProductsById(store, some, scene.selection, { signal });
      products.push(...read.products);
      at += read.ids.length;
      if (read.oneByOne) return { products, ids: ids.slice(0, at) };
      failed = 0;
      sizer.grow();
    } catch (error) {
      if (!(error instanceof StoreError) || !error.mayBeTooLarge || ++failed === TRIES_A_PAGE) throw error;
      sizer.shrink();
      await pauseAfter(failed, signal);
    }
  }
  return { products, ids };
}
