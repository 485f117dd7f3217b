import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listBrands } from '../../bigcommerce/brands.ts';
import { listCategories } from '../../bigcommerce/categories.ts';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { StoreClient } from '../../bigcommerce/client.ts';
import { eachV3Row, getV3Page } from '../../bigcommerce/pages.ts';
import {
  findProductIdsBySku,
  getHighestProductId,
  getProductsAfter,
  getProductsById,
  listsById,
  listVariantsOfProduct,
  productIdOf,
} from '../../bigcommerce/products.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { json, startStub, text } from './server.ts';
import type { StubServer } from './server.ts';

let store: StubServer;
let client: StoreClient;
beforeAll(async () => {
  store = await startStub();
});
afterAll(() => store.close());
beforeEach(() => {
  const governor = new QuotaGovernor();
  client = createStoreClient({ apiUrl: store.url, storeHash: 'a', accessToken: 'token', governor, priority: 'import' });
  store.knocks.length = 0;
});

const rows = (count: number, from = 1) => Array.from({ length: count }, (_, index) => ({ id: from + index }));

/** Serves a list by page number; `total_pages` only where the store tells it. */
function serve(all: unknown[], tellsPages: boolean): void {
  store.answer = (request, response) => {
    const query = new URL(request.url!, 'http://stub').searchParams;
    const [page, limit] = [Number(query.get('page')), Number(query.get('limit'))];
    const data = all.slice((page - 1) * limit, page * limit);
    const meta = tellsPages ? { pagination: { total_pages: Math.ceil(all.length / limit) } } : {};
    json({ data, meta })(request, response);
  };
}

async function collect(source: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const row of source) found.push(row);
  return found;
}

