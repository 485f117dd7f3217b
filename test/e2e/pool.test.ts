import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { openShop, stopSystem } from './support.ts';
import type { ErrorDocument, Shop } from './support.ts';

interface Item {
  sku: string;
  title: string;
  quantity: number;
  price: string | null;
  brand: string | null;
  categories: string[];
  archived: boolean;
  weightKg: number | null;
}

interface Preview {
  items: { productId: number; fields: { field: string; raw: unknown; steps: unknown[] }[]; result: { ok: boolean } }[];
  leftOut: { productId: number; reason: string }[];
}

describe('the pool', () => {
  let system: TestSystem;
  let shop: Shop;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
    shop = await openShop(system, 'pool', { preset: 'shop', products: 60 });
    await shop.apply(
      '  mapping: { price: { from: variants.price, rules: [{ rule: markup, percent: 10 }] }, mpn: mpn }',
    );
    await shop.import();
  });
  afterAll(() => stopSystem(system));

  const pool = (...args: string[]) => system.cli(['inventory', ...args]);

  it('is exported as one line of JSON an item, in the order of SKUs', async () => {
    const exported = await pool('export', 'pool');
    const items = exported.jsonLines<Item>();
    expect(exported.exitCode).toBe(0);
    expect(Object.fromEntries(items.map(({ sku, quantity }) => [sku, quantity]))).toEqual(await shop.living());
    expect(items.map(({ sku }) => sku)).toEqual(
      items.map(({ sku }) => sku).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    const inherited = items.find(({ sku }) => sku === 'INHERIT-A');
    expect(inherited).toMatchObject({
      ...{ title: 'Inherits everything', quantity: 4, price: '54.945', msrp: '60', cost: '21.5', currency: 'USD' },
      ...{ weightKg: 1.088622, widthCm: 25.4, upc: '036000291452', archived: false, productId: 52, variantId: 124 },
      attributes: { mpn: expect.anything() },
    });
    expect((await pool('export', 'pool', '--limit', '3')).stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  it('is exported as CSV that quotes what needs it', async () => {
    const { stdout } = await pool('export', 'pool', '--csv', '--sku', 'A,B*');
    const [head, row] = stdout.split('\n');
    expect(head).toMatch(/^sku,title,description,quantity,price/);
    expect(row).toMatch(/^"A,B,1",Comma in the SKU,/);
  });

  it('is listed by filter, in pages', async () => {
    const first = (await pool('list', 'pool', '--limit', '2', '--json')).json<Item[]>();
    const after = await pool('list', 'pool', '--limit', '2', '--after', first[1]!.sku, '--json=lines');
    const next = after.jsonLines<Item>();
    expect(next).toHaveLength(2);
    expect(next[0]!.sku > first[1]!.sku).toBe(true);
    expect((await pool('list', 'pool', '--archived', '--json')).json()).toEqual([]);
    const later = await pool('list', 'pool', '--changed-since', '2999-01-01', '--json');
    expect(later.json()).toEqual([]);
    const huge = (await pool('list', 'pool', '--sku', 'HUGE-*', '--limit', '500', '--json')).json<Item[]>();
    expect(huge).toHaveLength(300);
  });

  it('is filtered by brand, by a category of any level, and by what is archived', async () => {
    const list = async (...args: string[]) =>
      (await pool('list', 'pool', '--limit', '500', '--json', ...args)).json<Item[]>();
    const all = await list();
    const brand = all.find((item) => item.brand)!.brand!;
    const ofBrand = all.filter((item) => item.brand === brand);
    expect(await list('--brand', brand)).toEqual(ofBrand);
    const [, below] = all.find(({ categories }) => categories.length > 1)!.categories;
    const inCategory = all.filter(({ categories }) => categories.includes(below!));
    expect(await list('--category', below!)).toEqual(inCategory);
    for (const some of [ofBrand, inCategory]) expect(some.length).toBeLessThan(all.length);
    const gone = ofBrand[0]!.sku;
    const { db } = system.database;
    await db.updateTable('inventory_items').set({ archived_at: new Date() }).where('sku', '=', gone).execute();
    expect((await list('--archived')).map(({ sku }) => sku)).toEqual([gone]);
    expect((await list('--no-archived')).map(({ sku }) => sku)).toEqual(
      all.map(({ sku }) => sku).filter((sku) => sku !== gone),
    );
    expect(await list()).toHaveLength(all.length);
    await db.updateTable('inventory_items').set({ archived_at: null }).where('sku', '=', gone).execute();
  });

  it.each([
    ['list', '--csv'],
    ['export', '--after=A'],
  ])('refuses what %s cannot do: %s', async (verb, option) => {
    const refused = await pool(verb, 'pool', option, '--json');
    expect([refused.exitCode, refused.json<ErrorDocument>().error.code]).toEqual([2, 'wrong_usage']);
  });

  it('shows one item by its bytes', async () => {
    expect((await pool('show', 'pool', ' PAD-1 ', '--json')).json()).toMatchObject({ sku: ' PAD-1 ', quantity: 5 });
    const missing = await pool('show', 'pool', 'pad-1', '--json');
    expect([missing.exitCode, missing.json<ErrorDocument>().error.code]).toEqual([3, 'not_found']);
  });

  it('is previewed step by step without writing', async () => {
    const before = await shop.living();
    const { items } = (await pool('preview', 'pool', '--limit', '4', '--json')).json<Preview>();
    expect(items).toHaveLength(4);
    const tested = await system.cli(['mapping', 'test', 'pool', '--sku', 'INHERIT-B', '--json']);
    const [item] = tested.json<Preview>().items;
    expect(item).toMatchObject({ productId: 52, result: { ok: true, item: { price: '65.945' } } });
    expect(item!.fields.find(({ field }) => field === 'price')!.steps).toHaveLength(1);
    const missing = await system.cli(['mapping', 'test', 'pool', '--sku', 'inherit-b', '--json']);
    expect([missing.exitCode, missing.json<ErrorDocument>().error.code]).toEqual([3, 'not_found']);
    expect(await shop.living()).toEqual(before);
  });

  it('says why a SKU cannot be mapped that the store has', async () => {
    const test = (sku: string) => system.cli(['mapping', 'test', 'pool', '--sku', sku, '--json']);
    const variant = await test('HALF-BROKEN-M');
    expect(variant.exitCode).toBe(1);
    expect(variant.json<ErrorDocument>().error).toMatchObject({
      code: 'variant_unreadable',
      leftOut: [
        { productId: 41, variantId: expect.any(Number), reason: expect.stringContaining('cannot be understood') },
      ],
    });
    await shop.add(900, { categories: 'none' });
    const product = (await test('S-900')).json<ErrorDocument>().error;
    expect(product).toMatchObject({ code: 'product_unreadable', message: expect.stringContaining('categories') });
    const { leftOut } = (await pool('preview', 'pool', '--limit', '500', '--json')).json<Preview>();
    expect(leftOut).toContainEqual({ productId: 900, reason: expect.stringContaining('categories') });
    expect(leftOut).toContainEqual(expect.objectContaining({ productId: 41, sku: 'HALF-BROKEN-M' }));
    await shop.control('DELETE', 'products/900');
  });
});
