import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table fulfillment_requests
      add column order_external_id text,
      add column order_modified_at timestamptz,
      add column store_status_id integer,
      add column products_read boolean not null default false,
      add column next_check_at timestamptz,
      add column check_step integer not null default 0,
      add column asked_at timestamptz,
      add column shipped_at timestamptz,
      add column watched_until timestamptz`.execute(db);
  await sql`
    create index fulfillment_requests_due on fulfillment_requests (source_id, next_check_at)
    where processing = 'acknowledged'`.execute(db);
  await sql`
    create index fulfillment_requests_order on fulfillment_requests (source_id, bigcommerce_order_id)
    where bigcommerce_order_id is not null`.execute(db);
  // The lines of the order as the store numbered them: asked for once, because shipments name nothing else for certain.
  await sql`
    create table order_products (
      fr_id bigint not null references fulfillment_requests on delete cascade,
      order_product_id bigint not null,
      product_id bigint not null,
      variant_id bigint,
      sku text not null,
      quantity integer not null,
      primary key (fr_id, order_product_id)
    )`.execute(db);
  await shipments(db);
}

async function shipments(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table shipments (
      id bigint generated always as identity primary key,
      fr_id bigint not null references fulfillment_requests on delete cascade,
      bigcommerce_shipment_id bigint not null,
      tracking_number text,
      tracking_link text,
      tracking_carrier text,
      shipping_provider text,
      shipping_method text,
      shipped_at timestamptz,
      comments text,
      cost numeric,
      attributes jsonb not null default '{}',
      flags text[] not null default '{}',
      items jsonb not null,
      fingerprint text not null,
      removed_at timestamptz,
      created_at timestamptz not null default now(),
      changed_at timestamptz not null default now(),
      unique (fr_id, bigcommerce_shipment_id)
    )`.execute(db);
  // What other systems read: numbered in the order of commits, because writers take turns (see database/shipments.ts).
  await sql`
    create table shipment_changes (
      cursor bigint generated always as identity primary key,
      shipment_id bigint not null references shipments on delete cascade,
      kind text not null check (kind in ('created', 'corrected', 'removed')),
      at timestamptz not null,
      document jsonb not null
    )`.execute(db);
  await sql`
    create table sync_watermarks (
      source_id integer primary key references sources on delete cascade,
      modified_at timestamptz not null
    )`.execute(db);
  await views(db);
}

async function views(db: Kysely<unknown>): Promise<void> {
  await sql`
    create view v_inventory as
      select s.name as source, i.sku, i.title, i.description, i.quantity, i.price, i.msrp, i.cost, i.currency, i.brand,
        i.categories, i.image_url, i.weight_kg, i.width_cm, i.height_cm, i.depth_cm, i.upc, i.attributes,
        i.product_id, i.variant_id, i.archived_at is not null as archived, i.changed_at
      from inventory_items i join sources s on s.id = i.source_id`.execute(db);
  await sql`
    create view v_fulfillment_requests as
      select s.name as source, f.number, o.number as order_number, f.processing, f.shipping, f.reason_code,
        f.reason_message, f.explanation, f.next_step_at, f.bigcommerce_order_id, f.flags, f.created_at, f.released_at,
        f.acknowledged_at, f.canceled_at, f.shipped_at, f.changed_at
      from fulfillment_requests f join sources s on s.id = f.source_id left join orders o on o.id = f.order_id`.execute(
    db,
  );
  await sql`
    create view v_shipments as
      select s.name as source, f.number, f.bigcommerce_order_id, h.bigcommerce_shipment_id, h.tracking_number,
        h.tracking_link, h.tracking_carrier, h.shipping_provider, h.shipping_method, h.shipped_at, h.comments, h.cost,
        h.attributes, h.items, h.flags, h.removed_at is not null as removed, h.created_at, h.changed_at
      from shipments h join fulfillment_requests f on f.id = h.fr_id join sources s on s.id = f.source_id`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop view v_shipments, v_fulfillment_requests, v_inventory`.execute(db);
  await sql`drop table sync_watermarks, shipment_changes, shipments, order_products`.execute(db);
  await sql`
    alter table fulfillment_requests drop column order_external_id, drop column order_modified_at,
      drop column store_status_id, drop column products_read, drop column next_check_at, drop column check_step,
      drop column asked_at, drop column shipped_at, drop column watched_until`.execute(db);
}
