import type { StoreClient } from './client.ts';
import { StoreError } from './failures.ts';
import { ORDERS } from './order-row.ts';
import type { PageOptions } from './pages.ts';
import { readFields, readId } from './read.ts';
import { listV2, unexpected } from './v2-pages.ts';

/** A package as the store has it: the fields of orders.v2.oas2.yml, as they came. Holds addresses: never log it. */
export interface StoreShipment {
  readonly id: number;
  readonly [field: string]: unknown;
}

/**
 * All shipments of an order, in the order of the store; null where the order does not exist. Throws StoreError:
 * `unexpected_answer` when a row has no id, because a shipment that cannot be told from others cannot be followed.
 */
export async function listShipments(
  client: StoreClient,
  orderId: number,
  options: PageOptions = {},
): Promise<StoreShipment[] | null> {
  const path = `${ORDERS}/${orderId}/shipments`;
  try {
    return (await listV2(client, path, {}, options)).map((row) => readShipment(path, row));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not_found') return null;
    throw error;
  }
}

function readShipment(path: string, row: unknown): StoreShipment {
  const fields = readFields(row);
  const id = readId(fields['id']);
  if (id === undefined) throw unexpected(path, `BigCommerce answered GET ${path} with a shipment without an id`);
  return { ...fields, id };
}
