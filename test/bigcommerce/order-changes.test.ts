import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { StoreClient } from '../../bigcommerce/client.ts';
import { listOrdersById, readModifiedOrders, readOrderById } from '../../bigcommerce/order-changes.ts';
import type { ChangeCursor } from '../../bigcommerce/order-changes.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { json, startStub, text } from './server.ts';
import type { StubServer } from './server.ts';

const SINCE = new Date('2026-11-24T03:00:00Z');

let store: StubServer;
let client: StoreClient;
beforeAll(async () => {
  store = await startStub();
});
afterAll(() => store.close());
beforeEach(() => {
  const options = { apiUrl: store.url, storeHash: 'a', accessToken: 'token', governor: new QuotaGovernor() };
  client = createStoreClient({ ...options, priority: 'shipments' });
  store.knocks.length = 0;
});

interface Row {
  id: number;
  seconds: number;
}

const order = (id: number, seconds: number): Row => ({ id, seconds });
const dateOf = (seconds: number) => new Date(SINCE.getTime() + seconds * 1000).toUTCString().replace('GMT', '+0000');

interface Heeds {
  filter?: boolean;
  sort?: boolean;
  page?: boolean;
  bounds?: boolean;
  limit?: number;
}

/** A store that heeds of a query only what it is told to; before each answer it may change. */
function serve(rows: Row[], heeds: Heeds = {}, before: (knock: number) => void = () => undefined): void {
  const { filter = true, sort = true, page = true, bounds = true, limit = 250 } = heeds;
  store.answer = (request, response) => {
    before(store.knocks.length);
    const query = new URL(request.url!, 'http://stub').searchParams;
    const single = /\/v2\/orders\/(\d+)/.exec(request.url!)?.[1];
    const shown = ({ id, seconds }: Row) => ({
      ...{ id, status_id: 2, external_order_id: `K${id}`, external_source: 'app', is_deleted: false },
      ...{ date_modified: dateOf(seconds), items_total: '3', items_shipped: 1 },
    });
    if (single !== undefined) {
      const row = rows.find(({ id }) => id === Number(single));
      return (row ? json(shown(row)) : json([{ status: 404, message: 'no' }], 404))(request, response);
    }
    const since = filter ? Date.parse(query.get('min_date_modified') ?? '') || 0 : 0;
    const [low, high] = [Number(query.get('min_id') ?? 0), Number(query.get('max_id') ?? Infinity)];
    const found = rows.filter(({ id, seconds }) => {
      return SINCE.getTime() + seconds * 1000 >= since && (!bounds || (id >= low && id <= high));
    });
    found.sort(
      (a, b) => (sort && query.get('sort') === 'date_modified:asc' ? a.seconds - b.seconds : 0) || a.id - b.id,
    );
    const start = page ? (Number(query.get('page') ?? 1) - 1) * limit : 0;
    const slice = found.slice(start, start + limit).map(shown);
    (slice.length > 0 ? json(slice) : text('', 204))(request, response);
  };
}

