import type { StoreClient } from './client.ts';
import type { PageOptions } from './pages.ts';
import { StoreError } from './failures.ts';
import { ORDERS, readOrder } from './order-row.ts';
import type { FoundOrder } from './order-row.ts';
import { readCount, readFields, readId, readNumber, readText } from './read.ts';
import { listV2, unexpected } from './v2-pages.ts';

export type { FoundOrder } from './order-row.ts';
export { findOrdersByExternalId } from './order-search.ts';
export { postOrder } from './order-post.ts';
export type { PostOptions, PostOutcome } from './order-post.ts';
export type { OrderProblem, RefusalCode } from './order-refusal.ts';

/** An order as the store has it now. */
export interface StoreOrder extends FoundOrder {
  /** Status ids are fixed, their labels can be renamed. */
  statusId: number;
  itemsTotal: number;
  itemsShipped: number;
  customerId: number | null;
}

/** The order of this id, also when it is archived; null where there is none. Throws StoreError. */
export async function getOrder(client: StoreClient, id: number, options: PageOptions = {}): Promise<StoreOrder | null> {
  const path = `${ORDERS}/${id}`;
  let body: unknown;
  try {
    body = await client.call('GET', path, { ...options });
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not_found') return null;
    throw error;
  }
  const found = readOrder(body);
  if (found?.id !== id) throw unexpected(path, `BigCommerce answered GET ${path} without that order`);
  const fields = readFields(body);
  const itemsTotal = readNumber(fields['items_total'] ?? 0);
  const itemsShipped = readNumber(fields['items_shipped'] ?? 0);
  // Whether an order may be canceled hangs on these: better no answer than a wrong one.
  if (found.statusId === null || itemsTotal === null || itemsShipped === null) {
    throw unexpected(path, `BigCommerce answered GET ${path} without a status or the number of its items`);
  }
  const customerId = readNumber(fields['customer_id']);
  return { ...found, statusId: found.statusId, itemsTotal, itemsShipped, customerId };
}

/** A line of an order. */
export interface OrderProduct {
  /** The order_product_id, by which shipments name the line. */
  id: number;
  /** 0 for what is not of the catalogue. */
  productId: number;
  variantId: number | null;
  sku: string;
  name: string;
  quantity: number;
  quantityShipped: number;
}

/** All lines of an order. Throws StoreError `unexpected_answer` when one of them cannot be read. */
export async function listOrderProducts(
  client: StoreClient,
  orderId: number,
  options: PageOptions = {},
): Promise<OrderProduct[]> {
  const path = `${ORDERS}/${orderId}/products`;
  const rows = await listV2(client, path, {}, options);
  return rows.map((row) => {
    const fields = readFields(row);
    const id = readId(fields['id']);
    const quantity = readCount(fields['quantity']);
    if (id === undefined || quantity === null)
      throw unexpected(path, `BigCommerce answered GET ${path} with a broken line`);
    return {
      ...{ id, quantity },
      productId: readId(fields['product_id']) ?? 0,
      variantId: readId(fields['variant_id']) ?? null,
      sku: readText(fields['sku']) ?? '',
      name: readText(fields['name']) ?? '',
      quantityShipped: readCount(fields['quantity_shipped']) ?? 0,
    };
  });
}

/** Sets the status of an order. Safe to repeat. Throws StoreError. */
export async function setOrderStatus(client: StoreClient, id: number, statusId: number): Promise<void> {
  await client.call('PUT', `${ORDERS}/${id}`, { body: { status_id: statusId } });
}

/** Cancelled (facts: order statuses). */
const CANCELLED = 5;

/** Sets an order to Cancelled. Safe to repeat. BigCommerce gives stock back only where the store is set so. */
export async function cancelOrder(client: StoreClient, id: number): Promise<void> {
  await setOrderStatus(client, id, CANCELLED);
}

export interface FormField {
  name: string;
  value: string;
}

/**
 * Sets form fields of an order's billing address, which a POST does not take (orders.v2: form_fields is of answers and
 * PUT). Safe to repeat: it touches no lines. Throws StoreError.
 */
export async function setBillingFields(client: StoreClient, orderId: number, fields: FormField[]): Promise<void> {
  await client.call('PUT', `${ORDERS}/${orderId}`, { body: { billing_address: { form_fields: fields } } });
}

/** Sets form fields of every address that an order is shipped to; ours has one. Safe to repeat. Throws StoreError. */
export async function setShippingFields(client: StoreClient, orderId: number, fields: FormField[]): Promise<void> {
  const path = `${ORDERS}/${orderId}/shipping_addresses`;
  for (const row of await listV2(client, path)) {
    const id = readId(readFields(row)['id']);
    if (id === undefined) throw unexpected(path, `BigCommerce answered GET ${path} with a broken address`);
    await client.call('PUT', `${path}/${id}`, { body: { form_fields: fields } });
  }
}
