/** A shipment as it is stored. Text is never blank; null is unknown. */
export interface ShipmentFields {
  trackingNumber: string | null;
  trackingLink: string | null;
  trackingCarrier: string | null;
  shippingProvider: string | null;
  shippingMethod: string | null;
  /** ISO 8601, UTC. */
  shippedAt: string | null;
  comments: string | null;
  /** Canonical decimal text such as "12.5". */
  cost: string | null;
  /** Fields of the template that are none of the above. */
  attributes: Record<string, unknown>;
}

/** An item of a shipment as the store names it; null where that cannot be read. */
export interface FetchedItem {
  /** The line of the order. */
  orderProductId: number | null;
  /** Often 0 in the store although the product is known (bigcommerce-facts.md 12), which is null here. */
  productId: number | null;
  /** A whole number from 0. */
  quantity: number | null;
}

/** A shipment as it was read and mapped. */
export interface FetchedShipment {
  id: number;
  fields: ShipmentFields;
  /** What could not be mapped, a sentence each; may quote the shipment, so it stays in Postgres. */
  problems: string[];
  items: FetchedItem[];
}

/** A line of the fulfillment request. */
export interface RequestLine {
  lineId: string;
  sku: string;
  quantity: number;
  productId: number | null;
  variantId: number | null;
  orderProductId: number | null;
}

/** A line of the BigCommerce order. */
export interface OrderLine {
  orderProductId: number;
  /** 0 for what is not of the catalog. */
  productId: number;
  variantId: number | null;
  sku: string;
  quantity: number;
}

/** A part of a shipment: units of one line, or an item that matches no line. */
export interface ShippedItem {
  lineId: string | null;
  sku: string | null;
  quantity: number;
  orderProductId: number | null;
  productId: number | null;
  /** Why it matches no line. */
  reason: string | null;
}