describe('a V3 list', () => {
  it.each([
    [600, true, 3],
    [600, false, 3],
    [500, true, 2],
    [500, false, 3],
    [0, true, 1],
  ])('of %i rows, pages told: %s, is read whole in %i requests', async (count, tellsPages, requests) => {
    serve(rows(count), tellsPages);
    await expect(collect(eachV3Row(client, 'v3/x', {}))).resolves.toHaveLength(count);
    expect(store.knocks).toHaveLength(requests);
  });

  it.each([{ status: 200 }, [], { data: {} }, 'text', 7])('is not %p', async (body) => {
    store.answer = json(body);
    await expect(getV3Page(client, 'v3/x', {})).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('may leave out its totals or garble them', async () => {
    store.answer = json({ data: [], meta: { pagination: { total: 'many', total_pages: -1 } } });
    await expect(getV3Page(client, 'v3/x', {})).resolves.toEqual({ data: [], total: undefined, totalPages: undefined });
  });
});

describe('products', () => {
  const all = { fields: undefined, images: false };

  it('are asked for by id, with only the fields that are needed', async () => {
    store.answer = json({ data: rows(2, 8), meta: { pagination: { total: 2 } } });
    const page = await getProductsAfter(
      client,
      { after: 7, upTo: 90, limit: 50 },
      { fields: ['name', 'price'], images: true },
    );
    expect(page).toEqual({ products: rows(2, 8), total: 2 });
    expect(Object.fromEntries(store.knocks[0]!.url.searchParams)).toEqual({
      ...{ 'id:greater': '7', 'id:max': '90', limit: '50', sort: 'id', direction: 'asc' },
      ...{ include: 'variants,images', include_fields: 'name,price' },
    });
  });

  it.each<[string, unknown]>([
    ['ignores the filter', { data: rows(3) }],
    ['lists fewer than it counts', { data: rows(1), meta: { pagination: { total: 2 } } }],
  ])('of certain ids are asked for one by one when the store %s', async (_how, list) => {
    store.answer = (request, response) => {
      const id = Number(/products\/(\d+)/.exec(request.url!)?.[1]);
      if (Number.isNaN(id)) return json(list)(request, response);
      return (id === 2 ? json({}, 404) : json({ data: { id } }))(request, response);
    };
    await expect(getProductsById(client, [1, 2], all)).resolves.toEqual({
      ...{ products: [{ id: 1 }], ids: [1, 2], oneByOne: true },
    });
    const many = rows(250, 2).map(({ id }) => id);
    store.knocks.length = 0;
    const read = await getProductsById(client, many, all);
    // Of the others nothing is said: an activity has no time for so many requests.
    expect(read.ids).toEqual(many.slice(0, store.knocks.length - 1));
    expect(read.products).toHaveLength(read.ids.length - 1);
    expect(store.knocks.length).toBeLessThan(30);
    store.answer = json({ data: [{ id: 9 }] });
    await expect(getProductsById(client, [1, 2], all)).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('of certain ids need one request where the store heeds the filter', async () => {
    store.answer = json({ data: rows(3) });
    store.knocks.length = 0;
    await expect(getProductsById(client, [1, 2, 3, 4], all)).resolves.toEqual({
      ...{ products: rows(3), ids: [1, 2, 3, 4], oneByOne: false },
    });
    expect(store.knocks).toHaveLength(1);
  });

  it('are found by the SKU of a variant, also where ids are written as text', async () => {
    const variants = [
      { sku: 'A', product_id: '12' },
      { sku: 'A', product_id: 7 },
      { sku: 'a', product_id: 9 },
      { sku: 'A', product_id: 'x' },
    ];
    store.answer = json({ data: variants });
    await expect(findProductIdsBySku(client, 'A')).resolves.toEqual([12, 7]);
  });

  it('beyond the bounds do not decide where a range ends', async () => {
    store.answer = json({ data: [{ id: 900 }], meta: { pagination: { total: 12 } } });
    const beyond = await getHighestProductId(client, { after: 10, upTo: 50 });
    expect(beyond).toEqual({ id: undefined, total: 12, bounded: false });
    await expect(getHighestProductId(client, { after: 10 })).resolves.toMatchObject({ id: 900, bounded: true });
  });

  it.each([
    ['heeds both', { filter: true, sort: true }, true],
    ['ignores the filter', { filter: false, sort: true }, false],
    ['ignores the order', { filter: true, sort: false }, false],
    ['ignores both', { filter: false, sort: false }, false],
  ])('can be asked by id where the store %s: %s', async (_name, heeds, expected) => {
    const listed = [5, 9, 7].map((id) => ({ id }));
    store.answer = (request, response) => {
      const query = new URL(request.url!, 'http://stub').searchParams;
      const data = listed.filter(({ id }) => !heeds.filter || id > Number(query.get('id:greater')));
      const sign = query.get('direction') === 'desc' ? -1 : 1;
      if (heeds.sort) data.sort((a, b) => sign * (a.id - b.id));
      json({ data: data.slice(0, 1), meta: { pagination: { total: data.length } } })(request, response);
    };
    const { id } = await getHighestProductId(client);
    await expect(listsById(client, { id: id!, isOnePage: false })).resolves.toBe(expected);
  });

  it('can be asked by id only where the list begins below its highest id, unless it is one page', async () => {
    store.answer = (request, response) => {
      const isBound = new URL(request.url!, 'http://stub').searchParams.has('id:greater');
      json({ data: isBound ? [] : [{ id: 9 }] })(request, response);
    };
    await expect(listsById(client, { id: 9, isOnePage: false })).resolves.toBe(false);
    await expect(listsById(client, { id: 9, isOnePage: true })).resolves.toBe(true);
  });

  it.each<[unknown, number | undefined]>([
    [{ id: 7 }, 7],
    [{ id: '7' }, 7],
    [{ id: 0 }, undefined],
    [{ id: -1 }, undefined],
    [{ id: 1.5 }, undefined],
    [{ id: '1e3' }, undefined],
    [{ id: '9'.repeat(16) }, undefined],
    [{}, undefined],
    [null, undefined],
    ['7', undefined],
  ])('have the id that %p names', (raw, id) => expect(productIdOf(raw)).toBe(id));

  it('list all their variants, however many', async () => {
    serve(rows(600), true);
    await expect(listVariantsOfProduct(client, 42)).resolves.toHaveLength(600);
    expect(store.knocks[0]!.url.pathname).toBe('/stores/a/v3/catalog/products/42/variants');
  });
});

describe('brands and categories', () => {
  it('leave out the rows that cannot be read', async () => {
    store.answer = json({ data: [{ id: 1, name: 'ACME' }, { id: 'x', name: 'no' }, { id: 2 }, null] });
    await expect(listBrands(client)).resolves.toEqual([{ id: 1, name: 'ACME' }]);
  });

  it('may have their ids as text, each counts once, and one that shifts while it is read is read again', async () => {
    const pages = [
      { page: '1', total: 251, data: rows(250).map(({ id }) => ({ id: `${id}`, name: `B${id}` })) },
      { page: '2', total: 250, data: [] },
      { page: '1', total: 250, data: rows(250, 2).map(({ id }) => ({ id, name: `B${id}` })) },
    ];
    store.answer = (request, response) => {
      const { page, total, data } = pages[store.knocks.length - 1]!;
      expect(new URL(request.url!, 'http://stub').searchParams.get('page')).toBe(page);
      json({ data, meta: { pagination: { total, total_pages: Math.ceil(total / 250) } } })(request, response);
    };
    const brands = await listBrands(client);
    expect(brands.map(({ id }) => id)).toEqual(rows(251).map(({ id }) => id));
  });

  it.each([
    ['brands', () => listBrands(client)],
    ['categories', () => listCategories(client)],
  ])('are unknown, and not none, where not one of the %s can be read', async (_name, list) => {
    store.answer = json({ data: [{ name: 'no id' }, { id: 1 }] });
    await expect(list()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('hang below their parents, also where its id is a text', async () => {
    store.answer = json({ data: [{ category_id: '5', parent_id: '3', name: 'Boots' }] });
    await expect(listCategories(client)).resolves.toEqual([{ id: 5, parentId: 3, name: 'Boots' }]);
  });

  it('come from the older list where the store serves no trees', async () => {
    store.answer = (request, response) => {
      if (request.url!.includes('/trees/')) return text('', 404)(request, response);
      json({ data: [{ id: 3, parent_id: null, name: 'Shoes' }] })(request, response);
    };
    await expect(listCategories(client)).resolves.toEqual([{ id: 3, parentId: 0, name: 'Shoes' }]);
  });

  it('are unknown, and not none, where the store serves no list of brands', async () => {
    store.answer = text('', 404);
    await expect(listBrands(client)).rejects.toMatchObject({ code: 'unexpected_answer', details: { status: 404 } });
  });

  it('are unknown, and not none, where the store serves neither list of categories', async () => {
    store.answer = text('', 404);
    await expect(listCategories(client)).rejects.toMatchObject({
      code: 'unexpected_answer',
      message: expect.stringMatching(/neither GET v3\/catalog\/trees\/categories nor GET v3\/catalog\/categories/),
    });
  });
});
