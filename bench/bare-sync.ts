import { Agent } from 'node:http';
import { got } from 'got';
import pLimit from 'p-limit';
import pg from 'pg';

// What Get Shipments is measured against: the same requests and the same rows, written a page at a time, with no
// Temporal, no comparing with what is stored, no locks and no guards.
// Usage: bare-sync.js STORE_URL DATABASE_URL SINCE; prints {"orders","ms"}.

const [storeUrl, databaseUrl, since] = process.argv.slice(2) as [string, string, string];
const IN_FLIGHT = 8;
const PAGE = 250;

interface Row {
  id: number;
  [field: string]: unknown;
}

interface Asked {
  frId: number;
  order: Row;
  shipments: Row[];
  products: Row[];
}

const http = got.extend({
  prefixUrl: `${storeUrl}/stores/demo/v2/orders`,
  headers: { 'x-auth-token': 'demo-token', accept: 'application/json' },
  agent: { http: new Agent({ keepAlive: true }) },
  retry: { limit: 0 },
});
const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
const limit = pLimit(IN_FLIGHT);

async function list(path: string, searchParams: Record<string, string | number>): Promise<Row[]> {
  const { body } = await http(path, { searchParams: { ...searchParams, limit: PAGE } });
  return body === '' ? [] : (JSON.parse(body) as Row[]);
}

async function ask(order: Row, frId: number): Promise<Asked> {
  const shipments = await list(`${order.id}/shipments`, { page: 1 });
  const products = shipments.length > 0 ? await list(`${order.id}/products`, { page: 1 }) : [];
  return { frId, order, shipments, products };
}

const STATEMENTS = [
  `insert into order_products (fr_id, order_product_id, product_id, variant_id, sku, quantity)
   select (a->>'frId')::bigint, p.id, p.product_id, p.variant_id, p.sku, p.quantity from json_array_elements($1) a,
     json_to_recordset(a->'products') as p (id bigint, product_id bigint, variant_id bigint, sku text, quantity integer)
   on conflict do nothing`,
  `with made as (
     insert into shipments (fr_id, bigcommerce_shipment_id, tracking_number, tracking_link, shipping_provider,
       shipping_method, comments, attributes, flags, items, fingerprint)
     select (a->>'frId')::bigint, h.id, h.tracking_number, h.generated_tracking_link, h.shipping_provider,
       h.shipping_method, h.comments, '{}', '{}', h.items, md5(h::text) from json_array_elements($1) a,
       json_to_recordset(a->'shipments') as h (id bigint, tracking_number text, generated_tracking_link text,
         shipping_provider text, shipping_method text, comments text, items jsonb)
     returning id, to_jsonb(shipments) as document)
   insert into shipment_changes (shipment_id, kind, at, document) select id, 'created', now(), document from made`,
  `update fr_lines l set shipped_quantity = l.quantity
   from json_array_elements($1) a where l.fr_id = (a->>'frId')::bigint`,
  `update fulfillment_requests f set shipping = 'shipped', shipped_at = now(), asked_at = now(), products_read = true,
     explanation = 'Shipped.', changed_at = now(), next_check_at = now() + interval '12 hours',
     order_modified_at = (a->'order'->>'date_modified')::timestamptz,
     store_status_id = (a->'order'->>'status_id')::integer
   from json_array_elements($1) a where f.id = (a->>'frId')::bigint`,
  `insert into fr_events (fr_id, at, event, by, detail)
   select (a->>'frId')::bigint, now(), 'shipped', 'store', 'Shipped.' from json_array_elements($1) a`,
];

async function write(asked: Asked[]): Promise<void> {
  const rows = JSON.stringify(asked);
  await pool.query('begin');
  for (const statement of STATEMENTS) await pool.query(statement, [rows]);
  await pool.query('commit');
}

async function main(): Promise<void> {
  await pool.query('select 1');
  const began = performance.now();
  let orders = 0;
  for (let page = 1; ; page++) {
    const found = await list('', { min_date_modified: since, sort: 'date_modified:asc', page });
    const { rows } = await pool.query<{ id: string; order: string }>(
      'select id, bigcommerce_order_id as order from fulfillment_requests where bigcommerce_order_id = any ($1)',
      [found.map((order) => order.id)],
    );
    const ids = new Map(rows.map((row) => [Number(row.order), Number(row.id)]));
    await write(await limit.map(found, (order) => ask(order, ids.get(order.id)!)));
    orders += found.length;
    if (found.length < PAGE) break;
  }
  const ms = performance.now() - began;
  await pool.end();
  process.stdout.write(JSON.stringify({ orders, ms }));
}

await main();
