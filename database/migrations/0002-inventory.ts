import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table brands (
      source_id integer not null references sources on delete cascade,
      brand_id bigint not null,
      name text not null,
      primary key (source_id, brand_id)
    )`.execute(db);
  await sql`
    create table categories (
      source_id integer not null references sources on delete cascade,
      category_id bigint not null,
      parent_id bigint not null,
      name text not null,
      primary key (source_id, category_id)
    )`.execute(db);
  // One index and no foreign key: each costs a tenth of the time of a first import. `id` is a short name for a row in
  // the ledger of a run, which nothing looks a row up by; who removes a source for good removes its items too.
  // SKUs are compared byte for byte, hence the "C" collation; it also makes their index smaller work for Postgres.
  // fillfactor leaves room for an update beside the old row, so that a new quantity does not touch the indexes.
  await sql`
    create table inventory_items (
      id bigint generated always as identity,
      source_id integer not null,
      sku text collate "C" not null,
      product_id bigint not null,
      variant_id bigint not null,
      title text not null,
      description text,
      quantity integer not null check (quantity >= 0),
      price numeric,
      msrp numeric,
      cost numeric,
      currency text,
      brand text,
      categories jsonb not null default '[]',
      image_url text,
      weight_kg numeric,
      width_cm numeric,
      height_cm numeric,
      depth_cm numeric,
      upc text,
      attributes jsonb not null default '{}',
      fingerprint text not null,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      changed_at timestamptz not null default now(),
      primary key (source_id, sku)
    ) with (fillfactor = 85)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table inventory_items, categories, brands`.execute(db);
}
