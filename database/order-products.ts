import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { storable } from './texts.ts';

/** A line of a BigCommerce order as the store numbered it: what shipments name. */
export interface OrderProductRow {
  orderProductId: number;
  productId: number;
  variantId: number | null;
  sku: string;
  quantity: number;
}

/** Writes lines of orders, those of many requests at once; equal ones are not touched. Safe to repeat. */
export async function writeOrderProducts(
  db: Executor,
  rows: readonly (OrderProductRow & { frId: number })[],
): Promise<void> {
  if (rows.length === 0) return;
  const column = <K extends keyof (typeof rows)[number]>(name: K) => rows.map((row) => row[name]);
  await sql`
    insert into order_products as o (fr_id, order_product_id, product_id, variant_id, sku, quantity)
    select u.* from unnest(${column('frId')}::bigint[], ${column('orderProductId')}::bigint[],
      ${column('productId')}::bigint[], ${column('variantId')}::bigint[], ${column('sku').map(storable)}::text[],
      ${column('quantity')}::integer[]) as u (fr_id, order_product_id, product_id, variant_id, sku, quantity)
    join fulfillment_requests f on f.id = u.fr_id
    on conflict (fr_id, order_product_id) do update set product_id = excluded.product_id,
      variant_id = excluded.variant_id, sku = excluded.sku, quantity = excluded.quantity
    where (o.product_id, o.variant_id, o.sku, o.quantity)
      is distinct from (excluded.product_id, excluded.variant_id, excluded.sku, excluded.quantity)`.execute(db);
}

/**
 * Remembers the lines of an order that were compared with its request, so that they are asked for once. An order that
 * shows no line is not remembered: it is asked for again. Safe to repeat.
 */
export async function rememberOrderProducts(
  db: Executor,
  frId: number,
  rows: readonly OrderProductRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await writeOrderProducts(
    db,
    rows.map((row) => ({ frId, ...row })),
  );
  await sql`
    with read_back as (delete from unread_orders where fr_id = ${frId})
    update fulfillment_requests set products_read = true where id = ${frId} and not products_read`.execute(db);
}
