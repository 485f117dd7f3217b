import { SHIPMENT_FLAGS } from '../domain/shipments/reconcile.ts';
import { draftOf } from './shipment-rows.ts';
import type { ReconciledRequest, ShipmentDraft } from './shipment-rows.ts';

/** A shipment as it is stored. */
export interface StoredRow {
  id: number;
  fr_id: number;
  bigcommerce_shipment_id: number;
  fingerprint: string;
  is_removed: boolean;
}

/** What differs between the shipments of a request and what is stored of them. */
export interface ShipmentDiff {
  /** To be written: those in `created` and in `corrected`. */
  drafts: ShipmentDraft[];
  /** Ids in the store. One that comes back after it was removed is created once more: readers have deleted it. */
  created: number[];
  corrected: number[];
  removed: StoredRow[];
  /** Items of the drafts that match no line. */
  unmatched: number;
}

/** Compares. Where nothing could be read nothing differs: that a store does not know an order says nothing of its goods. */
export function diffShipments(request: ReconciledRequest, stored: readonly StoredRow[]): ShipmentDiff {
  const diff: ShipmentDiff = { drafts: [], created: [], corrected: [], removed: [], unmatched: 0 };
  if (isUnread(request)) return diff;
  const known = new Map(stored.map((row) => [row.bigcommerce_shipment_id, row]));
  for (const shipment of request.reconciled.shipments) {
    const id = shipment.bigcommerceShipmentId;
    const row = known.get(id);
    known.delete(id);
    const draft = draftOf(request.frId, shipment);
    if (row && !row.is_removed && row.fingerprint === draft.fingerprint) continue;
    (row && !row.is_removed ? diff.corrected : diff.created).push(id);
    diff.drafts.push(draft);
    diff.unmatched += shipment.items.filter((item) => item.lineId === null).length;
  }
  diff.removed = [...known.values()].filter((row) => !row.is_removed);
  return diff;
}

/** Whether the order could not be read: it is gone, or it is another one of the same number. */
export function isUnread({ isGone = false, isForeign = false }: ReconciledRequest): boolean {
  return isGone || isForeign;
}

/** Flags of a request that its shipments decide; whatever else it is flagged with stays. */
const OWNED: ReadonlySet<string> = new Set([...SHIPMENT_FLAGS, 'order_foreign', 'unreadable']);

/** Those of them that the order alone decides, also where it is gone. */
const OF_ORDER: ReadonlySet<string> = new Set(['order_deleted', 'order_foreign', 'unreadable']);

/** The flags that a request has after its shipments were looked at. */
export function flagsAfter(before: readonly string[], request: ReconciledRequest): string[] {
  const { isForeign, isGone, reconciled } = request;
  const kept = before.filter((flag) => !(isUnread(request) ? OF_ORDER : OWNED).has(flag));
  const found = isForeign ? ['order_foreign'] : isGone ? ['order_deleted'] : reconciled.flags;
  return [...new Set([...kept, ...found])];
}
