import { productIdOf, readProductPage } from '../bigcommerce/products.ts';
import { packItems } from '../database/packed-items.ts';
import { listsVariants, mayBeShort, withVariants } from './complete-variants.ts';
import type { VariantLists } from './complete-variants.ts';
import { mapPage } from './map-page.ts';
import type { MappedPage, MappingContext } from './map-page.ts';

/** A mapped page whose items are ready to be written. */
export type PackedPage = Omit<MappedPage, 'items'> & { items: ReturnType<typeof packItems> };

/** What an answer of the product list says of the feed. */
export interface FeedAnswer {
  /** Products in the answer, and those of them that come after the cursor. */
  listed: number;
  own: number;
  /** The highest id after the cursor; null where there is none. */
  lastId: number | null;
  /** How many products match, as the store says. */
  total: number | undefined;
  listsVariants: boolean;
  /** Its products, mapped; or those of them whose list of variants may be cut and is needed first. */
  page: PackedPage | { shortProductIds: number[] };
}

/** Which products an answer was asked for: those with `after` < id <= `upTo`. */
export interface FeedPlace {
  after: number;
  upTo: number | null;
}

/** What a store lists beyond what it was asked for is read with its own range; an id that nobody can read is in none. */
function isWithin({ after, upTo }: FeedPlace, id: number | undefined): boolean {
  return id === undefined || (id > after && (upTo === null || id <= upTo));
}

/** Reads and maps an answer. Throws StoreError when it is not a page of products. Costs what an import costs in computing. */
export async function readFeedAnswer(
  context: MappingContext,
  body: Uint8Array,
  place: FeedPlace,
  variants: VariantLists,
): Promise<FeedAnswer> {
  const { products, total } = readProductPage(body);
  const ids = products.map(productIdOf).filter((id): id is number => id !== undefined && id > place.after);
  const fresh = products.filter((raw) => isWithin(place, productIdOf(raw)));
  const shortProductIds = fresh
    .filter(mayBeShort)
    .map(productIdOf)
    .filter((id): id is number => id !== undefined && !variants.has(id));
  const answer = {
    listed: products.length,
    own: ids.length,
    lastId: ids.length === 0 ? null : Math.max(...ids),
    total,
    listsVariants: products.length === 0 || products.some(listsVariants),
  };
  if (shortProductIds.length > 0) return { ...answer, page: { shortProductIds } };
  const { items, ...rest } = await mapPage(context, withVariants(fresh, variants));
  return { ...answer, page: { ...rest, items: packItems(items) } };
}
