import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import type { Processing, Shipping } from '../domain/fulfillment/states.ts';
import type { OrderProductRow } from './order-products.ts';

export { listShipmentChanges, listShipmentRows } from './shipment-feed.ts';
export type { ShipmentChange, ShipmentDocument, ShipmentFilter } from './shipment-feed.ts';
export { rememberOrderProducts } from './order-products.ts';
export type { OrderProductRow } from './order-products.ts';
export {
  findByOrderIds,
  flagExpired,
  listDueRequests,
  listSetAside,
  markUnreadable,
  watchRequest,
} from './shipment-requests.ts';
export type { DueRequest } from './shipment-requests.ts';
export type { ReconciledRequest } from './shipment-rows.ts';
export { saveReconciled } from './shipment-writes.ts';
export type { SavedCounts } from './shipment-writes.ts';

/** What reconciling a request needs to know. */
export interface ShippingFacts {
  id: number;
  sourceId: number;
  number: string;
  bigcommerceOrderId: number;
  processing: Processing;
  shipping: Shipping;
  flags: string[];
  orderExternalId: string | null;
  orderModifiedAt: Date | null;
  storeStatusId: number | null;
  productsRead: boolean;
  checkStep: number;
  shippedAt: Date | null;
  createdAt: Date;
  lines: ShippingLine[];
  orderProducts: OrderProductRow[];
  stored: StoredShipment[];
}

export interface ShippingLine {
  lineId: string;
  sku: string;
  quantity: number;
  productId: number | null;
  variantId: number | null;
  orderProductId: number | null;
  shippedQuantity: number;
}

export interface StoredShipment {
  bigcommerceShipmentId: number;
  fingerprint: string;
  removedAt: Date | null;
}

/** The facts of a batch of requests by row number, in four statements; requests that have no order are left out. */
export async function loadShipping(db: Executor, frIds: readonly number[]): Promise<Map<number, ShippingFacts>> {
  if (frIds.length === 0) return new Map();
  const rows = await selectFacts(db, frIds);
  const facts = new Map(rows.map((row) => [row.id, { ...row, lines: [], orderProducts: [], stored: [] }]));
  const all: Map<number, ShippingFacts> = facts;
  for (const { frId, ...line } of await selectLines(db, frIds)) all.get(frId)?.lines.push(line);
  for (const { frId, ...product } of await selectProducts(db, frIds)) all.get(frId)?.orderProducts.push(product);
  for (const { frId, ...shipment } of await selectStored(db, frIds)) all.get(frId)?.stored.push(shipment);
  return all;
}

function selectFacts(db: Executor, frIds: readonly number[]) {
  return db
    .selectFrom('fulfillment_requests')
    .select([
      'id',
      'source_id as sourceId',
      'number',
      'processing',
      'shipping',
      'flags',
      'order_external_id as orderExternalId',
      'order_modified_at as orderModifiedAt',
      'store_status_id as storeStatusId',
      'products_read as productsRead',
      'check_step as checkStep',
      'shipped_at as shippedAt',
      'created_at as createdAt',
    ])
    .select(sql<number>`bigcommerce_order_id`.as('bigcommerceOrderId'))
    .where(among('id', frIds))
    .where('bigcommerce_order_id', 'is not', null)
    .execute();
}

function selectLines(db: Executor, frIds: readonly number[]) {
  return db
    .selectFrom('fr_lines')
    .select([
      'fr_id as frId',
      'line_id as lineId',
      'sku',
      'quantity',
      'product_id as productId',
      'variant_id as variantId',
      'order_product_id as orderProductId',
      'shipped_quantity as shippedQuantity',
    ])
    .where(among('fr_id', frIds))
    .orderBy('fr_id')
    .orderBy('position')
    .execute();
}

function selectProducts(db: Executor, frIds: readonly number[]) {
  return db
    .selectFrom('order_products')
    .select([
      'fr_id as frId',
      'order_product_id as orderProductId',
      'product_id as productId',
      'variant_id as variantId',
      'sku',
      'quantity',
    ])
    .where(among('fr_id', frIds))
    .orderBy('fr_id')
    .orderBy('order_product_id')
    .execute();
}

function selectStored(db: Executor, frIds: readonly number[]) {
  return db
    .selectFrom('shipments')
    .select([
      'fr_id as frId',
      'bigcommerce_shipment_id as bigcommerceShipmentId',
      'fingerprint',
      'removed_at as removedAt',
    ])
    .where(among('fr_id', frIds))
    .orderBy('fr_id')
    .orderBy('bigcommerce_shipment_id')
    .execute();
}

function among(column: 'id' | 'fr_id', frIds: readonly number[]) {
  return sql<boolean>`${sql.ref(column)} = any (${[...frIds]}::bigint[])`;
}

/** The newest `date_modified`, by the store's clock, up to which everything is written; null before the first run. */
export async function readWatermark(db: Executor, sourceId: number): Promise<Date | null> {
  const row = await db
    .selectFrom('sync_watermarks')
    .select('modified_at')
    .where('source_id', '=', sourceId)
    .executeTakeFirst();
  return row?.modified_at ?? null;
}

/** Moves the watermark, never backwards. Call it after everything before `modifiedAt` is committed. Safe to repeat. */
export async function saveWatermark(db: Executor, sourceId: number, modifiedAt: Date): Promise<void> {
  await sql`
    insert into sync_watermarks (source_id, modified_at) values (${sourceId}, ${modifiedAt})
    on conflict (source_id) do update set modified_at = excluded.modified_at
    where sync_watermarks.modified_at < excluded.modified_at`.execute(db);
}