/** Every id in the order in which it was told; as the job does it, with the cursor through JSON. */
async function readAll(since = SINCE): Promise<number[]> {
  const ids: number[] = [];
  let after: ChangeCursor | null = null;
  for (let calls = 0; calls < 100; calls++) {
    const page = await readModifiedOrders(client, { since, after });
    ids.push(...page.orders.map(({ id }) => id));
    if (page.next === null) return ids;
    after = JSON.parse(JSON.stringify(page.next)) as ChangeCursor;
  }
  throw new Error('It never ends.');
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const sorted = (ids: number[]) => [...ids].sort((a, b) => a - b);

describe('the list of modified orders', () => {
  it('is asked for by an encoded instant, oldest change first, and read leniently', async () => {
    serve([order(7, 5), order(8, -1)]);
    await expect(readModifiedOrders(client, { since: SINCE })).resolves.toEqual({
      orders: [
        {
          ...{ id: 7, statusId: 2, externalOrderId: 'K7', externalSource: 'app', isDeleted: false },
          ...{ modifiedAt: new Date(SINCE.getTime() + 5_000), itemsTotal: 3, itemsShipped: 1 },
        },
      ],
      next: null,
      modifiedUpTo: new Date(SINCE.getTime() + 5_000),
      unreadable: 0,
    });
    const { search } = store.knocks[0]!.url;
    expect(search).toMatch(/min_date_modified=2026-11-24T03(%3A|:)00(%3A|:)00%2B00(%3A|:)00/);
    expect(store.knocks[0]!.url.searchParams.get('sort')).toBe('date_modified:asc');
  });

  it('is empty where nothing has changed', async () => {
    serve([]);
    await expect(readModifiedOrders(client, { since: SINCE })).resolves.toEqual({
      ...{ orders: [], next: null, modifiedUpTo: null, unreadable: 0 },
    });
  });

  it('goes on by the last second, without what it told already', async () => {
    serve(range(1, 600).map((id) => order(id, Math.floor(id / 7))));
    await expect(readAll()).resolves.toEqual(range(1, 600));
    // Three pages, and one to see that the third, above V2's page of 50, was the last.
    expect(store.knocks).toHaveLength(4);
    expect(store.knocks.every(({ url }) => !url.searchParams.has('page'))).toBe(true);
  });

  it('loses none when orders change while it is read', async () => {
    const rows = range(1, 700).map((id) => order(id, id));
    // As soon as a page was told, ten of its orders change: by page number ten others would never be told.
    serve(rows, {}, (knock) => {
      for (const row of rows.slice((knock - 2) * 50, (knock - 2) * 50 + 10)) if (knock > 1) row.seconds = 2_000 + knock;
    });
    expect(new Set(await readAll())).toEqual(new Set(range(1, 700)));
  });

  it('tells an order again that has changed again', async () => {
    const rows = range(1, 250).map((id) => order(id, Math.floor(id / 100)));
    serve(rows, {}, (knock) => {
      if (knock === 2) rows[249]!.seconds = 9;
    });
    const ids = await readAll();
    expect(ids.filter((id) => id === 250)).toHaveLength(2);
    expect(ids).toHaveLength(251);
  });

  it.each([250, 251, 500, 760])('reads %i orders of one second by page', async (count) => {
    serve([...range(1, count).map((id) => order(id, 4)), order(9_000, 5), order(9_001, 3)]);
    const ids = await readAll();
    expect(sorted(ids)).toEqual([...range(1, count), 9_000, 9_001]);
  });

  it('reads on where the store gives smaller pages than asked for', async () => {
    serve(
      range(1, 170).map((id) => order(id, Math.floor(id / 60))),
      { limit: 50 },
    );
    await expect(readAll()).resolves.toEqual(range(1, 170));
  });

  it.each<[string, Row[], Heeds, RegExp]>([
    ['ignores the filter', [order(1, -1), order(2, 5)], { filter: false }, /ignores the filter/],
    ['ignores the sort', [order(1, 9), order(2, 5)], { sort: false }, /ignores the order/],
    ['repeats its pages', range(1, 300).map((id) => order(id, 4)), { page: false }, /repeats/],
    ['lists no end of orders of one second', range(1, 10_001).map((id) => order(id, 4)), {}, /too many/],
  ])('is not trusted where the store %s', async (_name, rows, heeds, message) => {
    serve(rows, heeds);
    await expect(readAll()).rejects.toMatchObject({
      code: 'unexpected_answer',
      message: expect.stringMatching(message),
    });
  });

  it.each([[[{ id: 1 }]], [[{ date_modified: dateOf(1) }]], [[null]], [{ id: 1 }]])(
    'is not trusted when the answer is %j',
    async (answer) => {
      store.answer = json(answer);
      await expect(readAll()).rejects.toMatchObject({ code: 'unexpected_answer' });
    },
  );
});

describe('a row of the list that cannot be understood', () => {
  it('costs only itself: without an id it is passed over, without a date it counts as the one before', async () => {
    store.answer = json([
      { id: 6 },
      { id: 7, date_modified: dateOf(5) },
      { id: 8 },
      { date_modified: dateOf(6) },
      null,
    ]);
    const page = await readModifiedOrders(client, { since: SINCE });
    expect(page.orders.map(({ id, modifiedAt }) => [id, modifiedAt!.getTime() - SINCE.getTime()])).toEqual([
      ...[
        [6, 0],
        [7, 5_000],
        [8, 5_000],
      ],
    ]);
    expect(page).toMatchObject({ unreadable: 2, next: null, modifiedUpTo: new Date(SINCE.getTime() + 5_000) });
  });
});

describe('orders by their ids', () => {
  const asked = () => store.knocks.map(({ url }) => `${url.pathname.replace('/stores/a/v2/', '')}${url.search}`);

  it('come in one request where they lie close together; those without neighbours are left to be asked for', async () => {
    serve(range(100, 300).map((id) => order(id, id)));
    const found = await listOrdersById(client, [349, 100, 120, 120, 399]);
    expect(sorted([...found.keys()])).toEqual([100, 120, 349]);
    expect(found.get(120)).toMatchObject({ id: 120, statusId: 2, externalOrderId: 'K120', itemsTotal: 3 });
    expect(asked()).toEqual([expect.stringMatching(/^orders\?min_id=100&max_id=349&sort=id(%3A|:)asc&limit=250$/)]);
    await expect(readOrderById(client, 399)).resolves.toMatchObject({ id: 399, externalOrderId: 'K399' });
  });

  it('are none when none is asked for', async () => {
    expect((await listOrdersById(client, [])).size).toBe(0);
    expect(store.knocks).toEqual([]);
  });

  it('do not exist only when the store says so of each', async () => {
    serve([order(5, 1), order(6, 1)]);
    expect([...(await listOrdersById(client, [5, 6, 7])).keys()]).toEqual([5, 6]);
    await expect(readOrderById(client, 7)).resolves.toBeNull();
  });

  it('are left to be asked for where their rows are broken', async () => {
    store.answer = json([null, {}, { id: 5, status_id: 'x' }, { id: 6, status_id: 2 }]);
    expect([...(await listOrdersById(client, [5, 6, 7])).keys()]).toEqual([6]);
  });

  it('are left to be asked for where the store ignores the bounds', async () => {
    serve([order(1, 1), order(500, 1), order(501, 1), order(900, 1), order(901, 1)], { bounds: false });
    expect((await listOrdersById(client, [500, 501, 900, 901])).size).toBe(0);
    expect(asked()).toHaveLength(1);
  });

  it('fail together with the store', async () => {
    store.answer = text('', 503);
    await expect(listOrdersById(client, [1, 2])).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
