import type { ItemDraft } from './item-text.ts';

export interface WriteScope {
  sourceId: number;
  runId: string;
  /** The pool of this source was empty when the run began: insert without comparing first. */
  firstImport: boolean;
  /**
   * `feed`: what is not certain yet (an item that would lose all its stock, a SKU whose owner may still come) is held.
   * `settle`: the feed has been read; contested SKUs go to who asks, unless their owner was there and could not be
   * understood. `force`: zeroing too has been decided.
   */
  mode: 'feed' | 'settle' | 'force';
}

export interface RefusedItem {
  productId: number;
  variantId: number;
  sku: string;
  /** The variant that has the SKU. */
  ownerVariantId: number;
}

export interface WriteResult {
  /** Row ids of every item that the feed named, written or not. */
  seen: number[];
  /** Items of the feed; a takeover of a SKU within one run counts once. */
  items: number;
  created: number;
  updated: number;
  unchanged: number;
  restored: number;
  refused: RefusedItem[];
  held: { kind: 'contested' | 'zero'; item: ItemDraft }[];
}

export function nothingWritten(): WriteResult {
  return { seen: [], items: 0, created: 0, updated: 0, unchanged: 0, restored: 0, refused: [], held: [] };
}

/** A refusal of who claims a SKU that another variant has. */
export function refusal(
  item: { productId: number; variantId: number; sku: string },
  ownerVariantId: number,
): RefusedItem {
  return { productId: item.productId, variantId: item.variantId, sku: item.sku, ownerVariantId };
}
