import { Agent } from 'node:http';
import { got } from 'got';
import pg from 'pg';
import { compileInventoryTemplate } from '../domain/mapping/inventory-template.ts';

// What the job is measured against: the least that a person could write who wants the same rows in the same Postgres.
// Four requests in flight, one upsert a page, no Temporal, no guards, no findings, no ledger.
// Usage: bare-loop.js STORE_URL DATABASE_URL; prints {"products","ms"}.

const [storeUrl, databaseUrl] = process.argv.slice(2) as [string, string];
const IN_FLIGHT = 4;
const PAGE = 250;
const columns = [
  ['sku', 'text'],
  ['product_id', 'bigint'],
  ['variant_id', 'bigint'],
  ['title', 'text'],
  ['description', 'text'],
  ['quantity', 'integer'],
  ['price', 'numeric'],
  ['msrp', 'numeric'],
  ['cost', 'numeric'],
  ['brand', 'text'],
  ['image_url', 'text'],
  ['weight_kg', 'numeric'],
  ['width_cm', 'numeric'],
  ['height_cm', 'numeric'],
  ['depth_cm', 'numeric'],
  ['upc', 'text'],
] as const;

interface Variant {
  id: number;
  sku: string;
  inventory_level: number;
  [key: string]: unknown;
}

interface Product {
  id: number;
  name: string;
  description: string;
  brand_id: number;
  images?: { is_thumbnail: boolean; url_standard: string }[];
  variants: Variant[];
  [key: string]: unknown;
}

const http = got.extend({
  prefixUrl: `${storeUrl}/stores/demo`,
  headers: { 'x-auth-token': 'demo-token' },
  agent: { http: new Agent({ keepAlive: true }) },
  retry: { limit: 0 },
  responseType: 'json',
});

async function readBrands(): Promise<Map<number, string>> {
  const brands = new Map<number, string>();
  for (let page = 1; ; page++) {
    const { body } = await http<{ data: { id: number; name: string }[] }>('v3/catalog/brands', {
      searchParams: { page, limit: PAGE },
    });
    for (const brand of body.data) brands.set(brand.id, brand.name);
    if (body.data.length < PAGE) return brands;
  }
}

function rowOf(product: Product, variant: Variant, brands: Map<number, string>): unknown[] {
  const either = (field: string) => variant[field] ?? product[field] ?? null;
  const image = product.images?.find((each) => each.is_thumbnail) ?? product.images?.[0];
  const metric = (field: string, factor: number) => (Number(either(field)) * factor).toFixed(6);
  return [
    variant.sku,
    product.id,
    variant.id,
    product.name,
    product.description,
    Math.max(0, variant.inventory_level),
    either('price'),
    either('retail_price'),
    either('cost_price'),
    brands.get(product.brand_id) ?? null,
    image?.url_standard ?? null,
    metric('weight', 0.45359237),
    metric('width', 2.54),
    metric('height', 2.54),
    metric('depth', 2.54),
    either('upc'),
  ];
}

const names = columns.map(([name]) => name);
const upsert = `insert into bare_items (${names.join(', ')})
  select * from unnest(${columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})
  on conflict (sku) do update set ${names
    .slice(1)
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`;

async function main(): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: IN_FLIGHT });
  await pool.query('drop table if exists bare_items');
  const definitions = columns.map(
    ([name, type]) => `${name} ${type}${name === 'sku' ? ' collate "C" primary key' : ''}`,
  );
  await pool.query(`create table bare_items (${definitions.join(', ')})`);
  const fields = (
    compileInventoryTemplate({}) as { template: { productFields: string[] } }
  ).template.productFields.join(',');
  const began = performance.now();
  const brands = await readBrands();
  let page = 0;
  let products = 0;
  let done = false;
  const lane = async () => {
    while (!done) {
      const searchParams = { page: ++page, limit: PAGE, include: 'variants,images', include_fields: fields };
      const { body } = await http<{ data: Product[] }>('v3/catalog/products', { searchParams });
      if (body.data.length < PAGE) done = true;
      products += body.data.length;
      const rows = body.data.flatMap((product) => product.variants.map((variant) => rowOf(product, variant, brands)));
      await pool.query(
        upsert,
        columns.map((_, column) => rows.map((row) => row[column])),
      );
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const ms = performance.now() - began;
  await pool.query('drop table bare_items');
  await pool.end();
  process.stdout.write(
    JSON.stringify({ products, ms, cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000 }),
  );
}

await main();
