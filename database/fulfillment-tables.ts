import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { BigInteger, Decimal, DefaultInstant, Instant } from './column-types.ts';
import type { Processing, Shipping } from '../domain/fulfillment/states.ts';

export interface OrdersTable {
  id: Generated<BigInteger>;
  number: string;
  /** The order as it was taken in, with its defaults filled in. */
  document: JSONColumnType<Record<string, unknown>>;
  /** Equal digests mean equal content. */
  digest: string;
  state: Generated<'open' | 'routed' | 'canceled'>;
  /** How the last routing chose, or why each source was passed over. */
  routing: JSONColumnType<Record<string, unknown>>;
  routed_at: Instant | null;
  tried_at: Instant | null;
  /** When somebody said that it is not to be routed any more. */
  canceled_at: Instant | null;
  /** When the person's data was blanked. */
  forgotten_at: Instant | null;
  created_at: DefaultInstant;
}

export interface FulfillmentRequestsTable {
  id: Generated<BigInteger>;
  source_id: number;
  number: string;
  order_id: BigInteger | null;
  /** The request as it was taken in, with its defaults filled in; an amendment replaces it. */
  document: JSONColumnType<Record<string, unknown>>;
  digest: string;
  revision: Generated<number>;
  processing: Generated<Processing>;
  shipping: Generated<Shipping>;
  reason_code: string | null;
  /** May quote an address: never leaves Postgres for Temporal. */
  reason_message: string | null;
  reason_hint: string | null;
  /** One sentence without personal data: why it has not happened yet. */
  explanation: Generated<string>;
  next_step_at: Instant | null;
  /** When it came into processing: holds count from here. */
  released_at: Instant | null;
  /** A hold that a person set; it replaces the one of the settings. */
  hold_until: Instant | null;
  /** A person said to send it whatever the hold, the hours and the schedule say. */
  skips_waits: Generated<boolean>;
  /** Its waits are over; with a schedule it goes at the next run. */
  is_ready: Generated<boolean>;
  cancel_requested_at: Instant | null;
  checks: JSONColumnType<{ code: string; ok: boolean; message: string }[]>;
  checked_at: Instant | null;
  /** What somebody should look at although nothing stands still, e.g. `lines_differ`. */
  flags: Generated<string[]>;
  bigcommerce_order_id: BigInteger | null;
  acknowledged_at: Instant | null;
  canceled_at: Instant | null;
  /** When the first of its present attempts began; `giveUpMinutes` counts from here, and a retry begins anew. */
  sending_since: Instant | null;
  /** The run of the job that let it go. */
  send_run_id: string | null;
  /** `external_order_id` of its order: an order that says otherwise later is somebody else's. */
  order_external_id: string | null;
  /** `date_modified` of the order when its shipments were last read. */
  order_modified_at: Instant | null;
  /** When that date was first seen, by our clock. */
  order_seen_at: Instant | null;
  store_status_id: number | null;
  /** Whether order_products holds the order's lines. */
  products_read: Generated<boolean>;
  /** When its shipments are asked for again, whatever the store says of changes. */
  next_check_at: Instant | null;
  /** How often it was asked for in vain: the intervals widen. */
  check_step: Generated<number>;
  asked_at: Instant | null;
  /** When everything of it was found to be shipped. */
  shipped_at: Instant | null;
  /** A person wants it asked for until then, though it left the lookback period. */
  watched_until: Instant | null;
  /** When the person's data was blanked. */
  forgotten_at: Instant | null;
  /** When maintenance last made sure that its workflow lives. */
  looked_after_at: ColumnType<Date, Date | string | undefined, Date | string>;
  created_at: DefaultInstant;
  changed_at: DefaultInstant;
}

export interface FrLinesTable {
  fr_id: BigInteger;
  position: number;
  /** The line's id in the document. */
  line_id: string;
  sku: string;
  quantity: number;
  unit_price: Decimal | null;
  title: string | null;
  /** What the SKU was found to be. */
  product_id: BigInteger | null;
  variant_id: BigInteger | null;
  /** The line's id in the BigCommerce order; shipments name it. */
  order_product_id: BigInteger | null;
  shipped_quantity: Generated<number>;
}

export interface FrEventsTable {
  id: Generated<BigInteger>;
  fr_id: BigInteger;
  at: Instant;
  event: string;
  /** Who or what did it: `cli`, `workflow`, `signal`, `run ID`, `store`. */
  by: string;
  detail: string | null;
}

export type AttemptOutcome = 'unknown' | 'created' | 'adopted' | 'refused' | 'not_posted' | 'absent';

export interface SendAttemptsTable {
  id: Generated<BigInteger>;
  fr_id: BigInteger;
  external_order_id: string;
  /** As it goes out with the order; null for attempts of before this was kept. */
  external_source: string | null;
  begun_at: Instant;
  /** Set in the moment before the POST, and only while the attempt is open: the right to post. */
  posting_at: Instant | null;
  /** When the POST ended, or was found to have ended at the latest. */
  ended_at: Instant | null;
  outcome: AttemptOutcome | null;
  /** The lines as they were posted, to compare a found order with. */
  sent_lines: JSONColumnType<{ productId: number; variantId: number | null; quantity: number }[]> | null;
  order_id: BigInteger | null;
  looks: Generated<number>;
  looked_at: Instant | null;
  /** For how long looks that succeeded have shown no order; time in which the store could not be asked does not count. */
  quiet_ms: Generated<BigInteger>;
}

export interface OrderProductsTable {
  fr_id: BigInteger;
  order_product_id: BigInteger;
  product_id: BigInteger;
  variant_id: BigInteger | null;
  sku: string;
  quantity: number;
}

export interface ShippedItem {
  /** Null where the item matches no line. */
  lineId: string | null;
  sku: string | null;
  quantity: number;
  orderProductId: number | null;
  productId: number | null;
  /** Why it matches no line. */
  reason: string | null;
}

export interface ShipmentsTable {
  id: Generated<BigInteger>;
  fr_id: BigInteger;
  bigcommerce_shipment_id: BigInteger;
  tracking_number: string | null;
  tracking_link: string | null;
  tracking_carrier: string | null;
  shipping_provider: string | null;
  shipping_method: string | null;
  shipped_at: Instant | null;
  comments: string | null;
  cost: Decimal | null;
  attributes: JSONColumnType<Record<string, unknown>>;
  flags: string[];
  items: JSONColumnType<ShippedItem[]>;
  /** What could not be mapped, a sentence each. */
  problems: Generated<string[]>;
  /** Digest of all of it: equal digests mean that there is nothing to write. */
  fingerprint: string;
  removed_at: Instant | null;
  created_at: DefaultInstant;
  changed_at: DefaultInstant;
}

export interface ShipmentChangesTable {
  cursor: Generated<BigInteger>;
  shipment_id: BigInteger;
  kind: 'created' | 'corrected' | 'removed';
  at: Instant;
  document: JSONColumnType<Record<string, unknown>>;
}

export interface SyncWatermarksTable {
  source_id: number;
  /** By the store's clock: the newest `date_modified` up to which everything is written. */
  modified_at: Instant;
}

export interface ConnectionRefusalsTable {
  source_id: number;
  code: string;
  message: string;
  since: DefaultInstant;
}

/** A cancellation that the store has not carried out and that is tried again. */
export interface FailedCancellationsTable {
  fr_id: BigInteger;
  by: string;
  code: string;
  tried_at: Instant;
}

/** An order whose lines were not read back and compared with those of its request yet. */
export interface UnreadOrdersTable {
  fr_id: BigInteger;
  noted_at: DefaultInstant;
  looked_after_at: DefaultInstant;
}
