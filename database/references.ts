import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { storable } from './texts.ts';

/** Makes the stored brands of a source equal to `brands`, touching only rows that differ. */
export async function saveBrands(db: Database, sourceId: number, brands: { id: number; name: string }[]) {
  const ids = brands.map((brand) => brand.id);
  await db.transaction().execute(async (trx) => {
    await sql`
      insert into brands (source_id, brand_id, name)
      select ${sourceId}, * from unnest(${ids}::bigint[], ${brands.map((brand) => storable(brand.name))}::text[])
      on conflict (source_id, brand_id) do update set name = excluded.name
      where brands.name is distinct from excluded.name`.execute(trx);
    await sql`
      delete from brands b where source_id = ${sourceId}
        and not exists (select from unnest(${ids}::bigint[]) as k (id) where k.id = b.brand_id)`.execute(trx);
  });
}

/** Makes the stored categories of a source equal to `categories`, touching only rows that differ. */
export async function saveCategories(
  db: Database,
  sourceId: number,
  categories: { id: number; parentId: number; name: string }[],
) {
  const ids = categories.map((category) => category.id);
  await db.transaction().execute(async (trx) => {
    await sql`
      insert into categories (source_id, category_id, parent_id, name)
      select ${sourceId}, * from unnest(${ids}::bigint[],
        ${categories.map((category) => category.parentId)}::bigint[],
        ${categories.map((category) => storable(category.name))}::text[])
      on conflict (source_id, category_id) do update set parent_id = excluded.parent_id, name = excluded.name
      where (categories.parent_id, categories.name) is distinct from (excluded.parent_id, excluded.name)`.execute(trx);
    await sql`
      delete from categories c where source_id = ${sourceId}
        and not exists (select from unnest(${ids}::bigint[]) as k (id) where k.id = c.category_id)`.execute(trx);
  });
}

export interface CatalogReferences {
  brands: Map<number, string>;
  categories: Map<number, { name: string; parentId: number }>;
}

/** Names of brands and categories by id (at most 30,000 and 16,000 in a store). */
export async function loadReferences(db: Executor, sourceId: number): Promise<CatalogReferences> {
  const brands = await db.selectFrom('brands').selectAll().where('source_id', '=', sourceId).execute();
  const categories = await db.selectFrom('categories').selectAll().where('source_id', '=', sourceId).execute();
  return {
    brands: new Map(brands.map((row) => [row.brand_id, row.name])),
    categories: new Map(categories.map((row) => [row.category_id, { name: row.name, parentId: row.parent_id }])),
  };
}
