import { sql } from 'kysely';
import { shipmentFingerprint } from '../domain/shipments/fingerprint.ts';
import type { Reconciled } from '../domain/shipments/reconcile.ts';
import type { ShippedItem } from '../domain/shipments/shipment.ts';
import type { OrderProductRow } from './order-products.ts';

/** What reading the shipments of one request came to, ready to be written. */
export interface ReconciledRequest {
  frId: number;
  reconciled: Reconciled;
  /** The store does not know the order any more: nothing was read, so what is stored stays as it is. */
  isGone?: boolean;
  /** The order of this number is somebody else's: the same. */
  isForeign?: boolean;
  /** The lines of the order where they were read anew; none where they were known, or none was to be had. */
  orderProducts: readonly OrderProductRow[];
  check: { nextCheckAt: Date | null; step: number };
  /** Null leaves what is stored. */
  orderModifiedAt: Date | null;
  storeStatusId: number | null;
  at: Date;
}

/** A shipment as its row holds it; the names are the columns'. */
export interface ShipmentDraft {
  fr_id: number;
  bigcommerce_shipment_id: number;
  tracking_number: string | null;
  tracking_link: string | null;
  tracking_carrier: string | null;
  shipping_provider: string | null;
  shipping_method: string | null;
  shipped_at: string | null;
  comments: string | null;
  cost: string | null;
  attributes: Record<string, unknown>;
  flags: string[];
  items: ShippedItem[];
  problems: string[];
  fingerprint: string;
}

/** The row of a shipment; equal fingerprints mean that there is nothing to write. */
export function draftOf(frId: number, shipment: Reconciled['shipments'][number]): ShipmentDraft {
  const { bigcommerceShipmentId, fields, items, flags, problems } = shipment;
  return {
    ...{ fr_id: frId, bigcommerce_shipment_id: bigcommerceShipmentId },
    ...{ tracking_number: fields.trackingNumber, tracking_link: fields.trackingLink },
    ...{ tracking_carrier: fields.trackingCarrier, shipping_provider: fields.shippingProvider },
    ...{ shipping_method: fields.shippingMethod, shipped_at: fields.shippedAt, comments: fields.comments },
    ...{ cost: fields.cost, attributes: fields.attributes, flags, items, problems },
    fingerprint: shipmentFingerprint(shipment),
  };
}

const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * A shipment as other programs read it, in the change feed and in lists, of the tables `h`, `f` and `s`. Instants are
 * ISO 8601 UTC, money is a decimal string.
 */
export const shipmentDocument = sql<Record<string, unknown>>`${sql.raw(`jsonb_build_object(
  'source', s.name, 'number', f.number, 'bigcommerceOrderId', f.bigcommerce_order_id,
  'bigcommerceShipmentId', h.bigcommerce_shipment_id, 'trackingNumber', h.tracking_number,
  'trackingLink', h.tracking_link, 'trackingCarrier', h.tracking_carrier, 'shippingProvider', h.shipping_provider,
  'shippingMethod', h.shipping_method, 'shippedAt', ${instant('h.shipped_at')}, 'comments', h.comments,
  'cost', h.cost::text, 'attributes', h.attributes, 'items', h.items, 'flags', to_jsonb(h.flags),
  'problems', to_jsonb(h.problems), 'removed', h.removed_at is not null)`)}`;
